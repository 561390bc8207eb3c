import type { Card, CardPart } from '../core/card.ts';
import type { ChatTraits } from '../core/chat.ts';
import { drawTable, type Table } from './draw-table.ts';
import { measureHead, measurePart } from './measure-card.ts';

export type CardLimits = Pick<ChatTraits, 'maxCardLength' | 'maxTableRows' | 'maxTableColumns'>;

/** No chat is so narrow; below it there would be no room for anything. */
const LEAST_LENGTH = 400;

/**
 * A card as one or several that each fit into a message, nothing lost: the head and the buttons stand on the first. A table
 * that the chat can't draw becomes aligned lines; no card holds two tables. A line that is too long for a card is broken.
 */
export function splitCard(card: Card, limits: CardLimits): Card[] {
  const max = Math.max(LEAST_LENGTH, limits.maxCardLength);
  const bodies: CardPart[][] = [[]];
  let room = max - measureHead(card);
  for (const part of card.body) {
    let rest: CardPart | undefined = fitPart(part, limits, max);
    while (rest !== undefined) {
      const body = bodies.at(-1) ?? [];
      const isOpen: boolean = !(rest.kind === 'table' && body.some(({ kind }) => kind === 'table'));
      const isBetterWhole: boolean =
        body.length > 0 && measurePart(rest) > room && measurePart(rest) <= max - LEAST_LENGTH / 4;
      const [piece, left]: Taken = isOpen && !isBetterWhole ? takePart(rest, room, limits) : [undefined, rest];
      if (piece !== undefined) {
        body.push(piece);
        room -= measurePart(piece);
      }
      rest = left;
      if (rest !== undefined) {
        const next = piece === undefined ? takeHeading(body) : [];
        bodies.push(next);
        room = max - LEAST_LENGTH / 4 - next.reduce((sum, heading) => sum + measurePart(heading), 0);
      }
    }
  }
  return bodies.map((body, i) => (i === 0 ? { ...card, body } : { body }));
}

type Taken = readonly [piece: CardPart | undefined, left: CardPart | undefined];

/** A heading goes with what stands below it. */
function takeHeading(body: CardPart[]): CardPart[] {
  const last = body.at(-1);
  const isHeading = last?.kind === 'prose' && last.lines.length === 1 && last.lines[0]?.endsWith(':');
  return isHeading && body.length > 1 && measurePart(last) < LEAST_LENGTH / 4 ? body.splice(-1) : [];
}

/** The part so that each of its lines or rows fits into an empty card. */
function fitPart(part: CardPart, { maxTableRows, maxTableColumns }: CardLimits, max: number): CardPart {
  if (part.kind === 'table') {
    const isDrawn = maxTableRows > 0 && part.rows.length > 0 && part.columns.length <= maxTableColumns;
    const widest = Math.max(0, ...part.rows.map((row) => measurePart({ ...part, rows: [row] })));
    if (isDrawn && widest <= max / 2) return part;
    return fitPart(
      { kind: 'fixed', lines: drawTable(part) },
      { maxCardLength: max, maxTableRows, maxTableColumns },
      max,
    );
  }
  const { kind } = part;
  const room = max - LEAST_LENGTH / 2;
  // By `measurePart` a line takes at most ten times its length.
  const breakLong = (line: string): string[] =>
    measurePart({ kind, lines: [line] }) <= room ? [line] : breakLine(line, Math.floor(room / 10) - 4);
  return { kind, lines: part.lines.flatMap(breakLong) };
}

function breakLine(line: string, longest: number): string[] {
  if (line.length <= longest) return [line];
  const pieces: string[] = [];
  let piece = '';
  for (const character of line) {
    if (piece.length + character.length > longest) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** As many lines or rows as fit, and the rest. */
function takePart(part: CardPart, room: number, { maxTableRows }: CardLimits): Taken {
  if (part.kind === 'table') {
    const count = countFitting(part.rows.length, maxTableRows, (n) => measurePart(sliceTable(part, 0, n)) <= room);
    if (count === 0) return [undefined, part];
    return [sliceTable(part, 0, count), count < part.rows.length ? sliceTable(part, count) : undefined];
  }
  const { kind, lines } = part;
  const count = countFitting(
    lines.length,
    lines.length,
    (n) => measurePart({ kind, lines: lines.slice(0, n) }) <= room,
  );
  if (count === 0) return [undefined, lines.length > 0 ? part : undefined];
  return [
    { kind, lines: lines.slice(0, count) },
    count < lines.length ? { kind, lines: lines.slice(count) } : undefined,
  ];
}

const sliceTable = (table: Table, from: number, to?: number): Table => ({ ...table, rows: table.rows.slice(from, to) });

/** The largest count that fits, by halves: what fits with more fits with less. */
function countFitting(length: number, max: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, Math.min(length, max)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
