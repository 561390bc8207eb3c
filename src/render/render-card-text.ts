import type { Card, CardPart } from '../core/card.ts';
import { drawTable } from './draw-table.ts';
import { splitProgress } from './progress-bar.ts';

/**
 * A card as plain text for a terminal: without its buttons, tables as aligned columns. What has a heading stands
 * indented below it. A card without a header, a refusal, is short and stays together.
 */
export function renderCardText(card: Card): string {
  const head = [...(card.header === undefined ? [] : [card.header]), ...writeOutcome(card)];
  const isTight = card.header === undefined && card.outcome !== undefined;
  if (isTight) return [...head, ...indent(card.body.flatMap(linesOf))].join('\n');
  return renderPartsText([{ kind: 'prose', lines: head }, ...card.body]);
}

/** A bar stands right behind the outcome word, everything else behind a dot. */
function writeOutcome({ outcome, summary }: Card): string[] {
  const line = [outcome, summary].filter((text) => text !== undefined);
  if (line.length === 0) return [];
  return [line.join(summary !== undefined && splitProgress(summary) ? ' ' : ' · ')];
}

/** Parts one below the other; what stands in columns of several lines is set apart by empty lines, or by its heading. */
function renderPartsText(parts: readonly CardPart[]): string {
  const shown = parts.filter((part) => linesOf(part).length > 0);
  return shown
    .flatMap((part, i) => {
      const before = shown[i - 1];
      if (before === undefined) return linesOf(part);
      if (part.kind !== 'prose' && isHeading(before)) return indent(linesOf(part));
      const isHeadingNow = isHeading(part) && shown[i + 1]?.kind !== 'prose';
      return isBlock(part) || isBlock(before) || isHeadingNow ? ['', ...linesOf(part)] : linesOf(part);
    })
    .join('\n');
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`.trimEnd());

const linesOf = (part: CardPart): readonly string[] => (part.kind === 'table' ? drawTable(part) : part.lines);

/** A single line in fixed width reads like the prose round it, unless it stands below a heading. */
const isBlock = (part: CardPart): boolean => part.kind === 'table' || (part.kind === 'fixed' && part.lines.length > 1);

const isHeading = (part: CardPart): boolean => part.kind === 'prose' && part.lines.at(-1)?.endsWith(':') === true;
