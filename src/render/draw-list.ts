import { escapeText } from '../core/escape-text.ts';
import type { JsonValue } from '../core/json.ts';
import { formatCount } from './format-count.ts';
import { alignLeft, alignRight, measureWidest } from './measure-width.ts';

const MAX_COLUMNS = 10;
const MAX_CELL = 60;

type Row = { readonly [name: string]: JsonValue };

const isRow = (value: JsonValue): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: JsonValue): boolean => value === null || typeof value !== 'object';

/** Whether a value is a list that reads best as a table: maps of plain values. */
export const isTable = (value: JsonValue | undefined): value is readonly Row[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isRow(item) && Object.values(item).every(isPlain));

/** A list of maps as columns under their names; numbers stand to the right. At most `maxRows` rows. */
export function drawListTable(rows: readonly Row[], maxRows: number): string[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const names = all.slice(0, MAX_COLUMNS);
  const shown = rows.slice(0, maxRows);
  const columns = names.map((name) => {
    const title = escapeText(name, 30);
    const cells = shown.map((row) => drawCell(row[name]));
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

const drawCell = (value: JsonValue | undefined): string =>
  value === undefined || value === null
    ? ''
    : escapeText(typeof value === 'object' ? JSON.stringify(value) : String(value), MAX_CELL);
