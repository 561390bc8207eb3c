import type { ActionCall } from '../../../src/core/action-call.ts';
import type { Agent } from '../../../src/core/agent.ts';
import type { Input } from '../../../src/core/agent-description.ts';
import { McoError } from '../../../src/core/errors.ts';
import type { JobExit, JobSpool, JobStream, StoredJob } from '../../../src/core/jobs.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { JOB_DESCRIPTION } from './description.ts';

const MAX_TEXT_BYTES = 64 * 1024;

/**
 * Looks after jobs. Who may do that is decided before, by the action that a job came from.
 *
 * @param now ms since the epoch
 */
export function createJobAgent(jobs: JobSpool, now: () => number): Agent {
  /** INVARIANT: by the id that the node put in after it decided, never by the run. */
  async function find({ job }: Input): Promise<StoredJob> {
    const found = typeof job === 'string' ? await jobs.find(job) : undefined;
    if (found === undefined) throw new McoError('failed/no-job', 'no job of that run on this node');
    return found;
  }

  return {
    description: JOB_DESCRIPTION,
    actions: {
      async list({ input }) {
        const all = await jobs.list();
        const shown = all.slice(0, Number(input.limit ?? 20));
        const tell = input.ids === true ? tellWhole : tellRow;
        return { jobs: shown.map((job) => tell(job, now())), running: all.filter(isRunning).length };
      },
      async show({ input }) {
        const job = await find(input);
        const sizes = await measure(jobs, job.id);
        return { ...tellWhole(job, now()), state: job.state, ...tellResult(job), ...sizes };
      },
      tail: ({ input }) => find(input).then((job) => tail(jobs, job, input)),
      kill: (call) => find(call.input).then((job) => kill(jobs, job, call)),
    },
  };
}

const isRunning = ({ state }: StoredJob): boolean => state === 'running';

interface Told {
  readonly [name: string]: JsonValue;
}

const tellWhole = (job: StoredJob, now: number): Told => ({
  job: job.id,
  run: job.request.run,
  ...tellJob(job, now),
});

/** With the run as commands take it, and short enough for a row: a time to the minute. */
function tellRow(job: StoredJob, now: number): Told {
  const started = new Date(job.startedAt).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
  return { run: job.request.run.slice(-4), ...tellJob(job, now), started };
}

function tellJob(job: StoredJob, now: number): Told {
  const { request, startedAt, isDryRun } = job;
  const endedAt = job.state === 'concluded' ? job.result.endedAt : now;
  return {
    action: `${request.agent}.${request.action}`,
    caller: request.caller,
    outcome: judge(job),
    ...(isDryRun ? { dryrun: true } : {}),
    started: new Date(startedAt).toISOString(),
    elapsed: Math.max(0, Math.round((endedAt - startedAt) / 100) / 10),
  };
}

/** In a word: what the action made of it counts, and where that is not good, how the program ended. */
function judge(job: StoredJob): string {
  if (job.state === 'running') return 'running';
  if (job.state === 'concluded' && job.result.status === 'ok') return 'ok';
  if (job.exit.state === 'killed' || job.exit.state === 'lost') return job.exit.state;
  return job.state === 'concluded' ? 'failed' : 'ended';
}

function tellResult(job: StoredJob): ReplyData {
  if (job.state === 'running') return {};
  const exit = { exit: describeExit(job.exit) };
  if (job.state === 'ended') return exit;
  const { status, message, data } = job.result;
  return { ...exit, status, message, outputs: data };
}

function describeExit(exit: JobExit): string {
  if (exit.state === 'exited') return `exited ${exit.exitCode}`;
  return exit.state === 'killed' ? `killed by ${exit.signal}` : exit.state;
}

async function measure(jobs: JobSpool, id: string): Promise<ReplyData> {
  const output = jobs.output(id);
  const sizeOf = async (stream: JobStream): Promise<number> =>
    (await output.read(stream, { offset: 0, maxBytes: 0 })).size;
  return { stdout: await sizeOf('stdout'), stderr: await sizeOf('stderr') };
}

async function tail(jobs: JobSpool, job: StoredJob, input: Input): Promise<ReplyData> {
  const { id, state } = job;
  const { offset, lines = 20, stream } = input;
  const output = jobs.output(id);
  const name = stream === 'stderr' ? 'stderr' : 'stdout';
  const from = typeof offset === 'number' ? offset : -MAX_TEXT_BYTES;
  const { text, next, size } = await output.read(name, { offset: from, maxBytes: MAX_TEXT_BYTES });
  const shown = typeof offset === 'number' ? text : lastLines(text, Number(lines));
  const end = job.state === 'running' ? {} : { exit: describeExit(job.exit) };
  return { text: shown, next, size, state, outcome: judge(job), ...end };
}

function lastLines(text: string, count: number): string {
  const isWhole = text.endsWith('\n');
  const lines = (isWhole ? text.slice(0, -1) : text).split('\n');
  return lines.slice(-count).join('\n') + (isWhole ? '\n' : '');
}

async function kill(jobs: JobSpool, job: StoredJob, { input }: ActionCall): Promise<ReplyData> {
  if (job.state !== 'running') {
    const note = `nothing was killed: it had ended before, ${describeExit(job.exit)}`;
    return { job: job.id, killed: false, note };
  }
  if (job.dangerOfKill !== undefined && input.force !== true) {
    throw new McoError('failed/dangerous', `not killed: ${job.dangerOfKill}`, { hint: 'add `force` to do it anyway' });
  }
  if (await jobs.kill(job.id)) return { job: job.id, killed: true };
  throw new McoError('failed/unkillable', 'some of what it started could not be killed: it waits for the kernel');
}
