import { join } from 'node:path';
import { McoError, toMcoError } from '../../../core/errors.ts';
import type { JobCommand, JobExit, JobPretence, JobRecord, JobSpool, StoredJob } from '../../../core/jobs.ts';
import type { Clock, ProcessRunner } from '../../../core/ports.ts';
import { type EndingWorld, endJob } from './end-job.ts';
import type { Membership } from './find-members.ts';
import { isUnawaited, noteAnswered, noteUnawaited, writeJob } from './job-files.ts';
import { type Entry, ensureSpool, type KeepLimits, measureJob, prune, readIndex, writeUnwritten } from './job-index.ts';
import { createJobStarts } from './job-starts.ts';
import { createJobWatch, type JobWatch } from './job-watch.ts';
import { lookAtJob } from './look-at-job.ts';
import { readOutput } from './read-output.ts';
import { isRunning, requirePlace } from './require-place.ts';
import { startJob } from './start-job.ts';

const LOST: JobExit = { state: 'lost' };
const DEFAULTS = {
  running: 16,
  kept: 200,
  keptBytes: 500_000_000,
  keptMs: 7 * 86_400_000,
  maxOutputBytes: 10_000_000,
  graceMs: 5000,
};

export interface JobSpoolOptions {
  /** Made where it is missing; it must belong to this process's account alone. */
  readonly directory: string;
  readonly clock: Clock;
  /** For short looks at the machine. */
  readonly runner: ProcessRunner;
  /** Told what is wrong and stops nothing: entries that are no jobs, a directory that can't be used. */
  onProblem(problem: McoError): void;
  /** Jobs at once. Default 16. */
  readonly running?: number;
  /** Concluded jobs, their bytes (500 MB) and age (7 days). Default 200. */
  readonly kept?: number;
  readonly keptBytes?: number;
  readonly keptMs?: number;
  /** Of each stream of a job. Default 10 MB. */
  readonly maxOutputBytes?: number;
  /** Between asking a job to end and killing it. Default 5 s. */
  readonly graceMs?: number;
}

/** Jobs on disk, and how many processes of them nothing ends. */
export interface DiskSpool extends JobSpool {
  running(): number;
  stuck(): number;
}

/**
 * Opens the spool of a node, a directory for each job. It is made when the first job starts. A spool that can't be used
 * stops nothing but jobs: the problem is told here, and thrown when a job is to start.
 */
export async function openJobSpool(options: JobSpoolOptions): Promise<DiskSpool> {
  const { directory, clock } = options;
  const onProblem = (problem: McoError): void => options.onProblem(problem);
  const entries = await readIndex(directory, onProblem).catch((thrown: unknown) => {
    onProblem(toMcoError(thrown));
    return new Map<string, Entry>();
  });
  await prune(entries, { limits: limitsOf(options), now: clock.now(), onProblem });
  await writeUnwritten(entries, onProblem);
  return createSpool(entries, options);
}

const limitsOf = (options: JobSpoolOptions): KeepLimits => {
  const { kept, keptBytes, keptMs } = { ...DEFAULTS, ...options };
  return { jobs: kept, bytes: keptBytes, ageMs: keptMs };
};

