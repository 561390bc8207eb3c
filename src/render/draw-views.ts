import type { NodeResult, RunReport } from '../core/report.ts';
import { drawInventory } from './draw-inventory.ts';
import { drawResults, endView, VIEW_BYTES } from './draw-results.ts';
import { escapeText } from './escape-text.ts';
import { showValue } from './fill-line.ts';
import { groupBy } from './group-by.ts';
import { listNames, NAME_LENGTH } from './list-names.ts';
import { alignLeft, measureWidest } from './measure-width.ts';
import { drawLazily, takeBlocks } from './take-blocks.ts';

const MAX_LINES = 200;

/** The answers of nodes that went well, drawn as the command asks for. */
export function drawView(report: RunReport, results: readonly NodeResult[]): readonly string[] {
  switch (report.header.view) {
    case 'names':
      return takeItems(results, ({ node }) => [escapeText(node, NAME_LENGTH)], report);
    case 'ping':
      return drawPing(results, report);
    case 'facts':
      return drawFacts(results, report);
    case 'inventory':
      return takeItems(results, (result) => drawInventory(result, report.labels), report);
    case 'results':
      return drawResults(report, results);
  }
}

function takeItems<T>(items: readonly T[], draw: (item: T) => readonly string[], report: RunReport): readonly string[] {
  const { view, options } = report.header;
  // Names and an inventory are the answer itself: they are cut by size only.
  const whole = options.verbose || view === 'names' || view === 'inventory';
  const maxLines = whole ? VIEW_BYTES : MAX_LINES;
  const taken = takeBlocks(drawLazily(items, draw), { maxLines, maxBytes: VIEW_BYTES });
  return endView(taken, items.length - taken.taken, options.verbose);
}

function drawPing(results: readonly NodeResult[], report: RunReport): readonly string[] {
  const width = measureWidest(results.map(({ node }) => escapeText(node, NAME_LENGTH)));
  const drawOne = ({ node, elapsedMs }: NodeResult): string[] => [
    `${alignLeft(escapeText(node, NAME_LENGTH), width)}   time=${elapsedMs === undefined ? '?' : `${elapsedMs.toFixed(2)} ms`}`,
  ];
  const lines = takeItems(results, drawOne, report);
  const times = results.flatMap(({ elapsedMs }) => (elapsedMs === undefined ? [] : [elapsedMs]));
  if (times.length === 0) return lines;
  const min = times.reduce((a, b) => Math.min(a, b));
  const max = times.reduce((a, b) => Math.max(a, b));
  const average = times.reduce((a, b) => a + b) / times.length;
  const statistics = [`min ${min.toFixed(2)} ms`, `average ${average.toFixed(2)} ms`, `max ${max.toFixed(2)} ms`];
  return [...lines, '', `${results.length} replies: ${statistics.join(', ')}`];
}

/** The outputs `fact` and `value` of `rpcutil get_fact`. */
function drawFacts(results: readonly NodeResult[], report: RunReport): readonly string[] {
  const fact = results.map(({ data }) => showValue(data.fact)).find((name) => name !== '') ?? '';
  const groups = [...groupBy(results, ({ data }) => showValue(data.value))]
    .map(([value, nodes]) => ({ value: value === '' ? '(none)' : escapeText(value, 120), nodes }))
    .sort((a, b) => b.nodes.length - a.nodes.length || (a.value < b.value ? -1 : 1));
  const width = measureWidest(groups.map(({ value }) => value));
  const drawOne = ({ value, nodes }: (typeof groups)[number]): string[] => [
    `    ${alignLeft(value, width)}   found ${nodes.length} ${nodes.length === 1 ? 'time' : 'times'}`,
    ...(report.header.options.verbose
      ? [
          `        ${listNames(
            nodes.map(({ node }) => node),
            100,
          )}`,
        ]
      : []),
  ];
  return [`Report for fact: ${escapeText(fact, 120)}`, '', ...takeItems(groups, drawOne, report)];
}
