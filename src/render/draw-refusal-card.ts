import type { Card, CardPart } from '../core/card.ts';
import type { Refusal } from '../core/surface.ts';
import { describeRefusal } from './describe-refusal.ts';

/** A refusal for the requester alone: outcome, reason and rules, what was typed with carets below it, and what to do. */
export function drawRefusalCard(refusal: Refusal): Card {
  const { reason, caret, advice } = describeRefusal(refusal);
  return {
    outcome: refusal.outcome,
    summary: reason,
    body: [...toPart('fixed', caret), ...toPart('prose', advice)],
  };
}

const toPart = (kind: 'fixed' | 'prose', lines: readonly string[]): CardPart[] =>
  lines.length > 0 ? [{ kind, lines }] : [];
