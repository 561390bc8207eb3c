import type { Clock, ProcessRunner } from '../../../core/ports.ts';
import { sleep } from '../../../core/waiting.ts';
import { findMembers, type Membership } from './find-members.ts';
import type { ProcessRow } from './process-table.ts';

const LOOK_EVERY_MS = 200;
/** After SIGKILL: what is still there then waits for the kernel (state D). */
const KILL_MS = 3000;

export interface EndingWorld {
  readonly runner: ProcessRunner;
  readonly clock: Clock;
  /** Between asking (SIGTERM) and killing. */
  readonly graceMs: number;
}

/** Asks all processes of a job to end, then kills what is left. @returns those that nothing ends */
export async function endJob(job: Membership, { runner, clock, graceMs }: EndingWorld): Promise<readonly ProcessRow[]> {
  const members = (): Promise<ProcessRow[]> => findMembers(job, runner);
  const asked = new Set<string>();
  const ask = (row: ProcessRow): void => {
    // Once: many programs take a second time for impatience and leave their work undone.
    if (!asked.has(nameOf(row))) signal(row, 'SIGTERM');
    asked.add(nameOf(row));
  };
  let left = await members();
  for (const until = clock.now() + graceMs; left.length > 0 && clock.now() < until; left = await members()) {
    left.forEach(ask);
    await sleep(clock, LOOK_EVERY_MS);
  }
  // Again and again: what is killed may just have started another.
  for (const until = clock.now() + KILL_MS; left.length > 0 && clock.now() < until; left = await members()) {
    for (const row of left) signal(row, 'SIGKILL');
    await sleep(clock, LOOK_EVERY_MS);
  }
  return left;
}

const nameOf = ({ pid, born }: ProcessRow): string => `${pid} ${born}`;

function signal({ pid }: ProcessRow, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
