import { dropOverdrawn, escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import type { ReplyData } from '../core/reply.ts';
import { isMap, isPlainList, NONE, showValue } from './show-value.ts';

const OUTPUT = /\{([^{}]*)\}/;

/** The names of the outputs that a line shows. */
export const listOutputs = (template: string): readonly string[] =>
  template.split(OUTPUT).filter((_, i) => i % 2 === 1);

/** What parts an output from the one before it: without the output it parts nothing. */
const SEPARATOR = /[.:/@-]$/;

/**
 * One node's result on one line: `{package}-{ensure}.{arch}` with the outputs filled in, escaped. An output that the node
 * did not send is empty, and one that it sent as nothing is `(none)` where it stands by itself; where it does not, the dot
 * or the brackets round it go with it. What a value holds is never filled in again.
 */
export function fillLine(template: string, data: ReplyData, maxLength = 300): string {
  // Names stand between the template's own words.
  const pieces = template.split(OUTPUT);
  const texts = [...pieces];
  for (let i = 1; i < pieces.length; i += 2) {
    const name = pieces[i] ?? '';
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    const [before, after] = [texts[i - 1] ?? '', texts[i + 1] ?? ''];
    texts[i] = showInLine(value);
    if (texts[i] !== '') continue;
    const isFirst = i === 1;
    const isLast = i === pieces.length - 2;
    if (before.endsWith('(') && after.startsWith(')')) {
      texts[i - 1] = before.slice(0, -1).trimEnd();
      texts[i + 1] = after.slice(1);
    } else if ((before === '' ? isFirst : /\s$/.test(before)) && (after === '' ? isLast : /^\s/.test(after))) {
      texts[i] = value === undefined ? '' : NONE;
    } else if (value === null) {
      texts[i] = NONE;
    } else {
      texts[i - 1] = before.replace(SEPARATOR, '');
    }
  }
  const line = texts.join('').trimEnd();
  return line === '' ? NONE : escapeText(line, maxLength);
}

/** A value among words: a list or a map of plain values one after the other, nothing as nothing. */
function showInLine(value: JsonValue | undefined): string {
  if (typeof value === 'string') return dropOverdrawn(value);
  if (isPlainList(value)) return value.map(showValue).join(', ');
  if (!isMap(value)) return showValue(value);
  const entries = Object.entries(value);
  if (entries.some(([, entry]) => typeof entry === 'object' && entry !== null)) return showValue(value);
  return entries.map(([key, entry]) => `${key}=${showValue(entry)}`).join(', ');
}
