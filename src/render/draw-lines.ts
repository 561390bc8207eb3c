import { escapeText } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { fillLine, listOutputs } from './fill-line.ts';
import { formatCount } from './format-count.ts';
import { groupBy } from './group-by.ts';
import { drawColumns, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { drawLazily, type TakenBlocks, takeBlocks } from './take-blocks.ts';
import {
  type DrawnView,
  endView,
  GRACE_BYTES,
  LIST_ALL,
  VIEW_LINES,
  VIEW_LINES_VERBOSE,
  type ViewRoom,
} from './view-room.ts';

/** Names under a text that several nodes share. */
const GROUP_NAMES = 60;

/** So few results are listed one by one, equal or not. */
const ONE_BY_ONE = 10;

/** The room, and whether somebody wants to see more of it. */
export interface LineRoom extends ViewRoom {
  readonly verbose: boolean;
}

/** A line for each node; where not all fit, of every different text at least one. */
export function drawLines(
  template: string,
  results: readonly NodeResult[],
  { verbose, maxBytes, whole }: LineRoom,
): DrawnView {
  const total = results.length;
  const maxLines = verbose ? VIEW_LINES_VERBOSE : total <= LIST_ALL ? LIST_ALL : VIEW_LINES;
  const lines = results.map(({ node, data }, index) => ({
    index,
    node: escapeText(node, NAME_LENGTH),
    text: fillLine(template, data),
  }));
  const { ranked, kinds } = rankVaried(lines);
  const width = measureWidest(ranked.slice(0, maxLines).map(({ node }) => node));
  const drawOne = ({ node, text }: (typeof lines)[number]): string[] => [`${alignRight(node, width)}: ${text}`];
  const taken = takeBlocks(drawLazily(ranked, drawOne), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  const listed = ranked.slice(0, taken.taken).sort((a, b) => a.index - b.index);
  const hasMore = !verbose && total > LIST_ALL;
  const end = { listed: listed.length, total, hasMore, whole, isVaried: kinds <= listed.length };
  return endView({ ...taken, lines: taken.cut ? taken.lines : listed.flatMap(drawOne) }, end);
}

/** Each different line once, the most frequent first, and below it the nodes that said so. */
export function drawGroups(
  template: string,
  results: readonly NodeResult[],
  { verbose, maxBytes, whole }: LineRoom,
): DrawnView {
  const groups = groupByLine(template, results);
  const maxNames = verbose ? VIEW_LINES_VERBOSE : GROUP_NAMES;
  const drawOne = (group: LineGroup): string[] => drawGroup(group, maxNames);
  const limits = { maxLines: verbose ? VIEW_LINES_VERBOSE : LIST_ALL, maxBytes, graceBytes: GRACE_BYTES };
  const taken = takeBlocks(drawLazily(groups, drawOne), limits);
  const listed = countListed(groups, taken);
  return endView(taken, { listed, total: results.length, hasMore: !verbose, whole });
}

/** Lines that several nodes share, once each as in a group, the most frequent first; then the others, one by one. */
export function drawEachOnce(template: string, results: readonly NodeResult[], room: LineRoom): DrawnView {
  const groups = groupByLine(template, results);
  if (groups.length === results.length) return drawLines(template, results, room);
  const { maxBytes, whole } = room;
  const maxNames = results.length > LIST_ALL ? GROUP_NAMES : LIST_ALL;
  const names = groups.flatMap(([, group]) => (group.length === 1 ? group.map(({ node }) => node) : []));
  const width = measureWidest(names.slice(0, LIST_ALL).map((node) => escapeText(node, NAME_LENGTH)));
  const drawOne = ([text, group]: LineGroup): string[] =>
    group.length === 1
      ? [`${alignRight(escapeText(group[0]?.node ?? '', NAME_LENGTH), width)}: ${text}`]
      : drawGroup([text, group], maxNames);
  // Of very many different answers only some are listed, as they are one by one.
  const maxLines = groups.length > LIST_ALL ? VIEW_LINES : LIST_ALL;
  const taken = takeBlocks(drawLazily(groups, drawOne), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  const view = endView(taken, { listed: countListed(groups, taken), total: results.length, hasMore: true, whole });
  // Of a view that is cut its end says already where all is.
  const isCut = groups.some(([, { length }]) => length > maxNames) && view.end.length === 0;
  const told = `equal answers are told once: -v lists node by node${isCut ? `; ${whole}` : ''}`;
  return { ...view, end: [...view.end, told] };
}

/** Whether equal answers are told once though nobody asked for it: of many, unless an order or more lines are wanted. */
export const isToldOnce = ({ options }: RunReport['header'], results: readonly NodeResult[]): boolean =>
  results.length > ONE_BY_ONE && options.sort === undefined && !options.verbose;

type LineGroup = readonly [text: string, results: readonly NodeResult[]];

/** Results by what their line says, the most frequent first. What is the same only as far as it is shown is not the same. */
export function groupByLine(template: string, results: readonly NodeResult[]): LineGroup[] {
  const names = listOutputs(template);
  const groups = groupBy(results, ({ data }) => JSON.stringify(names.map((name) => data[name])));
  return [...groups.values()]
    .map((group): LineGroup => [fillLine(template, group[0]?.data ?? {}), group])
    .sort(([, a], [, b]) => b.length - a.length);
}

const drawGroup = ([text, group]: LineGroup, maxNames: number): string[] => [
  `${formatCount(group.length, 'node')}: ${text}`,
  ...drawColumns(
    group.map(({ node }) => node),
    maxNames,
  ).map((line) => `    ${line}`),
];

const countListed = (groups: readonly LineGroup[], { taken }: TakenBlocks): number =>
  groups.slice(0, taken).reduce((sum, [, group]) => sum + group.length, 0);

/** If not all fit, every different text gets its turn: the one node that differs must not hide among the rest. */
function rankVaried<T extends { readonly text: string; readonly index: number }>(
  lines: readonly T[],
): { readonly ranked: readonly T[]; readonly kinds: number } {
  const turns = new Map<string, number>();
  const ranked = lines.map((line) => {
    const turn = turns.get(line.text) ?? 0;
    turns.set(line.text, turn + 1);
    return { line, turn };
  });
  ranked.sort((a, b) => a.turn - b.turn || a.line.index - b.line.index);
  return { ranked: ranked.map(({ line }) => line), kinds: turns.size };
}
