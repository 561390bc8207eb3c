import { McoError } from '../core/errors.ts';
import { failAt, type SourceWord } from './source-word.ts';

/** Control characters (blanks aside), what can't be seen, such as text direction marks, and broken surrogate pairs. */
const FORBIDDEN = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|[^\P{Cc}\t\n\r]/u;
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
const BLANK = /[ \t\n\r]/;
const LINE_BLANK = /[\t\n\r]/;

/**
 * Splits a text into words as a POSIX shell does (XCU 2.2): single and double quotes and the backslash, but nothing is
 * ever expanded, and a word holds no tab or line break.
 *
 * @throws McoError `usage/unclosed-quote`, `usage/trailing-backslash`, `usage/control-character`
 */
export function splitWords(source: string): SourceWord[] {
  refuseInvisible(source);
  const words: SourceWord[] = [];
  let at = 0;
  while (at < source.length) {
    if (BLANK.test(source.charAt(at))) {
      at += 1;
    } else {
      const word = readWord(source, at);
      words.push(word);
      at = word.end;
    }
  }
  return words;
}

// INVARIANT: no word, and so no canonical command, holds a character that a reader can't see or that steers a terminal.
function refuseInvisible(source: string): void {
  const found = FORBIDDEN.exec(source);
  if (found !== null) throw characterError(source, found.index, found[0]);
}

function readWord(source: string, start: number): SourceWord {
  let text = '';
  const offsets: number[] = [];
  let quote: string | undefined;
  let opened = start;
  let at = start;
  for (; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (quote === undefined && BLANK.test(char)) break;
    if (char === quote) {
      quote = undefined;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char;
      opened = at;
    } else {
      if (char === '\\' && isEscape(quote, source.charAt(at + 1))) at += 1;
      if (at === source.length) throw trailingBackslashError(source);
      if (LINE_BLANK.test(source.charAt(at))) throw characterError(source, at, source.charAt(at));
      text += source.charAt(at);
      offsets.push(at);
    }
  }
  const word = { text, start, end: at, source, offsets };
  if (quote !== undefined) {
    throw failAt({ ...word, start: opened }, 'usage/unclosed-quote', {
      message: `the quote ${quote} is not closed`,
      hint: 'close it, or write a backslash before it',
    });
  }
  return word;
}

/** Outside quotes a backslash escapes anything; inside double quotes only what is special there. */
function isEscape(quote: string | undefined, next: string): boolean {
  if (quote === undefined) return true;
  return quote === '"' && next !== '' && '"\\$`'.includes(next);
}

function trailingBackslashError(source: string): McoError {
  return new McoError('usage/trailing-backslash', 'nothing follows the backslash', {
    hint: 'write two for one backslash',
    at: { text: source, start: source.length - 1, end: source.length },
  });
}

function characterError(source: string, at: number, char: string): McoError {
  const name = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const what = LINE_BLANK.test(char) ? 'a tab or line break inside a word' : 'an invisible character';
  // The text is shown to people, so the character itself does not travel with the error.
  const text = source.replace(INVISIBLE, (found) => '\uFFFD'.repeat(found.length));
  return new McoError('usage/control-character', `${what} (${name}) is not allowed`, {
    hint: 'remove it, or type the command again',
    at: { text, start: at, end: at + char.length },
  });
}
