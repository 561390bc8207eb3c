import { escapeLines } from '../core/escape-text.ts';
import type { NodeResult, RunReport } from '../core/report.ts';
import { describeAggregate, drawAggregate } from './describe-aggregate.ts';
import { describeRefused } from './describe-refused.ts';
import { endView } from './draw-results.ts';
import { drawView } from './draw-views.ts';
import { drawFields } from './fill-line.ts';
import { formatCount } from './format-count.ts';
import { formatMs } from './format-elapsed.ts';
import { type FailureGroup, groupFailures } from './group-failures.ts';
import { drawColumns, listNames } from './list-names.ts';
import { countAnswered, isFailure, namesOf, wordFor } from './outcome-words.ts';
import { bytesOfLines, drawLazily, takeBlocks } from './take-blocks.ts';

const FAILURE_LIMITS = { maxLines: 100, maxBytes: 7000 };
const FAILURE_DATA_LIMITS = { maxLines: 100, maxBytes: 5000 };
const SUMMARY_LIMITS = { maxLines: 120, maxBytes: 3000 };
/** For each list of names. */
const MISSING_BYTES = 1800;
const MAX_VALUES = 30;

/** What went well gets what the other sections leave of this. */
const THREAD_BYTES = 35_000;

/**
 * The details of a finished run as plain text, in the founding document's shape: failures first, then a line for each node,
 * the summaries, how many answered, and who did not. Under 40 kB whatever the report holds; empty when nobody was asked.
 */
export function renderThread(report: RunReport): string {
  const { counts, elapsedMs, header } = report;
  const answered = `Finished processing ${countAnswered(counts)} / ${counts.targeted} hosts in ${formatMs(elapsedMs)}`;
  const isSilent = counts.targeted === 0 || (header.view === 'names' && counts.ok === counts.targeted);
  const before = [drawFailures(report), drawFailureData(report)];
  const after = [drawAggregates(report), isSilent ? [] : [answered], ...drawMissing(report)];
  const maxBytes = THREAD_BYTES - bytesOfLines([...before, ...after].flatMap((section) => [...section, '']));
  return [...before, ...drawWhatWentWell(report, maxBytes), ...after]
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
}

/** The display rule hides what went well; what failed is never hidden. */
function drawWhatWentWell(report: RunReport, maxBytes: number): (readonly string[])[] {
  const { header, results } = report;
  const ok = results.filter(({ outcome }) => outcome === 'ok');
  if (ok.length === 0) return [];
  const display = header.options.display ?? report.display;
  if (header.view === 'results' && display === 'failed') {
    return [[`${ok.length} OK, not listed: --display all lists them`]];
  }
  return [drawView(report, ok, maxBytes)];
}

function drawFailures(report: RunReport): readonly string[] {
  const groups = groupFailures(report.results);
  const taken = takeBlocks(
    groups.map((group) => drawFailure(group, report)),
    FAILURE_LIMITS,
  );
  const rest = groups.length - taken.taken;
  return rest > 0
    ? [...taken.lines, `and ${formatCount(rest, 'more kind')} of failure: --json and --csv hold all`]
    : taken.lines;
}

/** What failed nodes sent along, for those who want to see everything. */
function drawFailureData(report: RunReport): readonly string[] {
  if (!report.header.options.verbose) return [];
  const results = report.results.filter((result) => isFailure(result) && Object.keys(result.data).length > 0);
  const drawOne = ({ node, data }: NodeResult): string[] => [
    listNames([node], 1),
    ...drawFields(data, report.labels, { maxFields: 20, maxLines: 20, maxLength: 300 }).map((line) => `    ${line}`),
  ];
  const taken = takeBlocks(drawLazily(results, drawOne), FAILURE_DATA_LIMITS);
  return endView(taken, { listed: taken.taken, total: results.length, hasMore: false });
}

function drawFailure({ outcome, message, results }: FailureGroup, report: RunReport): string[] {
  const [first, ...more] = escapeLines(message, 10, 400);
  const title = `${results.length} ${wordFor(outcome, report.outcome)}${first ? `: ${first}` : ''}`;
  const names = results.map(({ node }) => node);
  const maxNames = report.header.options.verbose ? 300 : 60;
  return [title, ...more.map((line) => `  | ${line}`), ...drawColumns(names, maxNames).map((line) => `    ${line}`)];
}

function drawAggregates({ aggregates, header }: RunReport): readonly string[] {
  // The report of a fact is the summary already.
  if (header.view === 'facts') return [];
  const blocks = aggregates.map((aggregate, i) => [
    ...(i > 0 ? [''] : []),
    ...(aggregate.function === 'summary' ? drawAggregate(aggregate, MAX_VALUES) : [describeAggregate(aggregate, 1)]),
  ]);
  const taken = takeBlocks(blocks, SUMMARY_LIMITS);
  const rest = aggregates.length - taken.taken;
  return rest > 0 ? [...taken.lines, '', `and ${formatCount(rest, 'more summary', 'more summaries')}`] : taken.lines;
}

function drawMissing({ outcome, results, unexpected, refusedAnswers }: RunReport): (readonly string[])[] {
  const lists: [string, readonly string[]][] = [
    ['No response from:', namesOf(results, 'silent')],
    [outcome === 'CANCELLED' ? 'Not waited for:' : 'Unknown whether done:', namesOf(results, 'unknown')],
    ['Not sent to:', namesOf(results, 'notSent')],
    ['Unexpected response from:', [...unexpected].sort()],
  ];
  const missing = lists.filter(([, names]) => names.length > 0);
  return [
    ...missing.map(([title, names]) => [title, '', ...drawNames(names)]),
    // Where nobody was asked the root says it all.
    results.length === 0 ? [] : describeRefused(refusedAnswers),
  ];
}

/** Rows of names within their limit; the rest is a number, so that nobody is forgotten. */
function drawNames(names: readonly string[]): string[] {
  for (let max = Math.min(names.length, MISSING_BYTES); ; max = Math.floor(max / 2)) {
    const lines = drawColumns(names, max).map((line) => `    ${line}`);
    if (max <= 1 || bytesOfLines(lines) <= MISSING_BYTES) return lines;
  }
}
