import { effectOf } from '../../src/core/agent-description.ts';
import { McoError } from '../../src/core/errors.ts';
import type { StoredJob } from '../../src/core/jobs.ts';
import { findDescription } from '../audit-request.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import type { Task } from '../validate-request.ts';

/** What may be asked about jobs in general. */
const FREE_ACTIONS: ReadonlySet<string> = new Set(['list']);

/**
 * Finds the job that a request to the agent `job` is about, and by whose rights it is decided. Other requests stay as
 * they are.
 *
 * INVARIANT: the job that is decided about is the one that is shown, tailed or killed: its id becomes part of the input.
 *
 * @throws McoError `failed/no-job`
 */
export async function governTask(task: Task, node: NodeRuntime): Promise<Task> {
  const { request, input } = task;
  if (request.agent !== 'job' || FREE_ACTIONS.has(request.action)) return task;
  const job = choose((await node.jobs.list()).filter(({ request: { run } }) => run === input.run));
  if (job === undefined) throw new McoError('failed/no-job', 'no job of that run on this node');
  return { ...task, input: { ...input, job: job.id }, inPlaceOf: describeOrigin(job, node) };
}

/**
 * A run has one job on a node. INVARIANT: it is its first caller's: what somebody else signs under the same run never
 * answers for it.
 */
function choose(newestFirst: readonly StoredJob[]): StoredJob | undefined {
  const owner = newestFirst.at(-1)?.request.caller;
  const own = newestFirst.filter(({ request }) => request.caller === owner);
  return own.findLast(({ state }) => state === 'running') ?? own.at(-1);
}

/** INVARIANT: what the node does not describe any more counts as a write. */
function describeOrigin({ request, input, isDryRun }: StoredJob, node: NodeRuntime): Task['inPlaceOf'] {
  const { agent, action } = request;
  const description = findDescription(request, node);
  const isRead = description !== undefined && (!isDryRun || description.dryRun !== undefined);
  // With what stands for a value that was taken out: rules that look at it take it for the worst.
  return { agent, action, input, effect: isRead ? effectOf(description, isDryRun) : 'write' };
}
