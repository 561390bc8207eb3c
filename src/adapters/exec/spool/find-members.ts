import type { ProcessRunner } from '../../../core/ports.ts';
import { type ProcessRow, readProcesses } from './process-table.ts';

/** A constant; the job's id comes as an argument. */
const MARKED = 'grep -lszxF -e "MCO_JOB=$1" /proc/[0-9]*/environ';
const LOOK_MS = 5000;

/** Which job's processes are looked for. */
export interface Membership {
  readonly id: string;
  /** The program's, which is the leader of its session. */
  readonly program: number | undefined;
  /** The runner's, which is left alone: it writes down how the job ended. */
  readonly runner: number | undefined;
}

/**
 * All processes of a job: those that carry its mark in their environment, those in the program's session, and whatever
 * descends from any of them, in sessions of their own too.
 */
export async function findMembers(job: Membership, runner: ProcessRunner): Promise<ProcessRow[]> {
  const marked = await findMarked(job.id, runner);
  const rows = await readProcesses();
  const mine = new Set<number>();
  const isMine = (row: ProcessRow): boolean =>
    marked.has(row.pid) || row.pid === job.program || row.session === job.program || mine.has(row.parent);
  for (let before = -1; before !== mine.size; ) {
    before = mine.size;
    for (const row of rows) if (row.pid !== job.runner && row.pid !== process.pid && isMine(row)) mine.add(row.pid);
  }
  return rows.filter(({ pid }) => mine.has(pid));
}

/** In a child: reading the environment of a process that hangs may hang. */
async function findMarked(id: string, runner: ProcessRunner): Promise<ReadonlySet<number>> {
  const signal = AbortSignal.timeout(LOOK_MS);
  const args = ['-c', MARKED, 'mco-job', id];
  const { stdout } = await runner.run({ file: '/bin/sh', args, signal }).catch(() => ({ stdout: '' }));
  return new Set([...stdout.matchAll(/^\/proc\/(\d+)\/environ$/gm)].map(([, pid]) => Number(pid)));
}
