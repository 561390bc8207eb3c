import type { Unit } from '../core/agent-description.ts';
import { escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import { formatCount } from './format-count.ts';
import { formatUnit, nameWithoutUnit } from './format-unit.ts';
import { alignLeft, alignRight, measureWidest } from './measure-width.ts';
import { isPlain } from './show-value.ts';

const MAX_COLUMNS = 10;
const MAX_CELL = 60;

type Units = Readonly<Record<string, Unit>>;
type Row = { readonly [name: string]: JsonValue };

const isRow = (value: JsonValue): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is a list that reads best as a table: maps of plain values. */
export const isTable = (value: JsonValue | undefined): value is readonly Row[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isRow(item) && Object.values(item).every(isPlain));

/** A list of maps as columns under their names; numbers stand to the right, those with a unit in words. At most `maxRows` rows. */
export function drawListTable(rows: readonly Row[], maxRows: number, units: Units = {}): string[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const names = all.slice(0, MAX_COLUMNS);
  const shown = rows.slice(0, maxRows);
  const columns = names.map((name) => {
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    const title = escapeText(unit === undefined ? name : nameWithoutUnit(name), 30);
    const cells = shown.map((row) => drawCell(row[name], unit));
    const align = shown.every((row) => typeof row[name] === 'number') ? alignRight : alignLeft;
    const width = measureWidest([title, ...cells]);
    return [title, ...cells].map((cell) => align(cell, width));
  });
  const lines = ['', ...shown].map((_, index) =>
    columns
      .map((column) => column[index] ?? '')
      .join('  ')
      .trimEnd(),
  );
  const rest = rows.length - shown.length;
  return [
    ...lines,
    ...(rest > 0 ? [`and ${formatCount(rest, 'more row')}`] : []),
    ...(all.length > names.length ? [`and ${formatCount(all.length - names.length, 'more column')}`] : []),
  ];
}

function drawCell(value: JsonValue | undefined, unit: Unit | undefined): string {
  if (value === undefined || value === null) return '';
  if (unit !== undefined && typeof value === 'number') return formatUnit(value, unit);
  return escapeText(typeof value === 'object' ? JSON.stringify(value) : String(value), MAX_CELL);
}