function createSpool(entries: Map<string, Entry>, options: JobSpoolOptions): DiskSpool {
  const { clock, runner } = options;
  const onProblem = (problem: McoError): void => options.onProblem(problem);
  const { running, maxOutputBytes, graceMs } = { ...DEFAULTS, ...options };
  const limits = limitsOf(options);
  const stuck = new Map<string, number>();
  const starts = createJobStarts();
  const countRunning = (): number => [...entries.values()].filter(isRunning).length;
  const watch = createJobWatch(clock, (id, exit) => {
    stuck.delete(id);
    update(id, { exit });
  });

  const pathOf = (id: string): string => join(options.directory, id);
  const makeRoom = (): Promise<void> => prune(entries, { limits, now: clock.now(), onProblem });

  function update(id: string, fields: Partial<Entry>): void {
    const entry = entries.get(id);
    if (entry !== undefined) entries.set(id, { ...entry, ...fields });
  }

  async function start(record: JobRecord, work: JobCommand | JobPretence | undefined): Promise<void> {
    const { id } = record;
    if (work !== undefined && 'perform' in work) throw new McoError('bug/no-program', 'this machine is not imagined');
    if (entries.has(id)) throw new McoError('failed/spool', 'there is a job of this id already');
    if (work !== undefined) requirePlace([...entries.values()], record.request.caller, running);
    const directory = pathOf(id);
    const isIdle = work === undefined;
    entries.set(id, { record, isIdle, directory, isStarting: true, exit: undefined, isUnwritten: false, bytes: 0 });
    const world = { clock, runner, maxOutputBytes, onExit: () => watch.nudge(id), onProblem };
    try {
      await starts.run(id, async (callOff) => {
        await ensureSpool(options.directory);
        await startJob(directory, { record, work }, { ...world, callOff });
      });
      update(id, { isStarting: false, exit: isIdle ? { state: 'nothing to do' } : undefined });
    } catch (thrown) {
      entries.delete(id);
      throw thrown;
    }
  }

  return {
    start,
    list: () => Promise.all([...entries.values()].reverse().map((entry) => describe(entry, watch))),
    async find(id) {
      const entry = entries.get(id);
      return entry === undefined ? undefined : await describe(entry, watch);
    },
    waitForEnd: (id, signal) => watch.waitForEnd(() => requireEntry(entries, id), signal),
    output: (id) => ({ read: (stream, part) => readOutput(join(pathOf(id), stream), part) }),
    async kill(id) {
      if (!(await starts.callOff(id))) return true;
      const left = await endProgram(requireEntry(entries, id), watch, { runner, clock, graceMs });
      if (left > 0) stuck.set(id, left);
      return left === 0;
    },
    async conclude(id, result, request) {
      const { directory, isIdle, ...entry } = requireEntry(entries, id);
      const end = { exit: entry.exit ?? LOST, result };
      const record = { ...entry.record, request, input: request.input, memory: null };
      await makeRoom();
      await writeJob(directory, { record, isIdle, end }).catch(async (thrown: unknown) => {
        await noteAnswered(directory);
        throw thrown;
      });
      update(id, { record, end, exit: end.exit, bytes: await measureJob(directory) });
      await makeRoom();
      await writeUnwritten(entries, onProblem);
    },
    noteUnawaited: (id) => noteUnawaited(pathOf(id)),
    isUnawaited: (id) => isUnawaited(pathOf(id)),
    running: countRunning,
    stuck: () => [...stuck.values()].reduce((sum, count) => sum + count, 0),
  };
}

function requireEntry(entries: ReadonlyMap<string, Entry>, id: string): Entry {
  const entry = entries.get(id);
  if (entry === undefined) throw new McoError('failed/spool', 'there is no such job any more');
  return entry;
}

async function describe(entry: Entry, watch: JobWatch): Promise<StoredJob> {
  const { record, end } = entry;
  if (end !== undefined) return { ...record, state: 'concluded', ...end };
  const exit = await watch.findExit(entry);
  return exit === undefined ? { ...record, state: 'running' } : { ...record, state: 'ended', exit };
}

/** @returns how many of its processes nothing ends */
async function endProgram(entry: Entry, watch: JobWatch, world: EndingWorld): Promise<number> {
  if ((await watch.findExit(entry)) !== undefined) return 0;
  return (await endJob(await findMembership(entry), world)).length;
}

/** A runner that has started nothing yet hangs itself: then it is what has to end. */
async function findMembership({ record: { id }, directory }: Entry): Promise<Membership> {
  const look = await lookAtJob(directory);
  if (look.state !== 'running') return { id, program: undefined, runner: undefined };
  const { runner, program, hasBegun } = look;
  return hasBegun ? { id, program, runner } : { id, program: runner, runner: undefined };
}
