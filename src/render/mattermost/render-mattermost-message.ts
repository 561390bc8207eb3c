import type { ButtonAction, Card, CardButton } from '../../core/card.ts';
import { CUT_MARK, escapeText } from '../../core/escape-text.ts';
import { type Line, layoutCard, type Piece } from '../layout-card.ts';
import { writeFence, writeTable } from './write-blocks.ts';
import { writeCode, writeProse } from './write-prose.ts';

/** Mattermost refuses more than 16,383 characters. */
const MAX_LENGTH = 16_000;
const GAP = '\n\n';
const LABEL_LENGTH = 75;
/** Props hold 8,000 characters, and each button gets an address and a context besides. */
const RUN_LENGTH = 100;

/** A button before it can be pressed: its address and its keyed context are added when its post has an id. */
export interface MattermostButton {
  /** Letters and digits only, once in a post: the server answers a press of any other with 404. */
  readonly id: string;
  readonly name: string;
  readonly style?: string;
  readonly action: ButtonAction;
  readonly run: string;
}

/** The content of a Mattermost post. */
export interface MattermostMessage {
  /** Markdown. */
  readonly message: string;
  readonly attachments?: readonly { readonly actions: readonly MattermostButton[] }[];
}

/**
 * A card as a Mattermost post that the server accepts, whatever the card holds. Text from outside stands in code spans and
 * fences unless it is harmless everywhere, so no mention, link or markup in it takes effect.
 */
export function renderMattermostMessage(card: Card): MattermostMessage {
  const actions = drawButtons(card.buttons ?? []);
  return { message: writeMessage(layoutCard(card)), ...(actions.length > 0 ? { attachments: [{ actions }] } : {}) };
}

function drawButtons(buttons: readonly CardButton[]): MattermostButton[] {
  const valid = buttons.filter(
    // INVARIANT: Mattermost asks nothing before a press, so what needs a question is no button here.
    ({ run, label, confirm }) => confirm === undefined && run.length <= RUN_LENGTH && label.trim() !== '',
  );
  const unique = new Map(valid.map((button) => [button.action, button]));
  return [...unique.values()].map(({ action, run, label }) => ({
    id: action,
    name: escapeText(label, LABEL_LENGTH),
    ...(action === 'cancel' ? { style: 'danger' } : {}),
    action,
    run,
  }));
}

/** Pieces with empty lines between, cut with a mark where it is too much. */
function writeMessage(pieces: readonly Piece[]): string {
  const written: string[] = [];
  let room = MAX_LENGTH - GAP.length - CUT_MARK.length;
  for (const piece of pieces) {
    const next = writePiece(piece);
    if (next.length + GAP.length > room) {
      return [...written, cutPiece(piece, room - GAP.length), CUT_MARK].filter((text) => text !== '').join(GAP);
    }
    written.push(next);
    room -= next.length + GAP.length;
  }
  return written.join(GAP);
}

function writePiece(piece: Piece): string {
  if (piece.kind === 'table') return writeTable(piece);
  return piece.kind === 'fence' ? writeFence(piece.lines) : writeLines(piece.lines);
}

/** Mattermost breaks a line at every newline. */
const writeLines = (lines: readonly Line[]): string =>
  lines
    .map(writeProse)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');

/** As many of its lines or rows as fit, of a single line the beginning. */
function cutPiece(piece: Piece, room: number): string {
  const length = piece.kind === 'table' ? piece.rows.length : piece.lines.length;
  for (let count = length - 1; count > 0; count = Math.min(count - 1, Math.floor(count * 0.9))) {
    const written = writePiece(takeFirst(piece, count));
    if (written.length <= room) return written;
  }
  if (room < LABEL_LENGTH) return '';
  const [first = ''] = piece.kind === 'table' ? piece.columns : piece.lines.map(textOf);
  // A code span full of back-ticks takes three times their number.
  return writeCode(escapeText(first, Math.floor(room / 4)));
}

const textOf = (line: string | Line): string =>
  typeof line === 'string' ? line : line.map(({ text }) => text).join('');

function takeFirst(piece: Piece, count: number): Piece {
  if (piece.kind === 'table') return { ...piece, rows: piece.rows.slice(0, count) };
  if (piece.kind === 'fence') return { ...piece, lines: piece.lines.slice(0, count) };
  return { ...piece, lines: piece.lines.slice(0, count) };
}
