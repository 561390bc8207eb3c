import type { Card, CardPart } from '../core/card.ts';
import { drawTable } from './draw-table.ts';
import { splitProgress } from './progress-bar.ts';

/** A card as plain text for a terminal: without its buttons, tables as aligned columns. */
export function renderCardText(card: Card): string {
  const head = [...(card.header === undefined ? [] : [card.header]), ...writeOutcome(card)];
  return renderPartsText([{ kind: 'prose', lines: head }, ...card.body]);
}

/** A bar stands right behind the outcome word, everything else behind a dot. */
function writeOutcome({ outcome, summary }: Card): string[] {
  const line = [outcome, summary].filter((text) => text !== undefined);
  if (line.length === 0) return [];
  return [line.join(summary !== undefined && splitProgress(summary) ? ' ' : ' · ')];
}

/** Parts one below the other; what stands in columns of several lines is set apart by empty lines. */
export function renderPartsText(parts: readonly CardPart[]): string {
  const blocks = parts.map((part) => ({
    isApart: part.kind === 'table' || (part.kind === 'fixed' && part.lines.length > 1),
    lines: part.kind === 'table' ? drawTable(part) : part.lines,
  }));
  const shown = blocks.filter(({ lines }) => lines.length > 0);
  return shown
    .flatMap(({ isApart, lines }, i) => (i > 0 && (isApart || shown[i - 1]?.isApart) ? ['', ...lines] : lines))
    .join('\n');
}
