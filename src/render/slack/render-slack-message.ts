import type { Card } from '../../core/card.ts';
import { type Line, layoutCard, type Piece } from '../layout-card.ts';
import { drawActions } from './draw-actions.ts';
import { fitPieces } from './fit-pieces.ts';
import type { RichTextElement, SlackBlock, TableBlock, TextElement } from './slack-blocks.ts';
import { writeFallback } from './write-fallback.ts';

/** What the blocks may hold: 10,000 characters and room for a mark. Slack refuses somewhere above 11,000. */
const MAX_COST = 10_100;

/** Stands in a cell without content: Slack refuses empty ones. */
const EMPTY_CELL = '–';

/** The content of a Slack message, for `chat.postMessage`, `chat.update`, `chat.postEphemeral` and response URLs. */
export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/**
 * A card as a Slack message that Slack accepts, whatever the card holds. Texts stand in rich text and in tables, whose text
 * Slack does not parse: no mention, link or markup from outside takes effect.
 */
export function renderSlackMessage(card: Card): SlackMessage {
  const blocks: SlackBlock[] = [];
  let elements: RichTextElement[] = [];
  const closeText = (): void => {
    if (elements.length > 0) blocks.push({ type: 'rich_text', elements });
    elements = [];
  };
  for (const piece of fitPieces(layoutCard(card), MAX_COST)) {
    if (piece.kind === 'table') {
      closeText();
      blocks.push(drawTableBlock(piece));
    } else elements.push(...drawElement(piece));
  }
  closeText();
  return { text: writeFallback(card), blocks: [...blocks, ...drawActions(card.buttons ?? [])] };
}

function drawElement(piece: Exclude<Piece, { kind: 'table' }>): RichTextElement[] {
  const isFence = piece.kind === 'fence';
  const texts = isFence ? [{ type: 'text', text: piece.lines.join('\n') } as const] : joinLines(piece.lines);
  if (texts.length === 0) return [];
  return [{ type: isFence ? 'rich_text_preformatted' : 'rich_text_section', elements: texts }];
}

/** Neighbours of one style are one element; none is empty. */
function joinLines(lines: readonly Line[]): TextElement[] {
  const spans = lines.flatMap((line, i) => (i === 0 ? line : [{ style: 'plain', text: '\n' } as const, ...line]));
  const joined: { style: (typeof spans)[number]['style']; text: string }[] = [];
  for (const { style, text } of spans) {
    const last = joined.at(-1);
    if (last?.style === style) last.text += text;
    else if (text !== '') joined.push({ style, text });
  }
  return joined.map(({ style, text }) => ({ type: 'text', text, ...STYLES[style] }));
}

const STYLES = { plain: {}, bold: { style: { bold: true } }, code: { style: { code: true } } } as const;

const drawTableBlock = ({ columns, rows }: Extract<Piece, { kind: 'table' }>): TableBlock => ({
  type: 'table',
  rows: [columns, ...rows].map((row) =>
    row.map((cell) => ({ type: 'raw_text', text: cell.trim() === '' ? EMPTY_CELL : cell })),
  ),
});
