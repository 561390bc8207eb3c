import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { McoError } from '../../../core/errors.ts';
import type { JobExit } from '../../../core/jobs.ts';
import { readOwn } from './job-files.ts';
import { isAlive, readBootId, readProcess } from './process-table.ts';

/** What a job's directory says of its program. */
export type JobLook =
  | { readonly state: 'ended'; readonly exit: JobExit }
  | {
      readonly state: 'running';
      readonly runner: number | undefined;
      readonly program: number | undefined;
      /** False: the runner has not come so far as to start it. */
      readonly hasBegun: boolean;
    }
  /** Nobody has written down that it began. */
  | { readonly state: 'silent' };

const LAST_SIGNAL = 64;

/**
 * Whether a job's program still runs, and how it ended.
 *
 * @throws McoError `failed/spool`
 */
export async function lookAtJob(directory: string): Promise<JobLook> {
  const before = await findExit(directory);
  if (before !== undefined) return { state: 'ended', exit: before };
  const runner = await findProcess(join(directory, 'pid'));
  const program = await findProcess(join(directory, 'program'));
  if (runner.isAlive || program.isAlive) {
    return { state: 'running', runner: pidOf(runner), program: pidOf(program), hasBegun: program.isNoted };
  }
  // INVARIANT: the runner may have written down the end while we looked for it.
  const exit = await findExit(directory);
  if (exit !== undefined) return { state: 'ended', exit };
  return runner.isNoted ? { state: 'ended', exit: { state: 'lost' } } : { state: 'silent' };
}

/** The end is in a file's name, see `runner-script.ts`. */
async function findExit(directory: string): Promise<JobExit | undefined> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new McoError('failed/spool', `${directory} can't be read`, { cause });
  });
  const codes = names.flatMap((name) => /^exit-(\d{1,3})$/.exec(name)?.[1] ?? []);
  return codes[0] === undefined ? undefined : describeExit(Number(codes[0]));
}

/** As the shell tells it: 128 and the signal's number. A program that exits so itself can't be told from that. */
function describeExit(exitCode: number): JobExit {
  const number = exitCode - 128;
  if (number <= 0 || number > LAST_SIGNAL) return { state: 'exited', exitCode };
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
  return { state: 'killed', signal };
}

interface NotedProcess {
  readonly pid: number;
  readonly isNoted: boolean;
  readonly isAlive: boolean;
}

const pidOf = ({ pid, isAlive: isThere }: NotedProcess): number | undefined => (isThere ? pid : undefined);

/** INVARIANT: a pid alone names nobody: it may belong to another process by now. */
async function findProcess(path: string): Promise<NotedProcess> {
  const text = await readOwn(path);
  const [, pid, born, boot] = /^(\d{1,10}) (\d{1,20}) (\S{1,64})\n$/.exec(text ?? '') ?? [];
  if (pid === undefined) return { pid: 0, isNoted: text !== undefined, isAlive: false };
  const row = boot === (await readBootId()) ? await readProcess(Number(pid)) : undefined;
  return { pid: Number(pid), isNoted: true, isAlive: row !== undefined && row.born === born && isAlive(row) };
}
