import { drawTable, type Table } from '../draw-table.ts';
import { writeCode, writeProse } from './write-prose.ts';

/** Lines in a fence that is longer than any run of back-ticks inside: what is copied out of it is what stands in it. */
export function writeFence(lines: readonly string[]): string {
  const longest = lines.flatMap((line) => line.match(/`+/g) ?? []).reduce((max, run) => Math.max(max, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines, fence].join('\n');
}

/** Markdown readers do not agree on these inside a table: then it is drawn as aligned lines. */
const UNCERTAIN = /[|`\\]/;

/** A table, its cells as code, so that nothing in them takes effect. */
export function writeTable(table: Table): string {
  const { columns, rows } = table;
  if ([columns, ...rows].flat().some((cell) => UNCERTAIN.test(cell))) return writeFence(drawTable(table));
  const writeRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    writeRow(columns.map((column) => writeProse([{ style: 'plain', text: column }]))),
    writeRow(columns.map(() => '---')),
    ...rows.map((row) => writeRow(row.map(writeCode))),
  ].join('\n');
}
