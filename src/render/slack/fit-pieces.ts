import { CUT_MARK } from '../../core/escape-text.ts';
import { drawTable } from '../draw-table.ts';
import type { Line, Piece, Span } from '../layout-card.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/table-block, the head among the rows. */
const MAX_TABLE_ROWS = 100;
const MAX_TABLE_COLUMNS = 20;
/** For what surrounds a text where Slack counts; how it counts is not documented. */
const ELEMENT_COST = 10;
const CELL_COST = 5;

/** What a text counts: `&`, `<` and `>` as the entities that Slack stores. */
const countCost = (text: string): number => text.length + 4 * (text.match(/[&<>]/g)?.length ?? 0);

/**
 * The pieces within a number of characters, as Slack may count them: cut where it is too much, with a mark. The second table,
 * and one that is too large, becomes a block of lines.
 */
export function fitPieces(pieces: readonly Piece[], maxCost: number): Piece[] {
  const fitted: Piece[] = [];
  let left = maxCost - 3 * ELEMENT_COST;
  let hasTable = false;
  for (const piece of pieces) {
    const drawn: Piece = piece.kind === 'table' && (hasTable || !isDrawable(piece, left)) ? toFence(piece) : piece;
    hasTable ||= drawn.kind === 'table';
    const { taken, cost, isCut } = takePiece(drawn, left);
    if (taken !== undefined) fitted.push(taken);
    left -= cost;
    if (isCut) return [...fitted, { kind: 'lines', lines: [[{ style: 'plain', text: CUT_MARK }]] }];
  }
  return fitted;
}

type TablePiece = Extract<Piece, { kind: 'table' }>;

const toFence = (table: TablePiece): Piece => ({ kind: 'fence', lines: drawTable(table) });

const costOfTable = ({ columns, rows }: TablePiece): number =>
  [columns, ...rows].flat().reduce((sum, cell) => sum + countCost(cell) + CELL_COST, 0);

const isDrawable = (table: TablePiece, left: number): boolean =>
  table.columns.length <= MAX_TABLE_COLUMNS && table.rows.length < MAX_TABLE_ROWS && costOfTable(table) <= left;

interface TakenPiece {
  readonly taken: Piece | undefined;
  readonly cost: number;
  readonly isCut: boolean;
}

function takePiece(piece: Piece, left: number): TakenPiece {
  if (piece.kind === 'table') return { taken: piece, cost: costOfTable(piece), isCut: false };
  if (piece.kind === 'fence') {
    const { lines, cost, isCut } = takeLines(piece.lines, left, cutText);
    return { taken: lines.length > 0 ? { kind: 'fence', lines } : undefined, cost, isCut };
  }
  const { lines, cost, isCut } = takeLines(piece.lines, left, cutLine);
  return { taken: lines.length > 0 ? { kind: 'lines', lines } : undefined, cost, isCut };
}

type Cut<T> = (item: T, left: number) => { readonly item: T; readonly cost: number; readonly isCut: boolean };

function takeLines<T>(
  items: readonly T[],
  maxCost: number,
  cut: Cut<T>,
): { readonly lines: readonly T[]; readonly cost: number; readonly isCut: boolean } {
  const lines: T[] = [];
  let cost = ELEMENT_COST;
  for (const item of items) {
    const room = maxCost - cost - 1;
    if (room < 2 * ELEMENT_COST) return { lines, cost, isCut: true };
    const taken = cut(item, room);
    lines.push(taken.item);
    cost += taken.cost + 1;
    if (taken.isCut) return { lines, cost, isCut: true };
  }
  return { lines, cost, isCut: false };
}

const cutText: Cut<string> = (text, left) => {
  if (countCost(text) <= left) return { item: text, cost: countCost(text), isCut: false };
  let shown = '';
  let cost = 0;
  for (const character of text) {
    cost += countCost(character);
    if (cost > left) break;
    shown += character;
  }
  return { item: shown, cost: countCost(shown), isCut: true };
};

const cutLine: Cut<Line> = (line, left) => {
  const spans: Span[] = [];
  let cost = 0;
  for (const span of line) {
    const { item, cost: taken, isCut } = cutText(span.text, left - cost - ELEMENT_COST);
    spans.push({ ...span, text: item });
    cost += taken + ELEMENT_COST;
    if (isCut) return { item: spans, cost, isCut };
  }
  return { item: spans, cost, isCut: false };
};
