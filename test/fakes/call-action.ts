import type { Agent } from '../../src/core/agent.ts';
import type { Input } from '../../src/core/agent-description.ts';
import { McoError } from '../../src/core/errors.ts';
import type { JobCommand, JobExit, JobOutput } from '../../src/core/jobs.ts';
import type { ReplyData } from '../../src/core/reply.ts';

export interface CallOptions {
  readonly input?: Input;
  readonly isDryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly caller?: string;
  /** What a job's program comes to; default: it exits with 0 and says nothing. */
  runCommand?(command: JobCommand): Promise<{ exit: JobExit; stdout?: string; stderr?: string }>;
  report?(data: ReplyData): void;
  /** Default: it is allowed. */
  permit?(meant: Input): Promise<void>;
}

/** Calls an action as a node does once a request was accepted: a job is prepared, run and concluded in one go. */
export async function callAction(agent: Agent, name: string, options: CallOptions = {}): Promise<ReplyData> {
  const { input = {}, isDryRun = false, signal = new AbortController().signal } = options;
  const action = agent.actions[name];
  if (action === undefined) throw new McoError('unknown/action', `there is no action \`${name}\``);
  const call = {
    input,
    isDryRun,
    signal,
    caller: options.caller ?? 'person:ana',
    run: '0198f0a0-0000-7000-8000-000000007f3a',
    permit: async (meant: Input) => await options.permit?.(meant),
    report: (data: ReplyData) => options.report?.(data),
  };
  if (typeof action === 'function') return await action(call);
  const { work, memory } = await action.prepare(call);
  const ended = await perform(work, options, signal);
  const output = readFrom(ended.stdout ?? '', ended.stderr ?? '');
  return await action.conclude({ input, isDryRun, memory, exit: ended.exit, output, signal });
}

type Prepared = Awaited<ReturnType<Exclude<Agent['actions'][string], (...args: never[]) => unknown>['prepare']>>;

async function perform(
  work: Prepared['work'],
  { runCommand }: CallOptions,
  signal: AbortSignal,
): Promise<{ exit: JobExit; stdout?: string; stderr?: string }> {
  if (work === undefined) return { exit: { state: 'nothing to do' } };
  if (!('perform' in work)) return (await runCommand?.(work)) ?? { exit: { state: 'exited', exitCode: 0 } };
  const { exitCode, stdout = '' } = await work.perform(signal);
  return { exit: { state: 'exited', exitCode }, stdout };
}

function readFrom(stdout: string, stderr: string): JobOutput {
  const texts = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  return {
    read(stream, { offset, maxBytes }) {
      const all = texts[stream];
      const from = offset < 0 ? Math.max(0, all.length + offset) : Math.min(offset, all.length);
      const part = all.subarray(from, from + maxBytes);
      return Promise.resolve({ text: part.toString(), offset: from, next: from + part.length, size: all.length });
    },
  };
}
