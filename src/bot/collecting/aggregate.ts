import type { ActionDescription, Aggregation } from '../../core/agent-description.ts';
import { distribute } from '../../core/distribution.ts';
import type { JsonValue } from '../../core/json.ts';
import type { AggregateResult, NodeResult } from '../../core/report.ts';

/** A sparkline as wide as a word. */
const MAX_BUCKETS = 20;

/** Longer values are one value when they begin alike. */
const MAX_VALUE_LENGTH = 200;

/** Sums up the outputs of the nodes that answered well, as the action's description asks. */
export function aggregateResults(
  action: ActionDescription,
  results: readonly NodeResult[],
): readonly AggregateResult[] {
  const good = results.filter(({ outcome }) => outcome === 'ok');
  if (good.length === 0) return [];
  const summed = (action.aggregate ?? []).map((aggregation) => {
    const values = good
      .map(({ data }) => (Object.hasOwn(data, aggregation.output) ? data[aggregation.output] : undefined))
      .filter((value) => value !== undefined);
    const result: AggregateResult = {
      function: aggregation.function,
      output: aggregation.output,
      label: action.output[aggregation.output]?.label ?? aggregation.output,
      ...(aggregation.function === 'distribution'
        ? { values: [], spread: distribute(numbersOf(values), MAX_BUCKETS) }
        : { values: computeValues(aggregation.function, values) }),
    };
    return result;
  });
  // What nobody sent is not worth a line.
  return summed.filter(({ values, spread }) => values.length > 0 || spread !== undefined);
}

const numbersOf = (values: readonly JsonValue[]): number[] => values.filter((value) => typeof value === 'number');

function computeValues(
  name: Exclude<Aggregation['function'], 'distribution'>,
  values: readonly JsonValue[],
): AggregateResult['values'] {
  if (name === 'summary') return countValues(values);
  const numbers = numbersOf(values);
  if (numbers.length === 0) return [];
  const sum = numbers.reduce((total, value) => total + value, 0);
  const value = name === 'sum' ? sum : sum / numbers.length;
  return [{ value: String(Math.round(value * 1000) / 1000), count: numbers.length }];
}

/** Equal values and how often each came, most frequent first. A list counts once for each of its elements. */
function countValues(values: readonly JsonValue[]): AggregateResult['values'] {
  const counts = new Map<string, number>();
  for (const value of values.flat()) {
    const isEmpty = value === null || value === '';
    const text = isEmpty ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
    const name = text.slice(0, MAX_VALUE_LENGTH);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
