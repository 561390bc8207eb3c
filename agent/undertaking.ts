import type { ActionCall } from '../src/core/action-call.ts';
import type { ActionDescription } from '../src/core/agent-description.ts';
import type { Request } from '../src/core/request.ts';
import type { ActionSlot } from './action-slots.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { permitMeant } from './permit-meant.ts';
import { createProgressReporter, type ProgressReporter } from './progress-reporter.ts';
import { ACK, createReplyWriter, type ReplyWriter } from './reply-writer.ts';
import type { Task } from './validate-request.ts';

/** An action that takes longer is acknowledged first. */
const ACK_AFTER_MS = 1000;
/** What a request may ask for, where the action's own description does not say more: a place is not held for a day. */
const MAX_TIMEOUT_MS = 3_600_000;

/** What an accepted and recorded request is carried out with. */
export interface Undertaking {
  readonly task: Task;
  readonly rules: readonly string[];
  readonly node: NodeRuntime;
  readonly slot: ActionSlot;
  readonly replies: ReplyWriter;
  readonly progress: ProgressReporter;
  readonly call: Omit<ActionCall, 'signal'>;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** The result is about to be sent: nothing may follow it. */
  close(): void;
}

/** From now on the asker hears of it: an acknowledgement first, where it takes longer. */
export function undertake(
  task: Task,
  rules: readonly string[],
  { node, slot }: { node: NodeRuntime; slot: ActionSlot },
): Undertaking {
  const { request, action, input, isDryRun } = task;
  const replies = createReplyWriter(request, node);
  const progress = createProgressReporter(request, replies, node);
  const cancelAck = node.clock.after(ACK_AFTER_MS, () => void replies.send('ack', ACK));
  const { caller, run } = request;
  return {
    task,
    rules,
    node,
    slot,
    replies,
    progress,
    call: {
      input,
      isDryRun,
      caller,
      run,
      permit: (meant) => permitMeant(task, meant, node),
      report: (data) => progress.report(data),
    },
    startedAt: node.clock.now(),
    timeoutMs: chooseTimeout(request, action),
    close() {
      cancelAck();
      progress.end();
    },
  };
}

/** How long an action may take, ms. */
const chooseTimeout = ({ options }: Request, { timeoutMs }: ActionDescription): number =>
  Math.min(options.timeoutMs ?? timeoutMs, Math.max(timeoutMs, MAX_TIMEOUT_MS));
