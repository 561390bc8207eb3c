import type { CardPart } from '../core/card.ts';
import { dropOverdrawn, escapeLines } from '../core/escape-text.ts';
import type { NodeResult, RunReport, UndecidedNode } from '../core/report.ts';
import { sortResults } from './arrange-results.ts';
import { describeAggregate, drawAggregate } from './describe-aggregate.ts';
import { describeRefused } from './describe-refused.ts';
import { drawFields } from './draw-fields.ts';
import { drawTable } from './draw-table.ts';
import { drawView } from './draw-views.ts';
import { formatCount } from './format-count.ts';
import { formatMs } from './format-elapsed.ts';
import { groupBy } from './group-by.ts';
import { type FailureGroup, groupFailures } from './group-failures.ts';
import { drawColumns, listNames } from './list-names.ts';
import { countAnswered, isFailure, isRefusedPreview, isUnapproved, namesOf, wordFor } from './outcome-words.ts';
import { bytesOfLines, drawLazily, takeBlocks } from './take-blocks.ts';
import { endView } from './view-room.ts';

const FAILURE_LIMITS = { maxLines: 100, maxBytes: 7000 };
const FAILURE_DATA_LIMITS = { maxLines: 100, maxBytes: 5000 };
const SUMMARY_LIMITS = { maxLines: 120, maxBytes: 3000 };
/** For each list of names. */
const MISSING_BYTES = 1800;
const UNDECIDED_LIMITS = { maxLines: 60, maxBytes: 3000 };
const MAX_VALUES = 30;

/** What a thread may take altogether, and how people get at what it leaves out. */
export interface ThreadRoom {
  /** Of UTF-8, for all sections. */
  readonly maxBytes: number;
  /** `--json and --csv hold all`, `all in 7f3a.csv`. */
  readonly whole: string;
  /** Draws results as a table, where the chat has tables and they fit. */
  drawTable(report: RunReport, results: readonly NodeResult[]): CardPart | undefined;
}

/** A part of a thread under its own title. */
export interface ThreadSection {
  readonly title?: string | undefined;
  readonly part: CardPart;
  /** What is said of the part below it. */
  readonly end?: readonly string[] | undefined;
}

/**
 * The details of a finished run: failures first, then a line for each node, the summaries, how many answered, and who did
 * not. Nothing when nobody was asked.
 */
export function drawThreadSections(report: RunReport, room: ThreadRoom): ThreadSection[] {
  const { counts, elapsedMs, header, outcome } = report;
  // The thread has the frozen list already.
  if (isUnapproved(outcome)) return [];
  if (outcome === 'PREVIEW') return drawWouldBeAsked(report, room);
  const answered = `Finished processing ${countAnswered(counts)} / ${counts.targeted} hosts in ${formatMs(elapsedMs)}`;
  const isSilent = counts.targeted === 0 || (header.view === 'names' && counts.ok === counts.targeted);
  const before = [drawFailures(report, room), drawFailureData(report, room)];
  const after = [...drawAggregates(report), isSilent ? prose([]) : prose([answered]), ...drawMissing(report)];
  const maxBytes = room.maxBytes - bytesOfLines([...before, ...after].flatMap(linesOf));
  return [...before, ...drawWhatWentWell(report, { ...room, maxBytes }), ...after].filter(
    (section) => linesOf(section).length > 1,
  );
}

const prose = (lines: readonly string[]): ThreadSection => ({ part: { kind: 'prose', lines } });
const fixed = (lines: readonly string[], end?: readonly string[]): ThreadSection => ({
  part: { kind: 'fixed', lines },
  end,
});

/** As they are counted: with the empty line behind a section. */
function linesOf({ title, part, end = [] }: ThreadSection): string[] {
  const lines = part.kind === 'table' ? drawTable(part) : part.lines;
  return [...(title === undefined ? [] : [title, '']), ...lines, ...end, ''];
}

/** The display rule hides what went well; what failed is never hidden. */
function drawWhatWentWell(report: RunReport, room: ThreadRoom): ThreadSection[] {
  const { header, results } = report;
  const ok = sortResults(
    results.filter(({ outcome }) => outcome === 'ok'),
    header.options.sort,
  );
  if (ok.length === 0) return [];
  const display = header.options.display ?? report.display;
  // Who asks one node wants to see its answer.
  const isAsked = header.options.display === undefined && report.counts.targeted === 1;
  if (header.view === 'results' && display === 'failed' && !isAsked) {
    return [prose([`${ok.length} OK, not listed: --display all lists them`])];
  }
  const table = room.drawTable(report, ok);
  if (table !== undefined) return [{ part: table }];
  const { lines, end } = drawView(report, ok, room);
  return [fixed(lines, end)];
}

function drawFailures(report: RunReport, { whole }: ThreadRoom): ThreadSection {
  const groups = groupFailures(report.results);
  const taken = takeBlocks(
    groups.map((group) => drawFailure(group, report)),
    FAILURE_LIMITS,
  );
  const rest = groups.length - taken.taken;
  return fixed(taken.lines, rest > 0 ? [`and ${formatCount(rest, 'more kind')} of failure: ${whole}`] : []);
}

