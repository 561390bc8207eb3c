import { McoError } from '../core/errors.ts';
import { compilePattern, type Pattern } from '../core/regex.ts';
import { failAt, quoteInput, type SourceWord, sliceWord } from './source-word.ts';

const ESCAPED_OR_SLASH = /\\[\s\S]|\//g;

/**
 * `/re/` or `/re/i` as a pattern, `\/` standing for a slash. Undefined when the word is not written between slashes.
 *
 * @throws McoError `usage/bad-pattern`
 */
export function parseDelimitedPattern(word: SourceWord): Pattern | undefined {
  const match = /^\/([\s\S]*)\/(i?)$/.exec(word.text);
  const body = match?.[1];
  if (body === undefined || endsInsideEscape(body)) return undefined;
  const found = [...body.matchAll(ESCAPED_OR_SLASH)].find(([text]) => text === '/');
  if (found !== undefined) {
    const hint = 'write `\\/` for a slash in a regular expression, or `==` before text that is none';
    throw failAt(sliceWord(word, found.index + 1, found.index + 2), 'usage/bad-pattern', {
      message: 'a slash ends the regular expression too early',
      hint,
    });
  }
  return makePattern(word, body, match?.[2] === 'i');
}

/**
 * A checked pattern from the text of a regular expression.
 *
 * @throws McoError `usage/bad-pattern`
 */
export function makePattern(word: SourceWord, body: string, ignoreCase = false): Pattern {
  if (body === '')
    throw failAt(word, 'usage/bad-pattern', {
      message: 'the regular expression is empty',
      hint: 'an empty one matches everything',
    });
  const text = body.replace(ESCAPED_OR_SLASH, (found) => (found === '\\/' ? '/' : found));
  const pattern: Pattern = ignoreCase ? { pattern: text, ignoreCase } : { pattern: text };
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    throw failAt(word, 'usage/bad-pattern', {
      message: `${quoteInput(word.text)}: ${error.message}`,
      hint: error.hint,
    });
  }
  return pattern;
}

/** The spelling that `parseDelimitedPattern` reads back. */
export function formatPattern({ pattern, ignoreCase }: Pattern): string {
  const body = pattern.replace(ESCAPED_OR_SLASH, (found) => (found === '/' ? '\\/' : found));
  return `/${body}/${ignoreCase === true ? 'i' : ''}`;
}

function endsInsideEscape(body: string): boolean {
  return body.replace(/\\[\s\S]/g, '').endsWith('\\');
}
