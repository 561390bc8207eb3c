import type { PuppetState } from '../../../src/core/host/puppet-backend.ts';
import { judgeRun, type RunState } from './judge-lock.ts';
import { isPuppet, lookAtThreads, type Thread } from './look-at-processes.ts';
import type { PuppetHost } from './puppet-host.ts';
import type { PuppetPaths } from './puppet-paths.ts';
import { readSummary } from './read-summary.ts';
import { tellAge } from './tell-age.ts';

const MAX_MESSAGE_LENGTH = 200;

/** What Puppet is doing, from its files and the table of processes: none of them waits for Puppet. */
export async function detectState(host: PuppetHost, paths: PuppetPaths, signal: AbortSignal): Promise<PuppetState> {
  const read = (path: string) => host.files.read(path, { signal });
  const [lock, lockText, disabledText, daemonText, summaryText] = await Promise.all([
    host.files.look(paths.runLock, signal),
    read(paths.runLock),
    read(paths.disabledLock),
    read(paths.daemonPid),
    read(paths.summary),
  ]);
  const needsThreads = lockText !== undefined || daemonText !== undefined;
  const threads = needsThreads ? await lookAtThreads(host, signal) : [];
  const isLocked = lock !== undefined && lockText !== undefined;
  const run: RunState = isLocked
    ? await judgeRun(host, { pid: readPid(lockText), lockedAt: lock.modifiedAt, threads, signal })
    : { kind: 'none' };
  const isDaemonRunning = await isAlive(host, readPid(daemonText), { threads, signal });
  const disableMessage = disabledText === undefined ? undefined : readMessage(disabledText);
  const lastRunAt = summaryText === undefined ? undefined : readSummary(summaryText).lastRunAt;
  return {
    state: nameState(run, { isDisabled: disableMessage !== undefined, isDaemonRunning }),
    isEnabled: disableMessage === undefined,
    disableMessage: disableMessage ?? '',
    isApplying: run.kind === 'applying' || run.kind === 'hung',
    isDaemonRunning,
    staleReason: tellWhyStale(host, { run, disableMessage, lastRunAt }),
    runPid: 'pid' in run ? run.pid : undefined,
  };
}

function nameState(
  run: RunState,
  { isDisabled, isDaemonRunning }: { isDisabled: boolean; isDaemonRunning: boolean },
): PuppetState['state'] {
  if (isDisabled) return 'disabled';
  if (run.kind !== 'none') return run.kind;
  return isDaemonRunning ? 'idling' : 'stopped';
}

async function isAlive(
  host: PuppetHost,
  pid: number | undefined,
  { threads, signal }: { threads: readonly Thread[]; signal: AbortSignal },
): Promise<boolean> {
  const main = threads.find((one) => one.pid === pid && one.thread === pid);
  return main !== undefined && !main.state.startsWith('Z') && (await isPuppet(host, main, signal));
}

interface Findings {
  readonly run: RunState;
  readonly disableMessage: string | undefined;
  readonly lastRunAt: number | undefined;
}

function tellWhyStale({ clock, options }: PuppetHost, { run, disableMessage, lastRunAt }: Findings): string {
  if (run.kind === 'hung') return run.reason;
  if (run.kind === 'applying') return '';
  if (run.kind === 'crashed' && disableMessage === undefined) return run.reason;
  const because = disableMessage === undefined ? '' : `: it is disabled (${disableMessage})`;
  if (lastRunAt === undefined) return `it never ran${because}`;
  const ageMs = clock.now() - lastRunAt * 1000;
  return ageMs <= options.outdatedAfterMs ? '' : `its last run ended ${tellAge(ageMs / 1000)} ago${because}`;
}

/** The number that a lock holds; undefined: none, or none yet. */
function readPid(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})\s*$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Puppet 3 and later write `{"disabled_message":"..."}`; before that the file was empty. */
function readMessage(text: string): string {
  try {
    const { disabled_message: message } = JSON.parse(text) as { disabled_message?: unknown };
    if (typeof message === 'string') return message.replace(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE_LENGTH);
  } catch {
    // An empty one counts as well: that it is there is what disables Puppet.
  }
  return 'reason not specified';
}
