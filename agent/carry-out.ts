import type { RunAction } from '../src/core/agent.ts';
import { carryOutJob } from './jobs/carry-out-job.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { recordIntent, recordOutcome } from './record-action.ts';
import { runAction } from './run-action.ts';
import { type Undertaking, undertake } from './undertaking.ts';
import type { Task } from './validate-request.ts';

/**
 * Record, acknowledge, run, reply, record.
 *
 * @param rules where the rules stand that allowed it
 * @throws McoError `failed/busy`, `failed/audit`, `failed/high-water-mark`: nothing was run
 */
export async function carryOut(task: Task, rules: readonly string[], node: NodeRuntime): Promise<void> {
  const { request, effect, run } = task;
  const slot = node.slots.reserve(effect, request.caller);
  try {
    if (request.issuedAt > node.clock.now()) await node.highWaterMark?.raise(request.issuedAt);
    await recordIntent(task, rules, node);
    const undertaking = undertake(task, rules, { node, slot });
    node.counters.ran += 1;
    await (typeof run === 'function' ? carryOutRun(run, undertaking) : carryOutJob(run, undertaking));
  } finally {
    slot.release();
  }
}

async function carryOutRun(run: RunAction, undertaking: Undertaking): Promise<void> {
  const { task, node, slot, replies, call, startedAt, timeoutMs } = undertaking;
  const result = await runAction({ run, call, ready: slot.ready, timeoutMs }, node);
  undertaking.close();
  slot.release();
  const sent = replies.send('result', result.status, result.data);
  await recordOutcome(task.request, result, { startedAt, node });
  await sent;
}
