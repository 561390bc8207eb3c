import type { Input } from '../../src/core/agent-description.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { JobAction, JobExit, JobRecord } from '../../src/core/jobs.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { hideSecrets, maskInput } from '../../src/core/secret-input.ts';
import { sleep } from '../../src/core/waiting.ts';
import { UNKNOWN_VALUE } from '../../src/policy/match-inputs.ts';
import { findDescription } from '../audit-request.ts';
import { boundOutput } from '../bound-output.ts';
import { limitWork } from '../limit-work.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { type ActionResult, fail, succeed } from '../run-action.ts';

/** To look what came of it. The program has ended: what takes longer is stuck. */
const CONCLUDE_MS = 120_000;
/** Between two tries to read a spool that can't be read. */
const RETRY_MS = 5000;
/** Between two tries to write what can't be written: twice as long each time. */
const FIRST_REWRITE_MS = 5000;
const MAX_REWRITE_MS = 600_000;
const MAX_KEPT_BYTES = 64 * 1024;

/**
 * Waits until a job's program is gone and makes the result. Never rejects.
 *
 * INVARIANT: undefined when the node stops first. Then nothing is answered and nothing is recorded: the next process of
 * this agent concludes the job.
 */
export async function awaitResult(job: JobRecord, node: NodeRuntime): Promise<ActionResult | undefined> {
  const exit = await awaitExit(job, node);
  if (exit === undefined) return undefined;
  const action = node.agents.get(job.request.agent)?.actions[job.request.action];
  if (typeof action !== 'object') return fail(describeOrphan(job, exit));
  return await conclude(action, { job, exit, node });
}

/**
 * Keeps what came of it, without the secrets. Where that can't be written now, it is tried again in the background until
 * it is, or the node stops. Never rejects.
 *
 * INVARIANT: called when it was answered and recorded: what can't be kept is not answered again by the next process.
 */
export async function keepResult(job: JobRecord, { status, data }: ActionResult, node: NodeRuntime): Promise<void> {
  const { request, input } = job;
  const action = findDescription(request, node);
  const message = hideSecrets(status.message, action, input);
  const result = { status: status.name, message, data: shorten(data), endedAt: node.clock.now() };
  // INVARIANT: what the node does not describe any more it can't tell from a secret.
  const masked = { ...request, input: maskInput(action, input) ?? maskAll(input) };
  const write = (): Promise<boolean> =>
    node.jobs.conclude(job.id, result, masked).then(
      () => true,
      (thrown: unknown) => {
        node.onProblem?.(toMcoError(thrown));
        return false;
      },
    );
  if (await write()) return;
  const done: Promise<void> = rewrite(write, node).finally(() => node.background.delete(done));
  node.background.add(done);
}

/** With the names: rules that look at one of them have to know that it was given. */
const maskAll = (input: Input): Input => Object.fromEntries(Object.keys(input).map((name) => [name, UNKNOWN_VALUE]));

/** INVARIANT: the secrets of a job lie on the disk until this is done. */
async function rewrite(write: () => Promise<boolean>, node: NodeRuntime): Promise<void> {
  const stopping = new AbortController();
  const forgetStop = node.onStop(() => stopping.abort());
  for (let waitMs = FIRST_REWRITE_MS; ; waitMs = Math.min(MAX_REWRITE_MS, waitMs * 2)) {
    await sleep(node.clock, waitMs, stopping.signal);
    if (stopping.signal.aborted || (await write())) break;
  }
  forgetStop();
}

async function awaitExit({ id }: JobRecord, node: NodeRuntime): Promise<JobExit | undefined> {
  const stopping = new AbortController();
  const forgetStop = node.onStop(() => stopping.abort());
  try {
    while (!stopping.signal.aborted) {
      try {
        return await node.jobs.waitForEnd(id, stopping.signal);
      } catch (thrown) {
        const problem = toMcoError(thrown);
        // The node's stop, or the spool knows of it already.
        if (stopping.signal.aborted || problem.code === 'failed/timeout') return undefined;
        node.onProblem?.(problem);
        await sleep(node.clock, RETRY_MS, stopping.signal);
      }
    }
    return undefined;
  } finally {
    forgetStop();
  }
}

async function conclude(
  action: JobAction,
  { job, exit, node }: { job: JobRecord; exit: JobExit; node: NodeRuntime },
): Promise<ActionResult | undefined> {
  const { id, input, isDryRun, memory } = job;
  const output = node.jobs.output(id);
  const look = async (signal: AbortSignal): Promise<ActionResult> =>
    succeed(await action.conclude({ input, isDryRun, memory, exit, output, signal }));
  try {
    return await limitWork(look, { ready: Promise.resolve(), timeoutMs: CONCLUDE_MS }, node);
  } catch (thrown) {
    const error = toMcoError(thrown);
    return error.code === 'failed/stopping' ? undefined : fail(error);
  }
}

function describeOrphan({ request: { agent, action } }: JobRecord, exit: JobExit): McoError {
  const end = exit.state === 'exited' ? `its program ended with exit code ${exit.exitCode}` : 'its program has ended';
  return new McoError('failed/no-action', `\`${agent}.${action}\` is no longer on this node; ${end}`);
}

function shorten(data: ReplyData): ReplyData {
  try {
    return boundOutput(data, MAX_KEPT_BYTES);
  } catch {
    return {};
  }
}
