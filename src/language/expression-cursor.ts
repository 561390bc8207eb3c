import type { McoError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import { nearest } from '../core/nearest.ts';
import type { Token } from './expression-tokens.ts';
import { failAt, quoteInput, type SourceWord } from './source-word.ts';

/** The words that mean something to an expression itself. */
export const KEYWORDS = ['and', 'or', 'not'];

/** How other languages write the words that join. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['&', 'and'],
  ['||', 'or'],
  ['|', 'or'],
]);

/** Where the parser of an expression stands. */
export interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  /** Open parentheses and negations. */
  depth: number;
}

/** The next token, which stays; after the last one the end, for ever. */
export function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next] ?? (cursor.tokens.at(-1) as Token);
}

/** The next token. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.next += 1;
  return token;
}

/** Parses what stands inside an open parenthesis or after a `not`, which may not go on for ever. */
export function nest<T>(cursor: Cursor, token: Token, parse: () => T): T {
  cursor.depth += 1;
  if (cursor.depth > LIMITS.expressionDepth) throw tooDeep(token.word);
  const parsed = parse();
  cursor.depth -= 1;
  return parsed;
}

/** The error for a token that stands where something else has to. */
export function expected(what: string, token: Token, hint?: string): McoError {
  if (token.kind === 'end')
    return failAt(token.word, 'usage/bad-expression', {
      message: `the expression ends where ${what} is missing`,
      hint,
    });
  const keyword = KEYWORDS.find((known) => known === token.text.toLowerCase() && known !== token.text);
  const better = keyword === undefined ? hint : `did you mean \`${keyword}\`?`;
  return failAt(token.word, 'usage/bad-expression', {
    message: `${quoteInput(token.word.text)} stands where ${what} is missing`,
    hint: better,
  });
}

/** The error for a token after a complete expression. */
export function strayToken(token: Token): McoError {
  const meant = FOREIGN.get(token.text) ?? nearest(token.text, ['and', 'or']);
  const hint =
    meant === undefined ? 'join with `and` or `or`; quote a value that has blanks' : `did you mean \`${meant}\`?`;
  return failAt(token.word, 'usage/bad-expression', {
    message: `${quoteInput(token.word.text)} does not belong here`,
    hint,
  });
}

/** The error for too many levels. */
export function tooDeep(word: SourceWord): McoError {
  return failAt(word, 'usage/too-deep', {
    message: `the expression is nested more than ${LIMITS.expressionDepth} deep`,
  });
}