/** What failed nodes sent along, for those who want to see everything. */
function drawFailureData(report: RunReport, { whole }: ThreadRoom): ThreadSection {
  if (!report.header.options.verbose) return fixed([]);
  const results = report.results.filter((result) => isFailure(result) && Object.keys(result.data).length > 0);
  const drawOne = ({ node, data }: NodeResult): string[] => [
    listNames([node], 1),
    ...drawFields(data, report, { maxFields: 20, maxLines: 20, maxLength: 300 }).map((line) => `    ${line}`),
  ];
  const taken = takeBlocks(drawLazily(results, drawOne), FAILURE_DATA_LIMITS);
  const { lines, end } = endView(taken, { listed: taken.taken, total: results.length, hasMore: false, whole });
  return fixed(lines, end);
}

function drawFailure({ outcome, message, results }: FailureGroup, report: RunReport): string[] {
  const [first, ...more] = escapeLines(dropOverdrawn(message), 10, 400);
  const title = `${results.length} ${wordFor(outcome, report.outcome)}${first ? `: ${first}` : ''}`;
  const names = results.map(({ node }) => node);
  const maxNames = report.header.options.verbose ? 300 : 60;
  return [title, ...more.map((line) => `  | ${line}`), ...drawColumns(names, maxNames).map((line) => `    ${line}`)];
}

function drawAggregates({ aggregates, header }: RunReport): ThreadSection[] {
  // The report is the summary already.
  if (header.view === 'facts' || header.view === 'collectives') return [];
  const drawn = aggregates.map((aggregate): ThreadSection => {
    if (aggregate.function !== 'summary') return prose([describeAggregate(aggregate, 1)]);
    const { title, lines } = drawAggregate(aggregate, MAX_VALUES);
    return { title, part: { kind: 'fixed', lines } };
  });
  const taken = takeBlocks(drawn.map(linesOf), SUMMARY_LIMITS);
  const rest = aggregates.length - taken.taken;
  return [
    ...(taken.cut ? [fixed(taken.lines)] : drawn.slice(0, taken.taken)),
    ...(rest > 0 ? [prose([`and ${formatCount(rest, 'more summary', 'more summaries')}`])] : []),
  ];
}

function drawWouldBeAsked({ results, problem }: RunReport, { maxBytes, whole }: ThreadRoom): ThreadSection[] {
  if (results.length === 0) return [];
  const names = results.map(({ node }) => node);
  const lines = drawNames(names, maxBytes);
  const isCut = bytesOfLines(drawColumns(names, names.length)) > maxBytes;
  const title = isRefusedPreview(problem) ? 'Nodes that match:' : 'Would be asked:';
  return [{ title, part: { kind: 'fixed', lines }, end: isCut ? [whole] : [] }];
}

function drawMissing({ outcome, results, unexpected, undecided = [], refusedAnswers }: RunReport): ThreadSection[] {
  const lists: [string, readonly string[]][] = [
    ['No response from:', namesOf(results, 'silent')],
    [outcome === 'CANCELLED' ? 'Not waited for:' : 'Unknown whether done:', namesOf(results, 'unknown')],
    ['Not sent to:', namesOf(results, 'notSent')],
    ['Unexpected response from:', [...unexpected].sort()],
  ];
  return [
    ...lists
      .filter(([, names]) => names.length > 0)
      .map(([title, names]): ThreadSection => ({ title, part: { kind: 'fixed', lines: drawNames(names) } })),
    ...drawUndecided(undecided),
    // Where nobody was asked the root says it all.
    prose(results.length === 0 ? [] : describeRefused(refusedAnswers)),
  ];
}

/** By reason, which most of them share. */
function drawUndecided(undecided: readonly UndecidedNode[]): ThreadSection[] {
  if (undecided.length === 0) return [];
  const groups = [...groupBy(undecided, ({ reason }) => reason)];
  const blocks = groups.map(([reason, nodes]) => {
    const [first = '', ...more] = escapeLines(reason, 5, 400);
    const names = nodes.map(({ node }) => node);
    return [`${names.length}: ${first}`, ...more, ...drawColumns(names, 60).map((line) => `    ${line}`)];
  });
  const taken = takeBlocks(blocks, UNDECIDED_LIMITS);
  const rest = groups.length - taken.taken;
  const end = rest > 0 ? [`and ${formatCount(rest, 'more reason')}`] : [];
  return [{ title: 'Could not say whether they match:', part: { kind: 'fixed', lines: taken.lines }, end }];
}

/** Rows of names within their limit; the rest is a number, so that nobody is forgotten. */
function drawNames(names: readonly string[], maxBytes = MISSING_BYTES): string[] {
  for (let max = Math.min(names.length, maxBytes); ; max = Math.floor(max / 2)) {
    const lines = drawColumns(names, max);
    if (max <= 1 || bytesOfLines(lines) <= maxBytes) return lines;
  }
}
