import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { McoError, toMcoError } from '../../../core/errors.ts';
import type { JobExit } from '../../../core/jobs.ts';
import { UUID } from '../../../core/names.ts';
import { concludeAnswered } from './conclude-answered.ts';
import { type KeptJob, readJob, requireOwn, writeJob } from './job-files.ts';
import { isLock } from './lock-name.ts';
import { removeJob } from './remove-job.ts';

/** A job as this process knows it. */
export interface Entry extends KeptJob {
  readonly directory: string;
  /** This process is about to start it. */
  readonly isStarting: boolean;
  /** Once it was seen; it never changes any more. */
  readonly exit: JobExit | undefined;
  /** It is concluded, and there was no room to write that down. */
  readonly isUnwritten: boolean;
  /** Of a concluded job: what it takes on the disk. */
  readonly bytes: number;
}

const endOf = ({ end }: Entry): number => end?.result.endedAt ?? 0;

/** What is kept at most. What runs is never removed. */
export interface KeepLimits {
  readonly jobs: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/**
 * Makes the directory of all jobs, where it is missing, and makes sure of it.
 *
 * @throws McoError `failed/spool` when it can't be made, or is not ours alone
 */
export async function ensureSpool(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new McoError('failed/spool', `${directory} can't be made: ${code}`, { cause });
  });
  await requireOwn(directory);
}

/**
 * Reads the jobs in a directory, which need not be there yet. What is none is told and left alone.
 *
 * @throws McoError `failed/spool` when the directory is not ours alone
 */
export async function readIndex(
  directory: string,
  onProblem: (problem: McoError) => void,
): Promise<Map<string, Entry>> {
  const names = await readdir(directory).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new McoError('failed/spool', `${directory} can't be read`, { cause });
  });
  if (names === undefined) return new Map();
  await requireOwn(directory);
  const entries: Entry[] = [];
  for (const name of names) {
    const path = join(directory, name);
    if (isLock(name)) continue;
    if (!UUID.test(name)) {
      onProblem(new McoError('failed/spool', `${path} is no job's directory: it is left alone`));
      continue;
    }
    try {
      entries.push(await readEntry(path, name));
    } catch (thrown) {
      onProblem(toMcoError(thrown));
    }
  }
  entries.sort((one, other) => one.record.startedAt - other.record.startedAt);
  return new Map(entries.map((entry) => [entry.record.id, entry]));
}

async function readEntry(directory: string, id: string): Promise<Entry> {
  const stored = await readJob(directory, id);
  const answered = await concludeAnswered(directory, stored);
  const job = answered ?? stored;
  const bytes = job.end === undefined ? 0 : await measureJob(directory);
  const isUnwritten = answered !== undefined;
  return { ...job, directory, isStarting: false, exit: job.end?.exit, isUnwritten, bytes };
}

/** Writes down what could not be before; what still can't is told, and tried again the next time. */
export async function writeUnwritten(
  entries: Map<string, Entry>,
  onProblem: (problem: McoError) => void,
): Promise<void> {
  for (const [id, entry] of entries) {
    const { directory, record, isIdle, end, isUnwritten } = entry;
    if (!isUnwritten) continue;
    try {
      await writeJob(directory, { record, isIdle, end });
      entries.set(id, { ...entry, isUnwritten: false, bytes: await measureJob(directory) });
    } catch (thrown) {
      onProblem(toMcoError(thrown));
    }
  }
}

/** What a job takes on the disk. */
export async function measureJob(directory: string): Promise<number> {
  const sizes = ['stdout', 'stderr', 'concluded.json'].map((name) =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Removes concluded jobs, oldest first, until the rest is within the limits. */
export async function prune(
  entries: Map<string, Entry>,
  { limits, now, onProblem }: { limits: KeepLimits; now: number; onProblem(problem: McoError): void },
): Promise<void> {
  const concluded = [...entries.values()]
    .filter(({ end }) => end !== undefined)
    .sort((one, other) => endOf(one) - endOf(other));
  let count = concluded.length;
  let bytes = concluded.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of concluded) {
    const isOld = now - endOf(entry) > limits.ageMs;
    if (!isOld && count <= limits.jobs && bytes <= limits.bytes) continue;
    count -= 1;
    bytes -= entry.bytes;
    entries.delete(entry.record.id);
    await removeJob(entry.directory).catch((thrown: unknown) => onProblem(toMcoError(thrown)));
  }
}
