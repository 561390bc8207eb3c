import type { AgentDescription } from '../../core/agent-description.ts';
import { McoError, type Span } from '../../core/errors.ts';
import { splitWords } from '../../language/split-words.ts';
import { stripTrigger } from '../../language/strip-trigger.ts';

const MASK = '***';

/** `name=value` at the beginning of a word, also as an option and inside a quote. */
const ASSIGNMENT = /^(?<dashes>-{0,2})(?<name>[A-Za-z_][\w.-]*)=(?<value>[\s\S]*)$/;

/** The same where words can't be told apart: to the end of the quote that is open, or of the word. */
const NAME = String.raw`-{0,2}[A-Za-z_][\w.-]*=`;
const LOOSE = new RegExp(
  [
    `(?<=")${NAME}(?<double>[^"]*)`,
    `(?<=')${NAME}(?<single>[^']*)`,
    String.raw`(?<=^|\s)${NAME}(?<bare>(?:"[^"]*"?|'[^']*'?|\S)*)`,
  ].join('|'),
  'dg',
);

/** Shorter values stand in messages by chance. */
const SHORTEST_VALUE = 3;

/** What is hidden of a text: `[start, end)`, in order, each without the others. */
interface Hidden {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** Hides what may be a secret in what was typed, before it is known which action it is for. */
export interface TypedMask {
  /**
   * The values of inputs that some action takes as secrets, and of names that no action knows: a misspelt secret is
   * still one. Values of options (`-F os=debian`) stay. Where a text can't be read, every `name=value` is hidden.
   */
  hideIn(text: string): string;
  /** An error about such a text, which may quote it. */
  hideInError(error: McoError, text: string): McoError;
}

/**
 * @param isKnown whether a first word means something to this bot; left out where nothing is learned from nodes. In a
 *   command that names an agent that is still to be learned, any input may be a secret
 */
export function createTypedMask(
  agents: readonly AgentDescription[],
  isKnown: (word: string) => boolean = () => true,
): TypedMask {
  const secrecyOf = readNames(agents);
  // Where no action takes a secret, none can be misspelt, and people may see what they mistyped.
  const isNeeded = takesSecrets(agents);
  const find = (text: string): readonly Hidden[] => {
    if (!isKnown(findSubject(text))) return findHidden(text, () => 'unknown');
    return isNeeded ? findHidden(text, secrecyOf) : [];
  };
  return {
    hideIn: (text) => cut(text, find(text)),
    hideInError(error, text) {
      const { at } = error;
      const hidden = [...find(text), ...(at === undefined ? [] : find(at.text))];
      if (hidden.length === 0) return error;
      const values = [...new Set(hidden.map(({ value }) => value))].sort((a, b) => b.length - a.length);
      const clean = (words: string): string => values.reduce(hideValue, words);
      return new McoError(error.code, clean(error.message), {
        hint: error.hint === undefined ? undefined : clean(error.hint),
        at: at === undefined ? undefined : cutSpan(at, find(at.text)),
        rules: error.rules,
        retryAfterMs: error.retryAfterMs,
      });
    },
  };
}

const takesSecrets = (agents: readonly AgentDescription[]): boolean =>
  agents.some(({ actions }) =>
    Object.values(actions).some(({ input }) => Object.values(input).some(({ secret }) => secret === true)),
  );

/** The agent or command that a text is about, as far as its first words tell. */
const findSubject = (text: string): string =>
  /^(?:rpc\s+)?(?<subject>\S*)/.exec(stripTrigger(text))?.groups?.subject ?? '';

type Secrecy = 'secret' | 'open' | 'unknown';

function readNames(agents: readonly AgentDescription[]): (name: string) => Secrecy {
  const known = new Map<string, Secrecy>();
  for (const { actions } of agents) {
    for (const { input } of Object.values(actions)) {
      for (const [name, { secret }] of Object.entries(input)) {
        if (secret === true || !known.has(name)) known.set(name, secret === true ? 'secret' : 'open');
      }
    }
  }
  return (name) => known.get(name) ?? 'unknown';
}

function findHidden(text: string, secrecyOf: (name: string) => Secrecy): Hidden[] {
  let words: ReturnType<typeof splitWords>;
  try {
    words = splitWords(text);
  } catch {
    return findLoosely(text);
  }
  return words.flatMap((word, index) => {
    const { dashes = '', name = '', value = '' } = ASSIGNMENT.exec(word.text)?.groups ?? {};
    const secrecy = name === '' ? 'open' : secrecyOf(name);
    const isOfOption = dashes !== '' || words[index - 1]?.text.startsWith('-') === true;
    if (secrecy === 'open' || (secrecy === 'unknown' && isOfOption)) return [];
    const next = words[index + 1];
    // `token= VALUE` is a slip of the fingers that is still the secret.
    if (value === '') return next === undefined ? [] : [{ start: next.start, end: next.end, value: next.text }];
    // After the `=`: a quote that begins the value is part of it.
    const start = (word.offsets[word.text.length - value.length - 1] ?? word.start) + 1;
    return [{ start, end: word.end, value }];
  });
}

function findLoosely(text: string): Hidden[] {
  return [...text.matchAll(LOOSE)].flatMap(({ indices, groups }) => {
    const spans = indices?.groups;
    const [start, end] = spans?.double ?? spans?.single ?? spans?.bare ?? [0, 0];
    const value = groups?.double ?? groups?.single ?? groups?.bare ?? '';
    return start === end ? [] : [{ start, end, value: value.replace(/^["']|["']$/g, '') }];
  });
}

function cut(text: string, hidden: readonly Hidden[]): string {
  let shown = '';
  let from = 0;
  for (const { start, end } of hidden) {
    shown += text.slice(from, Math.max(from, start)) + MASK;
    from = end;
  }
  return shown + text.slice(from);
}

/** A span that begins or ends inside what is hidden takes in all of the mask. */
function cutSpan({ text, start, end }: Span, hidden: readonly Hidden[]): Span {
  const move = (offset: number, isEnd: boolean): number => {
    let moved = 0;
    for (const one of hidden) {
      if (offset <= one.start) break;
      if (offset < one.end) return one.start + moved + (isEnd ? MASK.length : 0);
      moved += MASK.length - (one.end - one.start);
    }
    return offset + moved;
  };
  return { text: cut(text, hidden), start: move(start, false), end: move(end, true) };
}

function hideValue(words: string, value: string): string {
  const quoted = words.replaceAll(`\`${value}\``, `\`${MASK}\``).replaceAll(`=${value}`, `=${MASK}`);
  return value.length < SHORTEST_VALUE ? quoted : quoted.replaceAll(value, MASK);
}
