import type { HostFiles } from '../../../src/core/host/host-files.ts';
import type { PuppetReport } from '../../../src/core/host/puppet-backend.ts';
import type { PuppetPaths } from './puppet-paths.ts';
import { type ReportFacts, readReport } from './read-report.ts';
import { type RunSummary, readSummary } from './read-summary.ts';

const MAX_REPORT_BYTES = 4 * 1024 * 1024;
/** Enough for what stands behind the resources. */
const LAST_LINES = 40;
/** The summary is written first, the report right after it. */
const CLOSE_MS = 5000;

/** The last run from Puppet's summary and report. */
export async function readLastRun(files: HostFiles, paths: PuppetPaths, signal: AbortSignal): Promise<PuppetReport> {
  const [state, reportState, summaryText, reportText] = await Promise.all([
    files.look(paths.summary, signal),
    files.look(paths.report, signal),
    files.read(paths.summary, { signal }),
    readEnds(files, paths.report, signal),
  ]);
  const summary = readSummary(summaryText ?? '');
  // Where reports are turned off, that of an earlier run stays.
  const isOfThisRun = (reportState?.modifiedAt ?? 0) >= (state?.modifiedAt ?? 0) - CLOSE_MS;
  const report = readReport(isOfThisRun ? (reportText ?? '') : '');
  return {
    at: summary.lastRunAt,
    result: judgeResult(summary, report),
    configVersion: summary.configVersion ?? '',
    isFromCache: report.cachedCatalog === 'on_failure',
    resources: summary.resources,
    totalSeconds: summary.time.total,
    retrievalSeconds: summary.time.config_retrieval,
    writtenAt: state?.modifiedAt ?? 0,
    isComplete: report.isComplete,
    isNoop: report.isNoop,
    failures: report.failures,
    errors: report.errors,
  };
}

/** The beginning of a report, and its last lines where it is longer than that. */
async function readEnds(files: HostFiles, path: string, signal: AbortSignal): Promise<string | undefined> {
  const head = await files.read(path, { signal, maxBytes: MAX_REPORT_BYTES });
  // UTF-16 units, of which there are fewer than bytes: a cut one is at least this long in any text.
  if (head === undefined || head.length < MAX_REPORT_BYTES / 4) return head;
  const real = await files.resolve(path, signal);
  const end = real === undefined ? undefined : await files.tail(real, LAST_LINES, signal);
  return `${head}\n${end ?? ''}`;
}

/** INVARIANT: a run without a catalogue is a failure, although its summary counts none. */
function judgeResult(summary: RunSummary, { status }: ReportFacts): PuppetReport['result'] {
  if (summary.lastRunAt === undefined) return 'never run';
  const { failed = 0, failed_to_restart: notRestarted = 0, changed = 0, total = 0 } = summary.resources;
  if (status === 'failed' || failed + notRestarted + summary.failedEvents > 0) return 'failed';
  if (summary.configVersion === undefined && total === 0) return 'failed';
  if (status === 'changed' || status === 'unchanged') return status;
  return Object.keys(summary.resources).length === 0 ? 'unknown' : changed > 0 ? 'changed' : 'unchanged';
}
