import type { Table } from './bench.ts';

/** A table as plain text, figures to the right. */
export function formatTable({ title, notes = [], rows }: Table): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => formatCell(row[column])));
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map((line) => (line[at] ?? '').length)));
  const isNumber = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  const align = (line: readonly string[]): string =>
    line
      .map((text, at) => (isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const body = [align(columns), ...cells.map(align)].map((line) => `  ${line}`);
  return [title, ...body, ...notes.map((note) => `  (${note})`), ''].join('\n');
}

/** Three digits that count; whole numbers from a hundred on. */
function formatCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toString();
  return value.toPrecision(3).replace(/e.*$/, '');
}
