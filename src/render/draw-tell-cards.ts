import type { Card, CardPart } from '../core/card.ts';
import type { Tell } from '../core/command.ts';
import { escapeLines, escapeText } from '../core/escape-text.ts';
import { formatCount } from './format-count.ts';
import { type CardLimits, splitCard } from './split-card.ts';
import { takeBlocks } from './take-blocks.ts';

const MAX_CARDS = 4;
const LINE_LENGTH = 1000;

/**
 * What the bot answers by itself: the title as the header, and its sections. Lines below a heading keep their columns, other
 * lines are prose unless they stand in columns.
 */
export function drawTellCards({ title, sections }: Tell, limits: CardLimits): Card[] {
  const parts: CardPart[] = [];
  let bytesLeft = (MAX_CARDS - 1) * limits.maxCardLength;
  let missing = 0;
  for (const { heading, lines } of sections) {
    const drawn = lines.flatMap((line) => escapeLines(line, 100, LINE_LENGTH));
    const taken = takeBlocks(
      drawn.map((line) => [line]),
      { maxLines: 1000, maxBytes: Math.max(0, bytesLeft) },
    );
    const shown = bytesLeft > 0 ? taken.lines : [];
    missing += drawn.length - (bytesLeft > 0 ? taken.taken : 0);
    bytesLeft -= shown.reduce((sum, line) => sum + 2 * line.length + 20, 100);
    if (heading !== undefined) parts.push({ kind: 'prose', lines: [`${escapeText(heading, LINE_LENGTH)}:`] });
    const isFixed = heading !== undefined || shown.some((line) => /^\s|\S {2,}\S/.test(line));
    parts.push({ kind: isFixed ? 'fixed' : 'prose', lines: shown });
  }
  if (missing > 0) parts.push({ kind: 'prose', lines: [`and ${formatCount(missing, 'more line')}`] });
  const card = { header: escapeText(title, LINE_LENGTH), body: parts.filter(hasContent) };
  return splitCard(card, limits);
}

const hasContent = (part: CardPart): boolean => part.kind === 'table' || part.lines.length > 0;
