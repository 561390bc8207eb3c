import { distribute } from '../core/distribution.ts';
import { escapeText } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { drawHistogram } from './draw-histogram.ts';
import { drawInventory } from './draw-inventory.ts';
import { drawResults } from './draw-results.ts';
import { formatCount } from './format-count.ts';
import { formatMs } from './format-elapsed.ts';
import { groupBy } from './group-by.ts';
import { listNames, NAME_LENGTH } from './list-names.ts';
import { alignLeft, measureWidest } from './measure-width.ts';
import { NONE, showValue } from './show-value.ts';
import { drawLazily, takeBlocks } from './take-blocks.ts';
import { type DrawnView, endView, GRACE_BYTES, LIST_ALL, type ViewRoom } from './view-room.ts';

/** For what stands above or below the items of a view. */
const FRAME_BYTES = 1400;

/** Rows of a ping's histogram. */
const MAX_PING_ROWS = 12;

/** Of fewer replies the list says it all. */
const HISTOGRAM_FROM = 10;

/** The answers of nodes that went well, drawn as the command asks for. */
export function drawView(report: RunReport, results: readonly NodeResult[], room: ViewRoom): DrawnView {
  const take = <T>(items: readonly T[], draw: (item: T) => readonly string[]): DrawnView =>
    takeItems(items, draw, { report, room: { ...room, maxBytes: room.maxBytes - FRAME_BYTES } });
  switch (report.header.view) {
    case 'names':
      return take(results, ({ node }) => [escapeText(node, NAME_LENGTH)]);
    case 'ping':
      return drawPing(results, take);
    case 'facts':
      return drawFacts(results, take, report.header.options.verbose);
    case 'inventory':
      return take(results, (result) => drawInventory(result, report.labels));
    case 'collectives':
      return drawCollectives(results, take, report.header.options.verbose);
    case 'results':
      return drawResults(report, results, room);
  }
}

type TakeItems = <T>(items: readonly T[], draw: (item: T) => readonly string[]) => DrawnView;

function takeItems<T>(
  items: readonly T[],
  draw: (item: T) => readonly string[],
  { report, room }: { readonly report: RunReport; readonly room: ViewRoom },
): DrawnView {
  const { view, options } = report.header;
  const { maxBytes, whole } = room;
  // Names and an inventory are the answer itself: they are cut by size only.
  const isWhole = options.verbose || view === 'names' || view === 'inventory';
  const maxLines = isWhole ? maxBytes : LIST_ALL;
  const taken = takeBlocks(drawLazily(items, draw), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  return endView(taken, { listed: taken.taken, total: items.length, hasMore: !isWhole, whole });
}

function drawPing(results: readonly NodeResult[], take: TakeItems): DrawnView {
  const width = measureWidest(results.map(({ node }) => escapeText(node, NAME_LENGTH)));
  const drawOne = ({ node, elapsedMs }: NodeResult): string[] => [
    `${alignLeft(escapeText(node, NAME_LENGTH), width)}   time=${elapsedMs === undefined ? '?' : formatMs(elapsedMs)}`,
  ];
  const { lines, end } = take(results, drawOne);
  const spread = distribute(
    results.flatMap(({ elapsedMs }) => elapsedMs ?? []),
    MAX_PING_ROWS,
  );
  if (spread === undefined) return { lines, end };
  const { min, average, max } = spread;
  const statistics = `min ${formatMs(min)}, average ${formatMs(average)}, max ${formatMs(max)}`;
  const histogram =
    spread.count < HISTOGRAM_FROM || spread.buckets.length < 2 ? [] : ['', ...drawHistogram(spread, formatMs)];
  return {
    lines: [...lines, ...histogram],
    end: [...end, '', `${formatCount(results.length, 'reply', 'replies')}: ${statistics}`],
  };
}

/** How many nodes are in each collective; a node may be in several. */
function drawCollectives(results: readonly NodeResult[], take: TakeItems, verbose: boolean): DrawnView {
  const nodes = new Map<string, string[]>();
  for (const { node, data } of results) {
    const names = Array.isArray(data.collectives) ? data.collectives : [];
    for (const name of names.map(showValue)) {
      const members = nodes.get(name) ?? [];
      members.push(node);
      nodes.set(name, members);
    }
  }
  const rows = [...nodes].sort(([, a], [, b]) => b.length - a.length);
  const width = measureWidest(rows.map(([name]) => escapeText(name, NAME_LENGTH)));
  const drawOne = ([name, members]: (typeof rows)[number]): string[] => [
    `${alignLeft(escapeText(name, NAME_LENGTH), width)}   ${formatCount(members.length, 'node')}`,
    ...(verbose ? [`    ${listNames(members, 100)}`] : []),
  ];
  return take(rows, drawOne);
}

/** The outputs `fact` and `value` of `rpcutil get_fact`. */
function drawFacts(results: readonly NodeResult[], take: TakeItems, verbose: boolean): DrawnView {
  const fact = results.map(({ data }) => showValue(data.fact)).find((name) => name !== '') ?? '';
  const groups = [...groupBy(results, ({ data }) => showValue(data.value))]
    .map(([value, nodes]) => ({ value: value === '' ? NONE : escapeText(value, 120), nodes }))
    .sort((a, b) => b.nodes.length - a.nodes.length || (a.value < b.value ? -1 : 1));
  const width = measureWidest(groups.map(({ value }) => value));
  const drawOne = ({ value, nodes }: (typeof groups)[number]): string[] => [
    `    ${alignLeft(value, width)}   found ${formatCount(nodes.length, 'time')}`,
    ...(verbose
      ? [
          `        ${listNames(
            nodes.map(({ node }) => node),
            100,
          )}`,
        ]
      : []),
  ];
  const { lines, end } = take(groups, drawOne);
  return { lines: [`Report for fact: ${escapeText(fact, 120)}`, '', ...lines], end };
}
