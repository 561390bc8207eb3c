import type { Refusal } from '../core/surface.ts';
import { describeRefusal } from './describe-refusal.ts';

/**
 * A refusal as plain text: the outcome word, the reason and the rules that decided; where a word is wrong the caret line
 * with the advice beside it, else the advice behind the reason of a denial or on lines of its own.
 */
export function renderRefusal(refusal: Refusal): string {
  const { reason, caret, advice } = describeRefusal(refusal);
  return [`${refusal.outcome} · ${reason}`, ...[...caret, ...advice].map((line) => `    ${line}`)].join('\n');
}
