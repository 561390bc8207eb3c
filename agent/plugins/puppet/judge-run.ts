import { McoError } from '../../../src/core/errors.ts';
import type { PuppetReport } from '../../../src/core/host/puppet-backend.ts';
import type { JobExit } from '../../../src/core/jobs.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { findErrors } from './describe-failure.ts';
import { roundSeconds } from './tell-last-run.ts';

/** What is kept while a run is on. */
export interface RunMemory {
  /** `skipped`: Puppet is disabled; `followed`: a run was on already. */
  readonly mode: 'skipped' | 'started' | 'followed';
  /** When the report before it was written, ms since the epoch. */
  readonly before: number;
  /** Why it is disabled. */
  readonly why: string;
}

export interface RunEnd {
  readonly memory: RunMemory;
  readonly exit: JobExit;
  readonly report: PuppetReport;
  readonly printed: string;
}

const MAX_MESSAGE_LENGTH = 1000;

/**
 * What a run came to. INVARIANT: the report counts, and only one that was written since; Puppet exits with 0 when it is
 * stopped half-way, and with 1 for a failure as for a run that never began.
 *
 * @throws McoError `failed/puppet`
 */
export function judgeRunEnd(end: RunEnd): ReplyData {
  const { memory, exit, report } = end;
  const started = memory.mode === 'started';
  if (memory.mode === 'skipped') return { ...tellSkipped(`Puppet is disabled (${memory.why})`), started };
  if (report.writtenAt <= memory.before) return explainNoRun(end);
  const isExitBad = started && exit.state === 'exited' && (exit.exitCode & 4) !== 0;
  if (report.result === 'failed' || isExitBad) throw runFailed(describeFailedRun(report));
  if (!report.isComplete) throw runFailed('the run was stopped before it was done');
  return { ...tellRun(report, started), started };
}

const runFailed = (message: string): McoError => new McoError('failed/puppet', message.slice(0, MAX_MESSAGE_LENGTH));

const tellSkipped = (why: string): ReplyData => ({ message: `skipped: ${why}`, result: 'skipped' });

/** Another run or an administrator may have come first; everything else is a failure. */
function explainNoRun({ memory, exit, printed }: RunEnd): ReplyData {
  if (memory.mode === 'followed') throw runFailed('the run that was on ended without a report');
  if (exit.state === 'killed') throw runFailed(`the run was killed (${exit.signal}) and may have left its lock`);
  if (exit.state === 'lost') throw runFailed('the run is gone without a report');
  const disabled = /administratively disabled \(Reason: '(.*?)'\)/.exec(printed)?.[1];
  if (disabled !== undefined) return { ...tellSkipped(`Puppet is disabled (${disabled})`), started: false };
  if (printed.includes('already in progress'))
    return { ...tellSkipped('another run began just before'), started: false };
  const [error] = findErrors(printed);
  const ending = exit.state === 'exited' ? `exit code ${exit.exitCode}` : exit.state;
  throw runFailed(`Puppet did not run: ${error ?? `it gave no reason (${ending})`}`);
}

function tellRun(report: PuppetReport, started: boolean): ReplyData {
  const { resources, totalSeconds = 0, configVersion, isFromCache } = report;
  const { total = 0, changed = 0, failed = 0, out_of_sync: outOfSync = 0, skipped = 0 } = resources;
  const seconds = roundSeconds(totalSeconds);
  const wouldChange = report.isNoop && changed === 0 && outOfSync > 0;
  const result = wouldChange ? 'would change' : report.result;
  const words = {
    'would change': `would change ${outOfSync} of ${total} resources (dry run)`,
    changed: `changed ${changed} of ${total} resources in ${seconds} s`,
    unchanged: `nothing ${report.isNoop ? 'to change (dry run)' : 'changed'}: ${total} resources, ${seconds} s`,
  }[result as string];
  const notes = [words ?? `it ran, with the result ${result}`];
  if (!started) notes.push('this run was on already');
  if (isFromCache) notes.push(describeCacheUse(report));
  return {
    message: notes.join('; ').slice(0, MAX_MESSAGE_LENGTH),
    result,
    total,
    changed,
    failed,
    out_of_sync: outOfSync,
    skipped,
    seconds,
    config_version: configVersion,
    cached_catalog: isFromCache,
  };
}

function describeCacheUse({ errors, failures }: PuppetReport): string {
  const [first] = failures;
  const why = errors[0] ?? (first === undefined ? undefined : `${first.resource}: ${first.message}`);
  return `from the cached catalogue, as no new one could be had${why === undefined ? '' : ` (${why})`}`;
}

/** `run failed: 2 resources: File[/x]: ...; Exec[y]: ...` */
function describeFailedRun(report: PuppetReport): string {
  const { resources, failures, errors, isFromCache } = report;
  const { total = 0, failed = 0, failed_to_restart: notRestarted = 0 } = resources;
  if (total === 0 && failed === 0) return `run failed: there was no catalogue: ${errors[0] ?? 'no reason was given'}`;
  const listed = failures.map(({ resource, message }) => `${resource}: ${message}`);
  const details = listed.length > 0 ? listed : errors;
  const isMore = failed > details.length && details.length > 0 ? '; and more' : '';
  const cached = isFromCache ? ', from the cached catalogue as no new one could be had' : '';
  const count = failed + notRestarted;
  // Without their total: the same failure on many nodes reads the same, and is listed once.
  return `run failed: ${count} ${count === 1 ? 'resource' : 'resources'}${cached}: ${details.join('; ')}${isMore}`;
}
