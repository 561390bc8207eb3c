import { McoError, toMcoError } from '../../core/errors.ts';
import { EXIT } from '../../core/report.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import type { ApprovalRule } from '../../policy/policy.ts';
import type { Asker } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { headerOf } from '../collecting/compose-report.ts';
import { composeOrder } from '../compose-order.ts';
import type { Run } from '../compose-request.ts';
import { type Handled, reported } from '../handled.ts';
import { holdsSecret } from '../records/holds-secret.ts';
import type { Trail } from '../records/trail.ts';
import { closeOrder } from './close-order.ts';
import { describeAwaited } from './describe-awaited.ts';
import { watchExpiry } from './expire-run.ts';
import { digestOrder } from './freeze-order.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

/** A run whose nodes are known, and that needs approval. */
export interface Parked {
  readonly nodes: readonly string[];
  readonly isNarrowed: boolean;
  readonly approval: ApprovalRule;
  /** Where the rules stand that want it. */
  readonly rules: readonly string[];
  readonly asker: Asker;
  readonly thread: RunThread;
  readonly trail: Trail;
  /** Aborted: it was cancelled before it could wait. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Freezes a run until somebody approves it. Ends the command, not the run. Never leaves the run half way: what can't
 * wait (a secret in its input, too many that wait already, a full disk) is over as NOT SENT, shown and recorded like
 * every end.
 */
export async function parkRun(bot: Bot, run: Run, parked: Parked): Promise<Handled> {
  const { thread, trail, signal } = parked;
  const approval = freeze(bot, run, parked);
  const { digest } = approval;
  const header = headerOf(run);
  const waiting = waitingOrdersOf(bot);
  const requireUncancelled = (): void => {
    if (signal?.aborted === true) throw new McoError('failed/cancelled', 'it was cancelled before it was shown');
  };
  try {
    requireNoSecret(bot, run);
    waiting.hold(run.id, run.caller);
    requireUncancelled();
    // INVARIANT: no record, no action.
    await trail.record('awaiting', describeRecord(approval));
    requireUncancelled();
    await thread.park(describeAwaited(bot, { header }, approval), approval);
    // A chat's thread has done so in the same stroke; on a terminal it is done here.
    await bot.store.runs.park(run.id, approval);
    requireUncancelled();
    watchExpiry(bot, { id: run.id, caller: run.caller, approval });
    return { exitCode: EXIT.refused, awaiting: { run: run.id, digest } };
  } catch (thrown) {
    const outcome = signal?.aborted === true ? 'CANCELLED' : 'NOT SENT';
    const problem = outcome === 'CANCELLED' ? undefined : toMcoError(thrown);
    const record = await readRecord(bot, run, parked);
    return reported(await closeOrder(bot, { run: record, approval, trail, thread }, { outcome, problem }));
  }
}

function freeze({ hash, clock }: Bot, run: Run, parked: Parked): StoredApproval {
  const order = composeOrder(run, parked);
  const { from, count, expiresMs } = parked.approval;
  return {
    order,
    digest: digestOrder(hash, order),
    rules: parked.rules,
    from,
    count,
    expiresAt: clock.now() + expiresMs,
    state: 'awaiting',
    yes: [],
  };
}

function describeRecord({ order, digest, rules }: StoredApproval) {
  return { result: 'needs-approval', rules, nodes: order.nodes, count: order.nodes.length, digest };
}

/**
 * INVARIANT: no secret is kept on disk, so what holds one can't wait.
 *
 * @throws McoError `usage/holds-secret`
 */
function requireNoSecret(bot: Bot, run: Run): void {
  if (!holdsSecret(bot, run)) return;
  throw new McoError('usage/holds-secret', 'this needs approval, and it holds a secret, which is not kept meanwhile', {
    hint: 'ask fewer nodes, so that it needs no approval',
  });
}

/** For its end alone: a store that can't be read must not keep it from being told. */
async function readRecord({ store, clock }: Bot, run: Run, { asker }: Parked): Promise<RunRecord> {
  const known = await store.runs.find(run.id).catch(() => undefined);
  const { id, caller, isRepeatable } = run;
  const { account } = asker;
  const place = { chat: '', channel: '' };
  return known ?? { id, caller, account, place, isRepeatable, header: headerOf(run), startedAt: clock.now() };
}
