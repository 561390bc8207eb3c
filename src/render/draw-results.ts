import { escapeText } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { drawFields, fillLine } from './fill-line.ts';
import { formatNumber } from './format-count.ts';
import { groupBy } from './group-by.ts';
import { listNames, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { drawLazily, type TakenBlocks, takeBlocks } from './take-blocks.ts';

/** Up to so many nodes are listed one by one; of more only some, unless somebody wants to see them. */
export const LIST_ALL = 250;
const VIEW_LINES = 60;
const VIEW_LINES_VERBOSE = 1000;

/** What a view may take beyond its size for a rest that is too short to be hidden. */
export const GRACE_BYTES = 3600;

/** Identical results of more nodes than this are shown once. */
const GROUP_OVER = 20;

/** What to say of a view that does not hold everything. */
export interface ViewEnd {
  readonly listed: number;
  readonly total: number;
  /** `-v` would list more. */
  readonly hasMore: boolean;
  /** However many are missing, none of them says anything that is not listed. */
  readonly isVaried?: boolean | undefined;
}

/** What was taken of a view, and below it how much that is and where all of it is. */
export function endView({ lines, cut }: TakenBlocks, { listed, total, hasMore, isVaried }: ViewEnd): readonly string[] {
  if (listed >= total && !cut) return lines;
  const share = cut ? 'only in part' : `${formatNumber(listed)} of ${formatNumber(total)}`;
  const varied = isVaried && !cut ? ', each different answer at least once' : '';
  return [...lines, `listed: ${share}${varied}; ${hasMore ? '-v lists more, ' : ''}--json and --csv hold all`];
}

/** Results one by one, in the shape that the action's description asks for, in `maxBytes` and the grace. */
export function drawResults(report: RunReport, results: readonly NodeResult[], maxBytes: number): readonly string[] {
  if (results.length === 0) return [];
  const { line, header } = report;
  if (line === undefined) return drawBlocks(report, results, maxBytes);
  return drawLines(line, results, { verbose: header.options.verbose, maxBytes });
}

function drawLines(
  template: string,
  results: readonly NodeResult[],
  { verbose, maxBytes }: { readonly verbose: boolean; readonly maxBytes: number },
): readonly string[] {
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
  const end = { listed: listed.length, total, hasMore, isVaried: kinds <= listed.length };
  return endView({ ...taken, lines: taken.cut ? taken.lines : listed.flatMap(drawOne) }, end);
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

function drawBlocks(report: RunReport, results: readonly NodeResult[], maxBytes: number): readonly string[] {
  const { verbose } = report.header.options;
  const limits = { maxFields: 40, maxLines: verbose ? 200 : 20, maxLength: verbose ? 1000 : 300 };
  const maxLines = verbose ? VIEW_LINES_VERBOSE : VIEW_LINES * 2;
  const groups = verbose ? [] : [...groupBy(results, ({ data }) => JSON.stringify(data)).values()];
  const large = groups.filter((group) => group.length > GROUP_OVER);
  const grouped = new Set(large.flat());
  const shown = [...large, ...results.filter((result) => !grouped.has(result)).map((result) => [result])];

  const drawOne = (group: readonly NodeResult[]): string[] => [
    titleOf(group),
    ...drawFields(group[0]?.data ?? {}, report.labels, limits).map((line) => `    ${line}`.trimEnd()),
  ];
  const taken = takeBlocks(drawLazily(shown, drawOne), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  const listed = shown.slice(0, taken.taken).flat().length;
  return endView(taken, { listed, total: results.length, hasMore: !verbose });
}

function titleOf(group: readonly NodeResult[]): string {
  const names = group.map(({ node }) => node);
  return group.length === 1 ? listNames(names, 1) : `${group.length} nodes: ${listNames(names, 12)}`;
}
