import type { AuditRecord } from '../src/core/audit.ts';
import { boundRecord } from '../src/core/bound-record.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { maskInput } from '../src/core/secret-input.ts';
import { describeOrder, describeRequest } from './audit-request.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { ACK, createReplyWriter } from './reply-writer.ts';
import { type ActionResult, runAction } from './run-action.ts';
import type { Task } from './validate-request.ts';

/** An action that takes longer is acknowledged first. */
const ACK_AFTER_MS = 1000;
/** What a request may ask for, where the action's own description does not say more: a place is not held for a day. */
const MAX_TIMEOUT_MS = 3_600_000;

/**
 * Record, acknowledge, run, reply, record.
 *
 * @param rules where the rules stand that allowed it
 * @throws McoError `failed/busy`, `failed/audit`, `failed/high-water-mark`: nothing was run
 */
export async function carryOut(task: Task, rules: readonly string[], node: NodeRuntime): Promise<void> {
  const { request, action, run, input } = task;
  const slot = node.slots.reserve(action.effect);
  try {
    if (request.issuedAt > node.clock.now()) await node.highWaterMark?.raise(request.issuedAt);
    await recordIntent(task, rules, node);
    const replies = createReplyWriter(request, node);
    const startedAt = node.clock.now();
    const cancelAck = node.clock.after(ACK_AFTER_MS, () => void replies.send('ack', ACK));
    const timeoutMs = Math.min(
      request.options.timeoutMs ?? action.timeoutMs,
      Math.max(action.timeoutMs, MAX_TIMEOUT_MS),
    );
    const result = await runAction({ run, input, ready: slot.ready, timeoutMs }, node);
    cancelAck();
    slot.release();
    const sent = replies.send('result', result.status, result.data);
    await recordOutcome(request, result, { startedAt, node });
    await sent;
  } finally {
    slot.release();
  }
}

/** INVARIANT: no record, no action. When this rejects, the action is not run. */
async function recordIntent(
  { request, action, input }: Task,
  rules: readonly string[],
  node: NodeRuntime,
): Promise<void> {
  const about = { ...describeRequest(request, node), ...describeOrder(request), rules };
  const record: AuditRecord = { ...about, event: 'intent', input: maskInput(action, input), filter: request.filter };
  try {
    await node.audit.append(boundRecord(record, node.hash));
  } catch (cause) {
    throw new McoError('failed/audit', "the audit log can't be written, so nothing was done", { cause });
  }
}

/** The action has run: a record that can't be written any more is a problem to report, not to act on. */
async function recordOutcome(
  request: Request,
  { status, error }: ActionResult,
  { startedAt, node }: { startedAt: number; node: NodeRuntime },
): Promise<void> {
  node.counters.ran += 1;
  const elapsedMs = node.clock.now() - startedAt;
  const why = error === undefined ? {} : { code: error.code, reason: error.message.slice(0, 4000) };
  const record = {
    ...describeRequest(request, node),
    event: 'outcome',
    result: status.name,
    elapsedMs,
    ...why,
  } as const;
  await node.audit.append(record).catch((thrown: unknown) => node.onProblem?.(toMcoError(thrown)));
}
