import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { McoError, toMcoError } from '../../../core/errors.ts';
import type { JobCommand, JobRecord } from '../../../core/jobs.ts';
import type { Clock, ProcessRunner } from '../../../core/ports.ts';
import { composeArgv } from './compose-argv.ts';
import { prepareNote, writeJob } from './job-files.ts';
import { removeJob } from './remove-job.ts';
import { startRunner } from './start-runner.ts';

export interface StartingWorld {
  readonly clock: Clock;
  readonly runner: ProcessRunner;
  readonly maxOutputBytes: number;
  /** Told when its runner has ended, as long as this process lives. */
  onExit(): void;
  onProblem(problem: McoError): void;
  /** Aborts when nobody wants it to run any more. */
  readonly callOff: AbortSignal;
}

/**
 * Writes a job down in a directory of its own and starts its program, if it has one. What does not start leaves nothing.
 *
 * @throws McoError `failed/spool`, `failed/killed` when it was called off, or what `composeArgv` and `startRunner` throw
 */
export async function startJob(
  directory: string,
  { record, work }: { record: JobRecord; work: JobCommand | undefined },
  world: StartingWorld,
): Promise<void> {
  await makeDirectory(directory);
  try {
    if (work?.input !== undefined) await writeInput(directory, work.input);
    await prepareNote(directory).catch((cause: unknown) => {
      throw refuse(describe((cause as NodeJS.ErrnoException).code), cause);
    });
    await writeJob(directory, { record, isIdle: work === undefined });
    if (work === undefined) return;
    const argv = await composeArgv(record.id, work, world.runner);
    // INVARIANT: nothing is waited for between this and the start of its process.
    if (world.callOff.aborted) throw new McoError('failed/killed', 'the job was killed before it began');
    await startRunner({ ...argv, ...world, directory, place: work.directory ?? '/' });
  } catch (thrown) {
    await removeJob(directory).catch((problem: unknown) => world.onProblem(toMcoError(problem)));
    throw thrown;
  }
}

/** INVARIANT: what was run once under an id is never run again, after a restart neither. */
async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    throw refuse(code === 'EEXIST' ? 'there is a job of this id already' : describe(code), cause);
  });
}

async function writeInput(directory: string, input: string): Promise<void> {
  await writeFile(join(directory, 'input'), input, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw refuse(describe((cause as NodeJS.ErrnoException).code), cause);
  });
}

const describe = (code: string | undefined): string => `nothing can be written where jobs are kept: ${code}`;

const refuse = (why: string, cause: unknown): McoError =>
  new McoError('failed/spool', `the job was not started: ${why}`, { cause });
