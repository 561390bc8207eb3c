import type { Word } from '../core/command.ts';
import { type ErrorCode, McoError } from '../core/errors.ts';

/** A word that still knows where each of its characters was typed, so that an error inside quotes points at the right place. */
export interface SourceWord extends Word {
  /** The whole text the word was cut from. */
  readonly source: string;
  /** For every UTF-16 unit of `text`, its index in `source`. */
  readonly offsets: readonly number[];
}

/** The part `[from, to)` of a word, with its own span. */
export function sliceWord(word: SourceWord, from: number, to = word.text.length): SourceWord {
  if (word.text === '') return word;
  const offsets = word.offsets.slice(from, to);
  const start = offsets[0] ?? word.offsets[from] ?? word.end;
  const last = offsets.at(-1);
  return {
    text: word.text.slice(from, to),
    start,
    end: last === undefined ? start : last + 1,
    source: word.source,
    offsets,
  };
}

/** The word without blanks at its ends. */
export function trimWord(word: SourceWord): SourceWord {
  const from = word.text.length - word.text.trimStart().length;
  return sliceWord(word, from, Math.max(from, word.text.trimEnd().length));
}

/** What went wrong with a word, and what to do about it. */
interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A usage error that points at a word. */
export function failAt(word: SourceWord, code: ErrorCode & `usage/${string}`, { message, hint }: Complaint): McoError {
  return new McoError(code, message, { hint, at: { text: word.source, start: word.start, end: word.end } });
}

/** What somebody typed, in back-ticks and cut to a readable length. */
export function quoteInput(text: string): string {
  const characters = [...text];
  return characters.length <= 60 ? `\`${text}\`` : `\`${characters.slice(0, 59).join('')}…\``;
}
