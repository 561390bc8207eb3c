import { toMcoError } from '../../core/errors.ts';
import type { RunReport } from '../../core/report.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import type { ActiveRun } from '../active-runs.ts';
import type { Bot } from '../bot.ts';
import { finishRun } from '../finish-run.ts';
import { sendRun } from '../sending/send-run.ts';
import { closeOrder } from './close-order.ts';
import { describeAwaited } from './describe-awaited.ts';
import { thawOrder } from './thaw-order.ts';
import { trailOfRun } from './trail-of-run.ts';
import { createVerifier, verifyOrder } from './verify-order.ts';

/**
 * Sends an order that has been approved, as it was frozen, and brings it to its end in the run's own thread. Rights are
 * looked up once more first: what they do not cover any more is not sent.
 */
export async function runApproved(
  bot: Bot,
  { run, approval, active }: { readonly run: RunRecord; readonly approval: StoredApproval; readonly active: ActiveRun },
): Promise<RunReport> {
  const thread = bot.openThread(run) ?? NO_THREAD;
  const trail = trailOfRun(bot, run);
  const { order, digest, yes } = approval;
  const { filter, nodes } = order;
  trail.know({ filter });
  let rules: readonly string[];
  try {
    await thread.remind(describeAwaited(bot, run, approval)).catch(() => undefined);
    ({ rules } = await verifyOrder(bot, approval));
    const approvedBy = yes.map(({ by }) => by);
    await trail.record('decided', { result: 'allow', rules, digest, count: nodes.length, approvedBy });
  } catch (thrown) {
    const problem = toMcoError(thrown);
    const { code, message } = problem;
    if (problem.family === 'denied') {
      // Nothing is sent, so a record that can't be written holds nothing up: its outcome tells the reason too.
      await trail
        .record('decided', { result: 'deny', code, reason: message, rules: problem.rules, digest })
        .catch(() => undefined);
    }
    return await closeOrder(bot, { run, approval, trail, thread, active }, { outcome: 'NOT SENT', problem });
  }
  const targets = { nodes, broadcast: false, discovered: [], unexpected: () => [], close: () => {} };
  const decideAgain = createVerifier(bot, approval);
  const sending = { targets, thread, trail, active, decideAgain, order };
  const executed = await sendRun(bot, thawOrder(run, order, { digest, rules, yes }), sending);
  return await finishRun(bot, executed, { thread, trail, active, signal: active.signal });
}

/** The chat of a run may be gone: it ends on disk and on record all the same. */
const NO_THREAD: RunThread = {
  whenShown: () => Promise.resolve(),
  update: () => {},
  park: () => Promise.resolve(),
  remind: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  note: () => Promise.resolve(),
  append: () => Promise.resolve(),
  appendJobs: () => Promise.resolve(),
};
