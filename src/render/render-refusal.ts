import type { Refusal } from '../core/surface.ts';
import { describeHint, describeProblem } from './describe-problem.ts';
import { drawCaret } from './draw-caret.ts';
import { listNames } from './list-names.ts';

const INDENT = '    ';

/**
 * A refusal as plain text: the outcome word, the reason and the rules that decided; where a word is wrong the caret line
 * with the advice beside it, else the advice behind the reason of a denial or on lines of its own.
 */
export function renderRefusal({ outcome, error, rules }: Refusal): string {
  const decidedBy = rules.length > 0 ? ` (${listNames(rules, 5)})` : '';
  const reason = `${outcome} · ${describeProblem(error)}${decidedBy}`;
  const [advice, ...more] = describeHint(error);
  const rest = more.map((line) => INDENT + line);
  if (error.at) {
    const caret = drawCaret(error.at).replaceAll('\n', `\n${INDENT}`);
    return [reason, `${INDENT}${caret}${advice ? ` ${advice}` : ''}`, ...rest].join('\n');
  }
  if (advice === undefined) return reason;
  if (outcome === 'DENIED') return [`${reason} · ${advice}`, ...rest].join('\n');
  return [reason, INDENT + advice, ...rest].join('\n');
}
