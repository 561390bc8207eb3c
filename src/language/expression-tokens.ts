import { OPERATOR_CHARACTERS } from './comparison.ts';
import { failAt, type SourceWord, sliceWord } from './source-word.ts';

/**
 * A piece of a `-S` expression: `(`, `)`, `!`, a comparison, a bare word (`and`, a name, a value), text in quotes, a
 * pattern between slashes, or the end.
 */
export interface Token {
  readonly kind: 'open' | 'close' | 'not' | 'operator' | 'word' | 'quoted' | 'pattern' | 'end';
  /** The token as it was typed. */
  readonly word: SourceWord;
  /** Its text, without quotes and their backslashes. */
  readonly text: string;
  /** Where it stands in the expression. */
  readonly start: number;
  readonly end: number;
}

const SPECIAL = `()'"${OPERATOR_CHARACTERS}`;

/** @throws McoError `usage/unclosed-quote`, `usage/bad-pattern` */
export function tokenise(expression: SourceWord): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.text.length) {
    if (/\s/.test(expression.text.charAt(at))) {
      at += 1;
    } else {
      const token = readToken(expression, at);
      tokens.push(token);
      at = token.end;
    }
  }
  const last = Math.max(0, expression.text.trimEnd().length - 1);
  return [...tokens, { kind: 'end', word: sliceWord(expression, last, last + 1), text: '', start: at, end: at }];
}

function readToken(expression: SourceWord, start: number): Token {
  const { text } = expression;
  const char = text.charAt(start);
  const token = (kind: Token['kind'], end: number, value = text.slice(start, end)): Token => {
    return { kind, word: sliceWord(expression, start, end), text: value, start, end };
  };
  if (char === '(') return token('open', start + 1);
  if (char === ')') return token('close', start + 1);
  if (char === "'" || char === '"') return readQuoted(expression, start, token);
  if (char === '/') return token('pattern', endOfPattern(expression, start));
  if (char === '!' && !'=~<>'.includes(text.charAt(start + 1) || ' ')) return token('not', start + 1);
  if (OPERATOR_CHARACTERS.includes(char)) {
    return token(
      'operator',
      endOfRun(text, start, (each) => OPERATOR_CHARACTERS.includes(each)),
    );
  }
  return token(
    'word',
    endOfRun(text, start, (each) => !SPECIAL.includes(each) && !/\s/.test(each)),
  );
}

function endOfRun(text: string, start: number, belongs: (char: string) => boolean): number {
  let end = start + 1;
  while (end < text.length && belongs(text.charAt(end))) end += 1;
  return end;
}

/** In quotes a backslash escapes that quote and itself, and stands for itself elsewhere. */
function readQuoted(
  expression: SourceWord,
  start: number,
  token: (kind: 'quoted', end: number, value: string) => Token,
): Token {
  const { text } = expression;
  const quote = text.charAt(start);
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === quote) return token('quoted', at + 1, value);
    const next = text.charAt(at + 1);
    const isEscape = char === '\\' && next !== '' && (next === quote || next === '\\');
    if (isEscape) at += 1;
    value += isEscape ? next : char;
  }
  throw failAt(sliceWord(expression, start), 'usage/unclosed-quote', {
    message: `the quote ${quote} in the expression is not closed`,
  });
}

/** A pattern ends at the next slash without a backslash, and the flag after it. */
function endOfPattern(expression: SourceWord, start: number): number {
  const { text } = expression;
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '/') at += text.charAt(at) === '\\' ? 2 : 1;
  if (at >= text.length) {
    const hint = "a value that begins with a slash needs quotes: `'/etc'`";
    throw failAt(sliceWord(expression, start), 'usage/bad-pattern', {
      message: 'the regular expression is not closed by a slash',
      hint,
    });
  }
  const end = endOfRun(text, at, (each) => each !== '(' && each !== ')' && !/\s/.test(each));
  const flags = sliceWord(expression, at + 1, end);
  if (flags.text === '' || flags.text === 'i') return end;
  const hint =
    'only `i` may follow; a value that begins with a slash needs quotes, and `\\/` is a slash in a regular expression';
  throw failAt(flags, 'usage/bad-pattern', { message: 'text follows the regular expression', hint });
}
