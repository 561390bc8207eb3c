import { toMcoError } from '../../src/core/errors.ts';
import type { JobAction, JobOutput, JobPlan, JobRecord } from '../../src/core/jobs.ts';
import { statusOf } from '../../src/core/reply.ts';
import { limitWork } from '../limit-work.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { recordOutcome } from '../record-action.ts';
import { type ActionResult, fail, succeed } from '../run-action.ts';
import type { Undertaking } from '../undertaking.ts';
import { awaitResult, keepResult } from './conclude-job.ts';
import { followOutput } from './follow-output.ts';
import { describeJob, describeLate, LATE, untilLate } from './time-limit.ts';

/**
 * Prepares a job, starts it, and answers with what came of it. What takes longer than its time is answered with its id,
 * gives its place away and goes on; so does what nobody waits for. Never rejects.
 */
export async function carryOutJob(action: JobAction, undertaking: Undertaking): Promise<void> {
  const { slot, task, node, startedAt, timeoutMs } = undertaking;
  const started = await start(action, undertaking).catch((thrown: unknown) => fail(toMcoError(thrown)));
  if (!('job' in started)) return await answer(started, undertaking);
  const { job, plan } = started;
  const stopFollowing =
    task.request.options.progress === true ? followOutput(job.id, undertaking.call, node) : () => {};
  const ended = awaitResult(job, node).finally(stopFollowing);
  const letGo = async (result: ActionResult): Promise<void> => {
    await answer(result, undertaking);
    inBackground(ended, { job, node });
    // After the answer: a node that is killed in between answers at the end too, which does no harm, rather than never.
    await node.jobs.noteUnawaited(job.id);
  };
  if (plan.isDetached === true) return await letGo(describeJob(job, statusOf('ok')));
  const first = await untilLate(ended, { limitMs: startedAt + timeoutMs - node.clock.now(), node });
  if (first === undefined) return undertaking.close();
  slot.release();
  if (first === LATE) return await letGo(describeLate(job, timeoutMs));
  await answer(first, undertaking);
  // After the answer: a node that is killed in between answers twice, which does no harm, rather than never.
  await keepResult(job, first, node);
}

type Started = { readonly job: JobRecord; readonly plan: JobPlan };

/** What has nothing to run, such as most dry runs, is concluded at once: it takes no room from the jobs that are kept. */
async function start(action: JobAction, undertaking: Undertaking): Promise<Started | ActionResult> {
  const { task, rules, node, slot, call, timeoutMs } = undertaking;
  const { request, input, isDryRun } = task;
  const prepare = (signal: AbortSignal): Promise<JobPlan> => action.prepare({ ...call, signal });
  const plan = await limitWork(prepare, { ready: slot.ready, timeoutMs }, node);
  const { work, memory } = plan;
  if (work === undefined) return await concludeAtOnce(action, plan, undertaking);
  const job: JobRecord = {
    id: request.id,
    request,
    rules,
    input,
    isDryRun,
    memory,
    startedAt: node.clock.now(),
    ...('dangerOfKill' in work ? { dangerOfKill: work.dangerOfKill } : {}),
  };
  await node.jobs.start(job, work);
  return { job, plan };
}

async function concludeAtOnce(
  action: JobAction,
  { memory }: JobPlan,
  { task, node, timeoutMs }: Undertaking,
): Promise<ActionResult> {
  const { input, isDryRun } = task;
  const exit = { state: 'nothing to do' } as const;
  const conclude = async (signal: AbortSignal): Promise<ActionResult> =>
    succeed(await action.conclude({ input, isDryRun, memory, exit, output: NO_OUTPUT, signal }));
  return await limitWork(conclude, { ready: Promise.resolve(), timeoutMs }, node);
}

const NO_OUTPUT: JobOutput = { read: () => Promise.resolve({ text: '', offset: 0, next: 0, size: 0 }) };

async function answer(result: ActionResult, undertaking: Undertaking): Promise<void> {
  const { task, replies, node, slot, startedAt } = undertaking;
  undertaking.close();
  slot.release();
  const sent = replies.send('result', result.status, result.data);
  await recordOutcome(task.request, result, { startedAt, node });
  await sent;
}

/** The request is answered; what comes of the job is recorded and kept. */
function inBackground(
  ended: Promise<ActionResult | undefined>,
  { job, node }: { job: JobRecord; node: NodeRuntime },
): void {
  const finish = async (): Promise<void> => {
    const result = await ended;
    if (result === undefined) return;
    await recordOutcome(job.request, result, { startedAt: job.startedAt, node });
    await keepResult(job, result, node);
  };
  const done: Promise<void> = finish().finally(() => node.background.delete(done));
  node.background.add(done);
}
