import { escapeText } from '../core/escape-text.ts';
import { alignLeft, measureWidest } from './measure-width.ts';

/** The longest name that is shown in full, UTF-16 units. */
export const NAME_LENGTH = 80;

const WIDTH = 76;
const GAP = 3;

/** `atlas28, fai07, idp2`, or the first of them `and 12 more`. */
export function listNames(names: readonly string[], maxNames: number): string {
  const shown = names.slice(0, maxNames).map((name) => escapeText(name, NAME_LENGTH));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** Names in columns as wide as a terminal, row by row; lines are not indented. */
export function drawColumns(names: readonly string[], maxNames: number): string[] {
  const shown = names.slice(0, maxNames).map((name) => escapeText(name, NAME_LENGTH));
  const width = measureWidest(shown) + GAP;
  const perLine = Math.max(1, Math.floor((WIDTH + GAP) / width));
  const lines: string[] = [];
  for (let i = 0; i < shown.length; i += perLine) {
    const row = shown.slice(i, i + perLine).map((name) => alignLeft(name, width));
    lines.push(row.join('').trimEnd());
  }
  const rest = names.length - shown.length;
  return rest > 0 ? [...lines, `and ${rest} more`] : lines;
}
