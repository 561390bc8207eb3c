import type { Card, CardPart } from '../core/card.ts';
import { CUT_MARK, dropOverdrawn, escapeLines, escapeText } from '../core/escape-text.ts';
import type { RunNote } from '../core/surface.ts';
import { shortRun } from './describe-header.ts';

const MAX_LINES = 100;
const MAX_LINE_LENGTH = 500;

/** `SO FAR · run 7f3a`, and what nodes have said on their way, each under its name where there are several. */
export function drawNoteCard({ header, parts, isLast }: RunNote): Card {
  const run = shortRun(header.run);
  const last = isLast ? [`no more is told until the end; \`job tail ${run}\` shows the latest`] : [];
  return {
    outcome: 'SO FAR',
    summary: `run ${run}`,
    body: [...parts.flatMap(drawPart), ...(last.length > 0 ? [{ kind: 'prose', lines: last } as const] : [])],
  };
}

function drawPart({ node, text, isCut }: RunNote['parts'][number]): CardPart[] {
  // INVARIANT: what a node says is escaped, and stands where no chat reads markup.
  const all = dropOverdrawn(text).trimEnd().split('\n');
  const isLong = isCut || all.length > MAX_LINES;
  const lines = escapeLines(all.slice(-MAX_LINES).join('\n'), MAX_LINES, MAX_LINE_LENGTH);
  const name: CardPart[] = node === undefined ? [] : [{ kind: 'prose', lines: [escapeText(node, 255)] }];
  return [...name, { kind: 'fixed', lines: isLong ? [CUT_MARK, ...lines] : lines }];
}
