import type { Card, CardPart } from '../core/card.ts';
import { escapeText } from '../core/escape-text.ts';
import { readHeader } from './describe-header.ts';
import type { Table } from './draw-table.ts';
import { splitProgress } from './progress-bar.ts';

export interface Span {
  readonly style: 'plain' | 'bold' | 'code';
  readonly text: string;
}

export type Line = readonly Span[];

/** What a chat shows one below the other: running lines, a block in columns, or a table. */
export type Piece =
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'fence'; readonly lines: readonly string[] }
  | Table;

/** Stands where a card holds nothing: no platform takes an empty message. */
export const NOTHING = 'nothing to show';

/** Longer texts are no use to anybody, and cards do not hold them. */
const LINE_LENGTH = 20_000;

// INVARIANT: every text of a card passes here before a platform draws it.
const clean = (text: string): string => escapeText(text, LINE_LENGTH);

const plain = (text: string): Span => ({ style: 'plain', text });
const code = (text: string): Span => ({ style: 'code', text });
const bold = (text: string): Span => ({ style: 'bold', text });

/**
 * A card as the pieces that every platform draws alike, all texts safe and none empty: the command as code, the outcome word
 * bold, bars and what errors quote in back-ticks as code.
 */
export function layoutCard(card: Card): Piece[] {
  const head: Piece = { kind: 'lines', lines: [...layoutHeader(card), ...layoutOutcome(card)] };
  const merged: Piece[] = [];
  for (const piece of [head, ...card.body.map(layoutPart)]) {
    const last = merged.at(-1);
    if (piece.kind !== 'table' && piece.lines.length === 0) continue;
    if (piece.kind === 'lines' && last?.kind === 'lines') {
      merged[merged.length - 1] = { kind: 'lines', lines: [...last.lines, ...piece.lines] };
    } else merged.push(piece);
  }
  return merged.some(isVisible) ? merged : [{ kind: 'lines', lines: [[plain(NOTHING)]] }];
}

const isVisible = (piece: Piece): boolean =>
  piece.kind !== 'lines' || piece.lines.some((line) => line.some(({ text }) => text.trim() !== ''));

function layoutHeader({ header, outcome, summary }: Card): Line[] {
  if (header === undefined || header.trim() === '') return [];
  const fields = readHeader(clean(header));
  if (fields !== undefined) {
    const { caller, command, effect, run } = fields;
    return [[plain(`${caller} · `), code(command), plain(` · ${effect} · ${run}`)]];
  }
  // A header that stands alone is a title.
  return [outcome === undefined && summary === undefined ? [bold(clean(header))] : splitSpans(clean(header))];
}

function layoutOutcome({ outcome, summary }: Card): Line[] {
  const word = outcome === undefined || outcome.trim() === '' ? [] : [bold(clean(outcome))];
  if (summary === undefined || summary.trim() === '') return word.length > 0 ? [word] : [];
  const progress = splitProgress(clean(summary));
  const told = progress
    ? [plain(' '), code(progress.bar), plain(` ${progress.rest}`)]
    : [plain(' · '), ...splitSpans(clean(summary))];
  return [[...word, ...(word.length > 0 ? told : told.slice(1))]];
}

function layoutPart(part: CardPart): Piece {
  if (part.kind === 'table') {
    const width = part.columns.length;
    const rows = part.rows.map((row) => Array.from({ length: width }, (_, i) => clean(row[i] ?? '')));
    if (width > 0 && rows.length > 0) return { kind: 'table', columns: part.columns.map(clean), rows };
    return { kind: 'lines', lines: [] };
  }
  const lines = part.lines.map(clean);
  if (part.kind === 'prose') return { kind: 'lines', lines: lines.map((line) => splitSpans(line.trim())) };
  const [first = ''] = lines;
  // One line has no columns to keep.
  if (lines.length === 1) return { kind: 'lines', lines: [first.trim() === '' ? [] : [code(first)]] };
  return lines.every((line) => line.trim() === '') ? { kind: 'lines', lines: [] } : { kind: 'fence', lines };
}

/** Back-ticks as errors put them round what was typed: `code` to people, and not part of any word. */
const QUOTED = /(?<![^\s("'])`([^`]*[^`\s][^`]*)`(?![^\s)"',.:;!?])/g;

/** A line of prose by spans; back-ticks that stand elsewhere stay as they are. */
function splitSpans(line: string): Line {
  const spans: Span[] = [];
  let at = 0;
  for (const { 0: whole, 1: quoted = '', index } of line.matchAll(QUOTED)) {
    if (index > at) spans.push(plain(line.slice(at, index)));
    spans.push(code(quoted));
    at = index + whole.length;
  }
  if (at < line.length) spans.push(plain(line.slice(at)));
  return spans;
}
