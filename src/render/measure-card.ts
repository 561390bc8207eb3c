import type { Card, CardPart } from '../core/card.ts';
import { measureWidest } from './measure-width.ts';

/** What a platform may put round a part: fences, empty lines. */
const FRAME = 24;

/** What a code span adds to a line at most: its delimiters grow with the back-ticks inside. */
const countTicks = (text: string): number => text.split('`').length - 1;

/** With `&`, `<` and `>` as the entities that Slack stores. */
const measureText = (text: string): number => text.length + 4 * (text.match(/[&<>]/g)?.length ?? 0);

/**
 * A line of prose as drawn, never less than any platform makes of it: where each word in turn becomes a code span a line
 * doubles, and back-ticks make elements of their own or need longer delimiters.
 */
const measureProse = (line: string): number => measureText(line) + line.length + 12 + 8 * countTicks(line);

/** How many characters a part takes as drawn, at most, as UTF-16 units. */
export function measurePart(part: CardPart): number {
  if (part.kind === 'prose') return FRAME + part.lines.reduce((sum, line) => sum + measureProse(line), 0);
  if (part.kind === 'fixed') {
    return FRAME + measureFence(part.lines) + part.lines.reduce((sum, line) => sum + measureText(line) + 1, 0);
  }
  const all = [part.columns, ...part.rows];
  return FRAME + measureFence(all.flat()) + measureTable(part.columns, part.rows);
}

/** What back-ticks inside add to the lines above and below a block. */
const measureFence = (texts: readonly string[]): number =>
  2 * texts.reduce((most, text) => Math.max(most, countTicks(text)), 0);

/** As aligned columns or with a frame round every cell, whichever is more. */
function measureTable(columns: readonly string[], rows: readonly (readonly string[])[]): number {
  const all = [columns, ...rows];
  const width = columns.reduce(
    (sum, _, i) =>
      sum +
      5 +
      Math.max(3, measureWidest(all.map((row) => row[i] ?? '')), ...all.map((row) => measureText(row[i] ?? ''))),
    2,
  );
  return (all.length + 1) * width;
}

/** What stands above the body, and the rest of the frame. */
export function measureHead({ header, outcome, summary }: Card): number {
  return [header, outcome, summary].reduce((sum, text) => sum + (text === undefined ? 0 : measureProse(text)), FRAME);
}

/** How many characters a card takes as drawn, at most: an estimate that is never too low. */
export const measureCard = (card: Card): number =>
  measureHead(card) + card.body.reduce((sum, part) => sum + measurePart(part), 0);
