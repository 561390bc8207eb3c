import type { NodeResult } from '../core/report.ts';
import { groupBy } from './group-by.ts';
import { isFailure } from './outcome-words.ts';

export interface FailureGroup {
  readonly outcome: NodeResult['outcome'];
  /** The nodes' words, not escaped. */
  readonly message: string;
  readonly results: readonly NodeResult[];
}

/** What a node that failed has to say, without words that its outcome already says. */
function describeFailure({ status }: NodeResult): string {
  if (status === undefined) return '';
  const { name, message } = status;
  if (name === 'ok' || name === 'aborted' || name === 'denied' || name === 'expired') return message;
  return message === '' ? name : `${name}: ${message}`;
}

/** Failures by identical outcome and message, the most frequent first. */
export function groupFailures(results: readonly NodeResult[]): FailureGroup[] {
  const groups = groupBy(results.filter(isFailure), (result) => `${result.outcome} ${describeFailure(result)}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first ? [{ outcome: first.outcome, message: describeFailure(first), results: group }] : [];
    })
    .sort((a, b) => b.results.length - a.results.length);
}
