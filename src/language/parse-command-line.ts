import type { CommandLine } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import { formatCommand } from './format-command.ts';
import { readOptionValues } from './option-values.ts';
import { quoteWord } from './quote-word.ts';
import { readFilter } from './read-filter.ts';
import { readOptions } from './read-options.ts';
import { refuseTornProgram } from './refuse-torn-program.ts';
import type { SourceWord } from './source-word.ts';
import { splitWords } from './split-words.ts';

/**
 * Understands a command, without its trigger, as far as the grammar goes. What a chat sent goes through
 * `normaliseChatText` and `stripTrigger` first; a terminal's arguments through `quoteWord`. No words at all is not an
 * error here.
 *
 * @throws McoError `usage/*` and nothing else, whatever the text; with the span of what is wrong
 */
export function parseCommandLine(text: string): CommandLine {
  checkLength(text, 'the command');
  const typed = splitWords(text);
  // Before `-h`, which `df -h` has, too.
  refuseTornProgram(typed);
  if (typed.some(asksForHelp)) return parseCommandLine(helpOn(typed));
  const read = readOptions(typed);
  const filter = readFilter(read);
  const options = readOptionValues(read);
  const words = read.words.map(({ text: word, start, end }) => ({ text: word, start, end }));
  const canonical = formatCommand({ words: words.map((word) => word.text), filter, options });
  checkLength(canonical, 'the command written out in full');
  return { text, words, filter, options, canonical };
}

/** `--help` and `-h` work everywhere, as people try them everywhere. */
const asksForHelp = ({ text }: SourceWord): boolean => text === '--help' || text === '-h';

function helpOn(typed: readonly SourceWord[]): string {
  const topic = typed.find(({ text }) => /^[a-z]/.test(text));
  return topic === undefined ? 'help' : `help ${quoteWord(topic.text)}`;
}

function checkLength(text: string, what: string): void {
  if (text.length <= LIMITS.commandLength) return;
  throw new McoError('usage/too-long', `${what} is longer than ${LIMITS.commandLength} characters`, {
    hint: 'ask for a group of nodes by a fact or a class',
  });
}
