import { escapeText } from '../core/escape-text.ts';
import type { AggregateResult } from '../core/report.ts';
import { drawSparkline } from './draw-histogram.ts';
import { listNames } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';

const TITLES: Readonly<Record<AggregateResult['function'], string>> = {
  summary: 'Summary',
  sum: 'Sum',
  average: 'Average',
  distribution: 'Distribution',
};

/** How long a value may be, and the names of those who differ, of all values together. */
interface Room {
  readonly value: number;
  readonly names: number;
}

/** In a line of the root, and in a block of the thread. */
const LINE: Room = { value: 40, names: 300 };
const BLOCK: Room = { value: 80, names: 1500 };

/** `Summary of Ensure:` */
const titleOf = (aggregate: AggregateResult): string =>
  `${TITLES[aggregate.function]} of ${escapeText(aggregate.label, 60)}:`;

interface ShownValue {
  readonly value: string;
  readonly count: number;
  /** `bird-wn002, web7`; empty where nobody is named. */
  readonly names: string;
}

function showRow({ function: name }: AggregateResult, { value, count, names }: ShownValue): string {
  if (name !== 'summary') return value;
  return `${value} = ${count}${names === '' ? '' : ` (${names})`}`;
}

/** The fewer nodes gave a value, the sooner they are named: the room for names is bounded. */
function takeValues({ values }: AggregateResult, max: number, room: Room): ShownValue[] {
  let left = room.names;
  const shown = values.slice(0, max).map(({ value, count, nodes = [] }) => ({
    value: escapeText(value, room.value),
    count,
    names: listNames(nodes, nodes.length),
  }));
  return shown
    .reverse()
    .map((one) => {
      left -= one.names.length;
      return left < 0 ? { ...one, names: '' } : one;
    })
    .reverse();
}

const countRest = ({ values }: AggregateResult, max: number): string[] =>
  values.length > max ? [`and ${values.length - max} more`] : [];

/** `min 1.2, average 4.1, max 30 of 140   ▁▃█▂▁` */
function describeSpread({ spread }: AggregateResult): string[] {
  if (spread === undefined) return ['no numbers'];
  const { min, average, max, count } = spread;
  if (count === 1) return [`${round(min)}, from one node`];
  return [`min ${round(min)}, average ${round(average)}, max ${round(max)} of ${count}`, drawSparkline(spread)];
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** On one line: `Summary of Ensure:   1.6.7-1ubuntu1 = 112   purged = 2 (web1, web7)`. */
export function describeAggregate(aggregate: AggregateResult, maxValues: number): string {
  if (aggregate.function === 'distribution') return [titleOf(aggregate), ...describeSpread(aggregate)].join('   ');
  const rows = takeValues(aggregate, maxValues, LINE).map((shown) => showRow(aggregate, shown));
  return [titleOf(aggregate), ...rows, ...countRest(aggregate, maxValues)].join('   ');
}

/** A block: the title, and a row for each value, aligned at the equals sign. */
export function drawAggregate(
  aggregate: AggregateResult,
  maxValues: number,
): { readonly title: string; readonly lines: readonly string[] } {
  const shown = takeValues(aggregate, maxValues, BLOCK);
  const width = measureWidest(shown.map(({ value }) => value));
  const rows = shown.map((one) => showRow(aggregate, { ...one, value: alignRight(one.value, width) }));
  return { title: titleOf(aggregate), lines: [...rows, ...countRest(aggregate, maxValues)] };
}
