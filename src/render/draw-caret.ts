import type { Span } from '../core/errors.ts';
import { CUT_MARK, escapeText } from '../core/escape-text.ts';
import { measureWidth } from './measure-width.ts';

/** How much of the text is shown before, under and after the carets, UTF-16 units. */
const BEFORE = 60;
const UNDER = 60;
const AFTER = 40;

/**
 * Two lines: what was typed, and carets under the part that is wrong. Only a window round it when the text is long.
 * An empty span, such as the end of the text, gets one caret.
 */
export function drawCaret({ text, start, end }: Span): string {
  const from = Math.min(Math.max(0, start), text.length);
  const to = Math.min(Math.max(from, end), text.length);
  const first = Math.max(0, from - BEFORE);
  // Each part is escaped by itself, so the carets stay in place whatever the escaping added.
  const before = (first > 0 ? CUT_MARK : '') + escapeText(text.slice(first, from));
  const under = escapeText(text.slice(from, Math.min(to, from + UNDER))) + (to - from > UNDER ? CUT_MARK : '');
  const after = to - from > UNDER ? '' : escapeText(text.slice(to), AFTER);
  const carets = '^'.repeat(Math.max(1, measureWidth(under)));
  return `${before}${under}${after}\n${' '.repeat(measureWidth(before))}${carets}`;
}
