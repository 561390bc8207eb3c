import { escapeText } from '../core/escape-text.ts';
import type { AggregateResult } from '../core/report.ts';
import { drawSparkline } from './draw-histogram.ts';
import { alignRight, measureWidest } from './measure-width.ts';

const TITLES: Readonly<Record<AggregateResult['function'], string>> = {
  summary: 'Summary',
  sum: 'Sum',
  average: 'Average',
  distribution: 'Distribution',
};

/** In a line of the root, and in a block of the thread. */
const LINE_VALUE_LENGTH = 40;
const BLOCK_VALUE_LENGTH = 80;

/** `Summary of Ensure:` */
const titleOf = (aggregate: AggregateResult): string =>
  `${TITLES[aggregate.function]} of ${escapeText(aggregate.label, 60)}:`;

const showRow = (aggregate: AggregateResult, value: string, count: number): string =>
  aggregate.function === 'summary' ? `${value} = ${count}` : value;

const shownValues = ({ values }: AggregateResult, max: number, maxLength: number): { value: string; count: number }[] =>
  values.slice(0, max).map(({ value, count }) => ({ value: escapeText(value, maxLength), count }));

const countRest = ({ values }: AggregateResult, max: number): string[] =>
  values.length > max ? [`and ${values.length - max} more`] : [];

/** `min 1.2, average 4.1, max 30 of 140   ▁▃█▂▁` */
function describeSpread({ spread }: AggregateResult): string[] {
  if (spread === undefined) return ['no numbers'];
  const { min, average, max, count } = spread;
  if (count === 1) return [round(min)];
  return [`min ${round(min)}, average ${round(average)}, max ${round(max)} of ${count}`, drawSparkline(spread)];
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** On one line: `Summary of Ensure:   1.6.7-1ubuntu1 = 112   purged = 30`. */
export function describeAggregate(aggregate: AggregateResult, maxValues: number): string {
  if (aggregate.function === 'distribution') return [titleOf(aggregate), ...describeSpread(aggregate)].join('   ');
  const shown = shownValues(aggregate, maxValues, LINE_VALUE_LENGTH);
  const rows = shown.map(({ value, count }) => showRow(aggregate, value, count));
  return [titleOf(aggregate), ...rows, ...countRest(aggregate, maxValues)].join('   ');
}

/** A block: the title, and a row for each value, aligned at the equals sign. */
export function drawAggregate(
  aggregate: AggregateResult,
  maxValues: number,
): { readonly title: string; readonly lines: readonly string[] } {
  const shown = shownValues(aggregate, maxValues, BLOCK_VALUE_LENGTH);
  const width = measureWidest(shown.map(({ value }) => value));
  const rows = shown.map(({ value, count }) => showRow(aggregate, alignRight(value, width), count));
  return { title: titleOf(aggregate), lines: [...rows, ...countRest(aggregate, maxValues)] };
}
