import { McoError } from '../../../core/errors.ts';
import type { JobExit } from '../../../core/jobs.ts';
import type { Clock } from '../../../core/ports.ts';
import { sleep } from '../../../core/waiting.ts';
import type { Entry } from './job-index.ts';
import { lookAtJob } from './look-at-job.ts';

const LOOK_EVERY_MS = 250;
/** A runner writes itself down at once: one that has not by then never began. */
const SILENT_MS = 10_000;

/** Looks whether the programs of jobs are still there. */
export interface JobWatch {
  /** Undefined: it runs. */
  findExit(entry: Entry): Promise<JobExit | undefined>;
  /** @throws McoError `failed/timeout` when the signal aborts first */
  waitForEnd(find: () => Entry, signal: AbortSignal): Promise<JobExit>;
  /** Something happened to a job: whoever waits for it looks at once. */
  nudge(id: string): void;
}

/** @param onExit told once of each job that has ended */
export function createJobWatch(clock: Clock, onExit: (id: string, exit: JobExit) => void): JobWatch {
  const sleepers = new Map<string, Set<() => void>>();

  async function findExit({ exit, directory, record, isStarting }: Entry): Promise<JobExit | undefined> {
    if (exit !== undefined || isStarting) return exit;
    const look = await lookAtJob(directory);
    if (look.state === 'running') return undefined;
    const isYoung = Math.abs(clock.now() - record.startedAt) < SILENT_MS;
    if (look.state === 'silent' && isYoung) return undefined;
    const found: JobExit = look.state === 'silent' ? { state: 'lost' } : look.exit;
    onExit(record.id, found);
    return found;
  }

  async function nap(id: string, signal: AbortSignal): Promise<void> {
    const awake = new AbortController();
    const wake = (): void => awake.abort();
    const mine = sleepers.get(id) ?? new Set();
    sleepers.set(id, mine.add(wake));
    signal.addEventListener('abort', wake, { once: true });
    await sleep(clock, LOOK_EVERY_MS, awake.signal);
    signal.removeEventListener('abort', wake);
    mine.delete(wake);
    if (mine.size === 0) sleepers.delete(id);
  }

  return {
    findExit,
    async waitForEnd(find, signal) {
      for (;;) {
        const entry = find();
        const exit = await findExit(entry);
        if (exit !== undefined) return exit;
        if (signal.aborted) throw new McoError('failed/timeout', 'the job did not end in time');
        await nap(entry.record.id, signal);
      }
    },
    nudge(id) {
      for (const wake of sleepers.get(id) ?? []) wake();
    },
  };
}
