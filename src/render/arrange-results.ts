import type { Options } from '../core/command.ts';
import type { NodeResult } from '../core/report.ts';
import { groupBy } from './group-by.ts';

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
  const keyed = results.map((result) => ({ result, key: keyOf(result) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ result }) => result);
}

/** Equal answers, the most frequent first. */
export const groupEqual = (results: readonly NodeResult[]): (readonly NodeResult[])[] =>
  [...groupBy(results, keyOf).values()].sort((a, b) => b.length - a.length);

const keyOf = ({ data }: NodeResult): string => JSON.stringify(data);
