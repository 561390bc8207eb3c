import type { Unit } from '../core/agent-description.ts';
import { CUT_MARK, dropOverdrawn, escapeLines, escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import { drawListTable, isTable } from './draw-list.ts';
import { measureWidth } from './measure-width.ts';
import { isMap, isPlain, isPlainList, NONE, showValue } from './show-value.ts';

/** What is nested deeper stays compact JSON. */
const MAX_DEPTH = 6;

/** A list of plain values stands on one line where that is no longer than this. */
const LIST_WIDTH = 60;

const KEY_LENGTH = 80;

export interface ValueLimits {
  readonly maxLines: number;
  /** Of a line. */
  readonly maxLength: number;
  /** Of a list of maps: the columns that are times or sizes. */
  readonly units?: Readonly<Record<string, Unit>> | undefined;
}

/**
 * A value as lines, escaped: text as it is, a list of maps as a table, any other list with a line for each element, a map as
 * `key: value` lines, what is nested indented below its key. What is empty is `(none)`, and nothing is an empty line.
 */
export function drawValue(value: JsonValue | undefined, limits: ValueLimits): string[] {
  const lines = drawNested(value, limits, 1);
  return lines.length > limits.maxLines ? [...lines.slice(0, limits.maxLines - 1), CUT_MARK] : lines;
}

function drawNested(value: JsonValue | undefined, limits: ValueLimits, depth: number): string[] {
  const { maxLines, maxLength, units } = limits;
  if (value === undefined || isPlain(value) || depth > MAX_DEPTH) {
    return escapeLines(dropOverdrawn(showValue(value)), maxLines, maxLength);
  }
  if (isTable(value)) return drawListTable(value, maxLines, units);
  if (isPlainList(value)) return drawPlainList(value, limits);
  // One more than are shown tells that some are not.
  if (isMap(value)) {
    const entries = Object.entries(value).slice(0, maxLines + 1);
    return entries.length === 0 ? [NONE] : entries.flatMap((entry) => drawEntry(entry, limits, depth));
  }
  const items = value as unknown as readonly JsonValue[];
  return items.slice(0, maxLines + 1).flatMap((item) => {
    const [first = '', ...more] = drawNested(item, limits, depth + 1);
    return [`- ${first}`.trimEnd(), ...more.map((line) => `  ${line}`)];
  });
}

function drawEntry([name, value]: readonly [string, JsonValue], limits: ValueLimits, depth: number): string[] {
  const key = `${escapeText(name, KEY_LENGTH)}:`;
  const lines = drawNested(value, limits, depth + 1);
  const [only = '', ...more] = lines;
  const isShort = more.length === 0 && (!isMap(value) || only === NONE);
  return isShort ? [`${key} ${only}`.trimEnd()] : [key, ...lines.map((line) => `    ${line}`.trimEnd())];
}

/** One after the other where that is short, else below each other. */
function drawPlainList(values: readonly JsonValue[], { maxLines, maxLength }: ValueLimits): string[] {
  if (values.length === 0) return [NONE];
  const shown = values.slice(0, maxLines + 1).map((value) => dropOverdrawn(showValue(value)) || NONE);
  if (shown.every((text) => !text.includes('\n'))) {
    const line = escapeText(shown.join(', '), maxLength);
    if (measureWidth(line) <= LIST_WIDTH) return [line];
  }
  return shown.flatMap((text) => escapeLines(text, maxLines, maxLength));
}
