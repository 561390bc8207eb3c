import type { Options } from '../core/command.ts';
import type { JsonValue } from '../core/json.ts';
import type { NodeResult } from '../core/report.ts';
import { groupBy } from './group-by.ts';
import { showValue } from './show-value.ts';

/** Results in the order that `--sort` asks for: by name, the slowest last, or equal answers side by side. */
export function sortResults(results: readonly NodeResult[], sort: Options['sort']): readonly NodeResult[] {
  switch (sort) {
    case 'time':
      return [...results].sort((a, b) => (a.elapsedMs ?? 0) - (b.elapsedMs ?? 0));
    case 'value':
      return sortByValue(results);
    default:
      return results;
  }
}

function sortByValue(results: readonly NodeResult[]): readonly NodeResult[] {
  return [...results].sort((a, b) => {
    const [left, right] = [Object.values(a.data), Object.values(b.data)];
    for (const [index, value] of left.entries()) {
      const order = compareValues(value, right[index]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  });
}

/** Numbers as numbers, the rest as text. */
function compareValues(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [showValue(a), showValue(b)];
  return left < right ? -1 : Number(left > right);
}

/** Equal answers, the most frequent first. */
export const groupEqual = (results: readonly NodeResult[]): (readonly NodeResult[])[] =>
  [...groupBy(results, keyOf).values()].sort((a, b) => b.length - a.length);

const keyOf = ({ data }: NodeResult): string => JSON.stringify(data);
