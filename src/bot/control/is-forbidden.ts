import { decideAction } from '../authority/decide-action.ts';
import type { Authority, Question } from '../bot.ts';

/**
 * Whether a rule forbids an action. Looking after a job needs no rule that allows it, only the right to what the job did;
 * one that forbids it holds all the same.
 */
export function isForbidden(authority: Pick<Authority, 'decide'>, question: Question): boolean {
  const decision = decideAction(authority, question);
  return decision.outcome === 'deny' && decision.isForbidden === true;
}
