import { escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import type { NodeResult } from '../core/report.ts';
import { orderOutputs } from './draw-fields.ts';
import { drawColumns, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { isMap, NONE, showValue } from './show-value.ts';

const MAX_ENTRIES = 300;

/** Facts nested deeper than this stay compact JSON. */
const MAX_DEPTH = 8;

/** Everything about one node: single values first, then a section for each list and each map, maps sorted by name. */
export function drawInventory({ node, data }: NodeResult, labels: Readonly<Record<string, string>>): string[] {
  const outputs = orderOutputs(data, labels).map((name) => ({
    label: escapeText(Object.hasOwn(labels, name) ? (labels[name] ?? name) : name, 60),
    value: data[name],
  }));
  const single = outputs.filter(({ value }) => !isNested(value)).slice(0, MAX_ENTRIES);
  const width = measureWidest(single.map(({ label }) => label));
  return [
    `Inventory of ${escapeText(node, NAME_LENGTH)}:`,
    ...(single.length > 0 ? [''] : []),
    ...single.map(({ label, value }) =>
      `    ${alignRight(label, width)}: ${escapeText(showValue(value), 200)}`.trimEnd(),
    ),
    ...outputs
      .filter(({ value }) => isNested(value))
      .slice(0, MAX_ENTRIES)
      .flatMap(({ label, value }) => ['', `  ${label}:`, '', ...drawSection(value).map((line) => `    ${line}`)]),
  ];
}

const isNested = (value: JsonValue | undefined): value is Exclude<JsonValue, null | string | number | boolean> =>
  typeof value === 'object' && value !== null;

function drawSection(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [NONE] : drawColumns(value.map(showValue), MAX_ENTRIES);
  if (!isMap(value)) return [showValue(value)];
  const entries = flatten(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([name, entry]) => `${escapeText(name, 120)} => ${escapeText(showValue(entry), 200)}`.trimEnd());
  if (shown.length === 0) return [NONE];
  return entries.length > shown.length ? [...shown, `and ${entries.length - shown.length} more`] : shown;
}

/** A map's values by their dotted names, `os.release.major`; lists and what is empty are values. */
function flatten(map: Readonly<Record<string, JsonValue>>, prefix = '', depth = 1): [name: string, value: JsonValue][] {
  return Object.entries(map).flatMap(([name, value]): [string, JsonValue][] => {
    const isOpened = depth < MAX_DEPTH && isMap(value) && Object.keys(value).length > 0;
    return isOpened ? flatten(value, `${prefix}${name}.`, depth + 1) : [[prefix + name, value]];
  });
}
