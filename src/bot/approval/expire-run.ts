import type { RunRecord } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { closeOrder, type Unsent } from './close-order.ts';
import { replaceApproval } from './replace-approval.ts';
import { trailOfRun } from './trail-of-run.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

/** Ends an order when its time is up, also one whose time was up while the bot was away. */
export function watchExpiry(bot: Bot, { id, caller, approval }: Pick<RunRecord, 'id' | 'caller' | 'approval'>): void {
  if (approval === undefined) return;
  waitingOrdersOf(bot).watch(id, { caller, expiresAt: approval.expiresAt }, () => expireRun(bot, id));
}

/** Those that an earlier process left. */
export async function watchWaiting(bot: Bot): Promise<void> {
  for (const run of await bot.store.runs.open()) {
    if (run.approval?.state === 'awaiting') watchExpiry(bot, run);
  }
}

/**
 * Ends an order that nobody approved in time. One that was decided meanwhile stays as it is.
 *
 * @throws McoError `failed/audit`, `failed/store`
 */
export async function expireRun(bot: Bot, id: string): Promise<void> {
  const waiting = waitingOrdersOf(bot);
  const unsent = await waiting.inTurn(id, () => markExpired(bot, id));
  if (unsent === undefined) return waiting.release(id);
  await closeOrder(bot, unsent, { outcome: 'EXPIRED' });
}

/** Undefined: it does not wait any more. */
async function markExpired(bot: Bot, id: string): Promise<Unsent | undefined> {
  const run = await bot.store.runs.find(id);
  const approval = run?.approval;
  if (run === undefined || approval?.state !== 'awaiting' || run.end !== undefined) return undefined;
  const trail = trailOfRun(bot, run);
  // INVARIANT: no record, no action.
  await trail.record('expired', { digest: approval.digest, count: approval.order.nodes.length });
  await replaceApproval(bot, { id, was: approval, approval: { ...approval, state: 'expired' } });
  return { run, approval, trail };
}
