import type { Refusal } from '../core/surface.ts';
import { describeHint, describeProblem } from './describe-problem.ts';
import { drawCaret } from './draw-caret.ts';
import { listNames } from './list-names.ts';

export interface RefusalWords {
  /** The reason, the rules that decided, and for a denial what to do about it. */
  readonly reason: string;
  /** What was typed, and carets under the part that is wrong with the advice beside them. */
  readonly caret: readonly string[];
  /** Advice that stands nowhere else. */
  readonly advice: readonly string[];
}

/** What there is to say of a refusal besides its outcome. */
export function describeRefusal({ outcome, error, rules }: Refusal): RefusalWords {
  const decidedBy = rules.length > 0 ? ` (${listNames(rules, 5)})` : '';
  const reason = `${describeProblem(error)}${decidedBy}`;
  const [first, ...more] = describeHint(error);
  if (error.at) {
    const [typed = '', carets = ''] = drawCaret(error.at).split('\n');
    return { reason, caret: [typed, first ? `${carets} ${first}` : carets], advice: more };
  }
  if (first === undefined) return { reason, caret: [], advice: [] };
  if (outcome === 'DENIED') return { reason: `${reason} · ${first}`, caret: [], advice: more };
  return { reason, caret: [], advice: [first, ...more] };
}
