import type { ActionDescription, Aggregation } from '../../core/agent-description.ts';
import { distribute } from '../../core/distribution.ts';
import type { AggregateResult, NodeResult } from '../../core/report.ts';
import { countValues, type SentValue } from './count-values.ts';

/** A sparkline as wide as a word. */
const MAX_BUCKETS = 12;

/** Sums up the outputs of the nodes that answered well, as the action's description asks. */
export function aggregateResults(
  action: ActionDescription,
  results: readonly NodeResult[],
): readonly AggregateResult[] {
  const good = results.filter(({ outcome }) => outcome === 'ok');
  if (good.length === 0) return [];
  const summed = (action.aggregate ?? []).map((aggregation) => {
    const sent = good.flatMap(({ node, data }): SentValue[] => {
      const value = Object.hasOwn(data, aggregation.output) ? data[aggregation.output] : undefined;
      return value === undefined ? [] : [{ node, value }];
    });
    const result: AggregateResult = {
      function: aggregation.function,
      output: aggregation.output,
      label: action.output[aggregation.output]?.label ?? aggregation.output,
      ...(aggregation.function === 'distribution'
        ? { values: [], spread: distribute(numbersOf(sent), MAX_BUCKETS) }
        : { values: computeValues(aggregation.function, sent) }),
    };
    return result;
  });
  // What nobody sent is not worth a line.
  return summed.filter(({ values, spread }) => values.length > 0 || spread !== undefined);
}

const numbersOf = (sent: readonly SentValue[]): number[] =>
  sent.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));

function computeValues(
  name: Exclude<Aggregation['function'], 'distribution'>,
  sent: readonly SentValue[],
): AggregateResult['values'] {
  if (name === 'summary') return countValues(sent);
  const numbers = numbersOf(sent);
  if (numbers.length === 0) return [];
  // Each by itself: an average is no larger than the largest, and their sum may be more than there is.
  const share = name === 'sum' ? 1 : numbers.length;
  const value = numbers.reduce((total, number) => total + number / share, 0);
  return [{ value: writeNumber(value), count: numbers.length }];
}

/** With three decimals. Nodes may send what adds up to more than a number can be. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'too large';
  const thousandths = Math.round(value * 1000);
  return String(Number.isFinite(thousandths) ? thousandths / 1000 : value);
}
