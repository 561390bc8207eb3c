import type { Tell } from '../core/command.ts';
import { escapeLines, escapeText } from '../core/escape-text.ts';
import { formatCount } from './format-count.ts';
import { takeBlocks } from './take-blocks.ts';

const LIMITS = { maxLines: 2000, maxBytes: 36_000 };
const LINE_LENGTH = 1000;

/** What the bot answers by itself, as plain text: the title, then its sections; lines below a heading are indented. */
export function renderTell({ title, sections }: Tell): string {
  const lines = sections.flatMap(({ heading, lines: content }) => [
    '',
    ...(heading === undefined ? [] : [`${escapeText(heading, LINE_LENGTH)}:`]),
    ...content.flatMap(drawLine).map((line) => (heading === undefined ? line : `    ${line}`).trimEnd()),
  ]);
  const taken = takeBlocks(
    lines.map((line) => [line]),
    LIMITS,
  );
  const rest = lines.length - taken.taken;
  const end = rest > 0 ? [`and ${formatCount(rest, 'more line')}`] : [];
  return [escapeText(title, LINE_LENGTH), ...taken.lines, ...end].join('\n');
}

/** A line that holds line breaks is several lines; an empty one stays. */
const drawLine = (line: string): string[] => escapeLines(line, 100, LINE_LENGTH);
