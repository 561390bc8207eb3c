import type { JsonValue } from '../core/json.ts';
import type { NodeResult } from '../core/report.ts';
import { escapeText } from './escape-text.ts';
import { orderOutputs, showValue } from './fill-line.ts';
import { drawColumns, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';

const MAX_ENTRIES = 300;

/** Everything about one node: single values first, then a section for each list and each map. */
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
  if (!isNested(value)) return [showValue(value)];
  if (Array.isArray(value)) return value.length === 0 ? ['(none)'] : drawColumns(value.map(showValue), MAX_ENTRIES);
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([name, entry]) => `${escapeText(name, 80)} => ${escapeText(showValue(entry), 200)}`.trimEnd());
  if (shown.length === 0) return ['(none)'];
  return entries.length > shown.length ? [...shown, `and ${entries.length - shown.length} more`] : shown;
}
