import { findOption, isLaterOption } from './option-table.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

const PROGRAM_AGENT = 'shell';
const INPUT = /^[a-z][a-z0-9_]*=/;
/** A longer command is not repeated in a hint. */
const MAX_HINT = 200;

/** What a typed word is to a command line. `value` belongs to the option before it. */
type Kind = 'word' | 'flag' | 'valued' | 'value' | 'unknown' | 'end';

interface Sorted {
  readonly word: SourceWord;
  readonly kind: Kind;
}

/**
 * Refuses what would take a program's options away from it: `shell run rm -v -q /tmp/x` must not run `rm /tmp/x`.
 * INVARIANT: what is typed in bare words reaches the nodes whole, or not at all.
 *
 * @throws McoError `usage/torn-program` at the first option that could be the program's
 */
export function refuseTornProgram(typed: readonly SourceWord[]): void {
  const torn = findTorn(typed);
  if (torn === undefined) return;
  const { option, sorted, program } = torn;
  throw failAt(option, 'usage/torn-program', {
    message: `${quoteInput(option.text)} could be an option of \`${program.text}\` or of this command`,
    hint: `put the command in quotes: ${writeQuoted(sorted, program)}; what is not the program's stands before it`,
  });
}

/** Whether options stand among the words of a program. */
export const isTornProgram = (typed: readonly SourceWord[]): boolean => findTorn(typed) !== undefined;

interface Torn {
  readonly option: SourceWord;
  readonly sorted: readonly Sorted[];
  readonly program: SourceWord;
}

function findTorn(typed: readonly SourceWord[]): Torn | undefined {
  const sorted = sortWords(typed);
  const program = findProgram(sorted);
  if (program === undefined) return undefined;
  const first = sorted.findIndex(({ word }) => word === program);
  const last = sorted.findLastIndex(isBare);
  const isQuotedAlone = first === last && isQuoted(program);
  if (isQuotedAlone) return undefined;
  const option = sorted.find(({ kind }, index) => {
    if (index < first || kind === 'word' || kind === 'value' || kind === 'end') return false;
    return index < last || kind !== 'valued';
  });
  return option && { option: option.word, sorted, program };
}

/** The first bare word after `shell ACTION`; `rpc` and `policy explain` may stand before that. */
function findProgram(sorted: readonly Sorted[]): SourceWord | undefined {
  const words = sorted.filter(({ kind }) => kind === 'word');
  const texts = words.map(({ word }) => word.text);
  const explained = texts[0] === 'policy' && texts[1] === 'explain' ? 2 : 0;
  const agent = texts[explained] === 'rpc' ? explained + 1 : explained;
  return texts[agent] === PROGRAM_AGENT ? words.slice(agent + 2).find(isBare)?.word : undefined;
}

const isBare = ({ word, kind }: Sorted): boolean => kind === 'word' && !INPUT.test(word.text);

const isQuoted = ({ source, start, end, text }: SourceWord): boolean => source.slice(start, end) !== text;

function sortWords(typed: readonly SourceWord[]): Sorted[] {
  const sorted: Sorted[] = [];
  let isEnded = false;
  for (const word of typed) {
    const isValue = sorted.at(-1)?.kind === 'valued' && takesNext(sorted.at(-1)?.word.text ?? '');
    const isOption = !isEnded && word.text.length > 1 && word.text.startsWith('-');
    if (isOption) sorted.push({ word, kind: word.text === '--' ? 'end' : kindOf(word.text) });
    else sorted.push({ word, kind: isValue ? 'value' : 'word' });
    isEnded ||= word.text === '--';
  }
  return sorted;
}

function kindOf(text: string): Kind {
  if (text.startsWith('--')) {
    const name = text.slice(2).replace(/=.*$/s, '');
    if (name.length < 2 || isLaterOption(name)) return 'unknown';
    return kindOfSpec(findOption(name));
  }
  for (const letter of text.slice(1)) {
    const kind = kindOfSpec(findOption(letter));
    if (kind !== 'flag') return kind;
  }
  return 'flag';
}

function kindOfSpec(spec: ReturnType<typeof findOption>): Kind {
  if (spec === undefined) return 'unknown';
  return spec.takes === undefined ? 'flag' : 'valued';
}

/** Whether an option's value is the next word. */
function takesNext(text: string): boolean {
  if (text.startsWith('--')) return !text.includes('=');
  return (
    findOption(text.slice(-1))?.takes !== undefined &&
    [...text.slice(1, -1)].every((letter) => kindOf(`-${letter}`) === 'flag')
  );
}

/** The whole line with the program and all that seems to be its own in quotes. */
function writeQuoted(sorted: readonly Sorted[], program: SourceWord): string {
  const first = sorted.findIndex(({ word }) => word === program);
  let last = sorted.findLastIndex(isBare);
  const isOwn = (kind: Kind | undefined): boolean => kind === 'flag' || kind === 'unknown';
  while (isOwn(sorted[last + 1]?.kind)) last += 1;
  const end = sorted[last]?.word.end ?? program.end;
  const { source } = program;
  const command = sorted
    .slice(first, last + 1)
    .map(({ word }) => source.slice(word.start, word.end))
    .join(' ');
  const quote = /["\\$`]/.test(command) ? "'" : '"';
  const line = `${source.slice(0, program.start)}${quote}${command}${quote}${source.slice(end)}`;
  const isGood = !command.includes(quote) && !line.includes('`') && !/[\n\r\t]/.test(line) && line.length <= MAX_HINT;
  return isGood ? `\`${line}\`` : '`shell run "PROGRAM WORD WORD"`';
}
