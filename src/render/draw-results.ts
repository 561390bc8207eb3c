import { escapeText } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { groupEqual } from './arrange-results.ts';
import { drawFields, fillLine, showValue } from './fill-line.ts';
import { formatCount, formatNumber } from './format-count.ts';
import { groupBy } from './group-by.ts';
import { drawColumns, listNames, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { drawLazily, type TakenBlocks, takeBlocks } from './take-blocks.ts';

/** Up to so many nodes are listed one by one; of more only some, unless somebody wants to see them. */
export const LIST_ALL = 250;
const VIEW_LINES = 60;
const VIEW_LINES_VERBOSE = 1000;

/** What a view may take beyond its size for a rest that is too short to be hidden. */
export const GRACE_BYTES = 3600;

/** Names under a text that several nodes share. */
const GROUP_NAMES = 60;

/** How much a view may take, and how people get at what it leaves out. */
export interface ViewRoom {
  /** Of UTF-8; a short rest may take a little more. */
  readonly maxBytes: number;
  /** `--json and --csv hold all`, `all in 7f3a.csv`. */
  readonly whole: string;
}

/** A view as lines in columns, and what is said of it below them. */
export interface DrawnView {
  readonly lines: readonly string[];
  readonly end: readonly string[];
}

/** What to say of a view that does not hold everything. */
export interface ViewEnd {
  readonly listed: number;
  readonly total: number;
  /** `-v` would list more. */
  readonly hasMore: boolean;
  readonly whole: string;
  /** However many are missing, none of them says anything that is not listed. */
  readonly isVaried?: boolean | undefined;
}

/** What was taken of a view, and below it how much that is and where all of it is. */
export function endView({ lines, cut }: TakenBlocks, { listed, total, hasMore, whole, isVaried }: ViewEnd): DrawnView {
  if (listed >= total && !cut) return { lines, end: [] };
  const share = cut ? 'only in part' : `${formatNumber(listed)} of ${formatNumber(total)}`;
  const varied = isVaried && !cut ? ', each different answer at least once' : '';
  return { lines, end: [`listed: ${share}${varied}; ${hasMore ? '-v lists more, ' : ''}${whole}`] };
}

/** Results one by one, in the shape that the action's description asks for, in the room and the grace. */
export function drawResults(report: RunReport, results: readonly NodeResult[], room: ViewRoom): DrawnView {
  if (results.length === 0) return { lines: [], end: [] };
  const { line, header } = report;
  const only = line === undefined ? undefined : /^\{(\w+)\}$/.exec(line)?.[1];
  const isLong = ({ data }: NodeResult): boolean => only !== undefined && /\n./.test(showValue(data[only]));
  if (only !== undefined && results.some(isLong))
    return drawBlocks(
      report,
      results.map((one) => pickOutput(one, only)),
      room,
    );
  if (line === undefined) return drawBlocks(report, results, room);
  if (header.options.group === true) return drawGroups(line, results, { ...room, verbose: header.options.verbose });
  return drawLines(line, results, { ...room, verbose: header.options.verbose });
}

/** A line that is nothing but one output stands for all of them where that output has several lines. */
const pickOutput = (result: NodeResult, name: string): NodeResult => ({
  ...result,
  data: { [name]: result.data[name] ?? null },
});

function drawLines(
  template: string,
  results: readonly NodeResult[],
  { verbose, maxBytes, whole }: ViewRoom & { readonly verbose: boolean },
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
function drawGroups(
  template: string,
  results: readonly NodeResult[],
  { verbose, maxBytes, whole }: ViewRoom & { readonly verbose: boolean },
): DrawnView {
  const groups = [...groupBy(results, ({ data }) => fillLine(template, data))].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const maxNames = verbose ? VIEW_LINES_VERBOSE : GROUP_NAMES;
  const drawOne = ([text, group]: (typeof groups)[number]): string[] => [
    `${formatCount(group.length, 'node')}: ${text}`,
    ...drawColumns(
      group.map(({ node }) => node),
      maxNames,
    ).map((line) => `    ${line}`),
  ];
  const limits = { maxLines: verbose ? VIEW_LINES_VERBOSE : LIST_ALL, maxBytes, graceBytes: GRACE_BYTES };
  const taken = takeBlocks(drawLazily(groups, drawOne), limits);
  const listed = groups.slice(0, taken.taken).flatMap(([, group]) => group).length;
  return endView(taken, { listed, total: results.length, hasMore: !verbose, whole });
}

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

function drawBlocks(report: RunReport, results: readonly NodeResult[], { maxBytes, whole }: ViewRoom): DrawnView {
  const { verbose } = report.header.options;
  const limits = { maxFields: 40, maxLines: verbose ? 200 : 20, maxLength: verbose ? 1000 : 300 };
  const maxLines = verbose ? VIEW_LINES_VERBOSE : VIEW_LINES * 2;
  const shown = verbose ? results.map((result) => [result]) : groupEqual(results);

  const drawOne = (group: readonly NodeResult[]): string[] => [
    titleOf(group),
    ...drawFields(group[0]?.data ?? {}, report.labels, limits).map((line) => `    ${line}`.trimEnd()),
  ];
  const taken = takeBlocks(drawLazily(shown, drawOne), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  const listed = shown.slice(0, taken.taken).flat().length;
  return endView(taken, { listed, total: results.length, hasMore: !verbose, whole });
}

function titleOf(group: readonly NodeResult[]): string {
  const names = group.map(({ node }) => node);
  return group.length === 1 ? listNames(names, 1) : `${group.length} nodes: ${listNames(names, 12)}`;
}
