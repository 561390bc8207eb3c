import type { CardPart } from '../core/card.ts';
import { alignLeft, measureWidest } from './measure-width.ts';

export type Table = Extract<CardPart, { kind: 'table' }>;

/** A table as lines of aligned columns, the head first. */
export function drawTable({ columns, rows }: Table): string[] {
  const all = [columns, ...rows];
  const widths = columns.map((_, i) => measureWidest(all.map((row) => row[i] ?? '')));
  return all.map((row) =>
    widths
      .map((width, i) => alignLeft(row[i] ?? '', width))
      .join('   ')
      .trimEnd(),
  );
}
