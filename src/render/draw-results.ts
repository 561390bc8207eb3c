import type { NodeResult, RunReport } from '../core/report.ts';
import { escapeText } from './escape-text.ts';
import { drawFields, fillLine } from './fill-line.ts';
import { groupBy } from './group-by.ts';
import { listNames, NAME_LENGTH } from './list-names.ts';
import { alignRight, measureWidest } from './measure-width.ts';
import { drawLazily, type TakenBlocks, takeBlocks } from './take-blocks.ts';

/** A view is cut to these; complete results are for files. */
export const VIEW_BYTES = 14_000;
const VIEW_LINES = 60;
const VIEW_LINES_VERBOSE = 1000;

/** Identical results of more nodes than this are shown once. */
const GROUP_OVER = 20;

/** What was taken of a view, and below it how much is missing and where all of it is. */
export function endView({ lines, cut }: TakenBlocks, rest: number, verbose: boolean): readonly string[] {
  if (rest <= 0 && !cut) return lines;
  const more = rest > 0 ? `and ${rest} more` : 'and more';
  return [...lines, `${more}: ${verbose ? '' : '-v lists more of them, '}--json and --csv hold all`];
}

/** Results one by one, in the shape that the action's description asks for. */
export function drawResults(report: RunReport, results: readonly NodeResult[]): readonly string[] {
  if (results.length === 0) return [];
  return report.line === undefined ? drawBlocks(report, results) : drawLines(report, report.line, results);
}

function drawLines(report: RunReport, template: string, results: readonly NodeResult[]): readonly string[] {
  const { verbose } = report.header.options;
  const maxLines = verbose ? VIEW_LINES_VERBOSE : VIEW_LINES;
  const lines = results.map(({ node, data }) => ({
    node: escapeText(node, NAME_LENGTH),
    text: fillLine(template, data),
  }));
  const picked = pickVaried(lines, maxLines);
  const width = measureWidest(picked.map(({ node }) => node));
  const taken = takeBlocks(
    picked.map(({ node, text }) => [`${alignRight(node, width)}: ${text}`]),
    { maxLines, maxBytes: VIEW_BYTES },
  );
  return endView(taken, results.length - taken.taken, verbose);
}

/** When not all fit, every different text gets its turn: the one node that differs must not hide among the rest. */
function pickVaried<T extends { readonly text: string }>(lines: readonly T[], max: number): readonly T[] {
  if (lines.length <= max) return lines;
  const turns = new Map<string, number>();
  const ranked = lines.map((line, index) => {
    const turn = turns.get(line.text) ?? 0;
    turns.set(line.text, turn + 1);
    return { line, index, turn };
  });
  return ranked
    .sort((a, b) => a.turn - b.turn || a.index - b.index)
    .slice(0, max)
    .sort((a, b) => a.index - b.index)
    .map(({ line }) => line);
}

function drawBlocks(report: RunReport, results: readonly NodeResult[]): readonly string[] {
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
  const taken = takeBlocks(drawLazily(shown, drawOne), { maxLines, maxBytes: VIEW_BYTES });
  const rest = shown.slice(taken.taken).reduce((sum, group) => sum + group.length, 0);
  return endView(taken, rest, verbose);
}

function titleOf(group: readonly NodeResult[]): string {
  const names = group.map(({ node }) => node);
  return group.length === 1 ? listNames(names, 1) : `${group.length} nodes: ${listNames(names, 12)}`;
}
