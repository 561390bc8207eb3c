import type { NodeResult, RunReport } from '../core/report.ts';
import { groupEqual } from './arrange-results.ts';
import { drawFields } from './draw-fields.ts';
import { drawEachOnce, drawGroups, drawLines, isToldOnce } from './draw-lines.ts';
import { listNames } from './list-names.ts';
import { showValue } from './show-value.ts';
import { drawLazily, takeBlocks } from './take-blocks.ts';
import { type DrawnView, endView, GRACE_BYTES, VIEW_LINES, VIEW_LINES_VERBOSE, type ViewRoom } from './view-room.ts';

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
  const lineRoom = { ...room, verbose: header.options.verbose };
  if (header.options.group === true) return drawGroups(line, results, lineRoom);
  return isToldOnce(header, results) ? drawEachOnce(line, results, lineRoom) : drawLines(line, results, lineRoom);
}

/** A line that is nothing but one output stands for all of them where that output has several lines. */
const pickOutput = (result: NodeResult, name: string): NodeResult => ({
  ...result,
  data: { [name]: result.data[name] ?? null },
});

function drawBlocks(report: RunReport, results: readonly NodeResult[], { maxBytes, whole }: ViewRoom): DrawnView {
  const { verbose } = report.header.options;
  const limits = { maxFields: 40, maxLines: verbose ? 200 : 20, maxLength: verbose ? 1000 : 300 };
  const maxLines = verbose ? VIEW_LINES_VERBOSE : VIEW_LINES * 2;
  const shown = verbose ? results.map((result) => [result]) : groupEqual(results);

  const drawOne = (group: readonly NodeResult[]): string[] => [
    titleOf(group),
    ...drawFields(group[0]?.data ?? {}, report, limits).map((line) => `    ${line}`.trimEnd()),
  ];
  const taken = takeBlocks(drawLazily(shown, drawOne), { maxLines, maxBytes, graceBytes: GRACE_BYTES });
  const listed = shown.slice(0, taken.taken).flat().length;
  return endView(taken, { listed, total: results.length, hasMore: !verbose, whole });
}

function titleOf(group: readonly NodeResult[]): string {
  const names = group.map(({ node }) => node);
  return group.length === 1 ? listNames(names, 1) : `${group.length} nodes: ${listNames(names, 12)}`;
}
