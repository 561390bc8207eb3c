import type { McoError } from '../../core/errors.ts';
import type { Outcome, RunReport } from '../../core/report.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import type { ActiveRun } from '../active-runs.ts';
import type { Bot } from '../bot.ts';
import { composeReport } from '../collecting/compose-report.ts';
import { createLateAnswers } from '../collecting/late-answers.ts';
import { finishRun } from '../finish-run.ts';
import type { Trail } from '../records/trail.ts';
import { describeApprovers } from './describe-awaited.ts';
import { findKnownAction } from './known-action.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

/** An order that comes to nothing. */
export interface Unsent {
  readonly run: RunRecord;
  readonly approval: StoredApproval;
  readonly trail: Trail;
  /** Left out: the run's own, as it was left. */
  readonly thread?: RunThread | undefined;
  /** Where it is in the list of those under way already. */
  readonly active?: ActiveRun | undefined;
}

export interface UnsentEnd {
  readonly outcome: Outcome;
  /** Who ended it. */
  readonly by?: string | undefined;
  readonly problem?: McoError | undefined;
}

/** Ends a run of which nothing was sent: recorded, told in its thread, and over on disk. */
export async function closeOrder(bot: Bot, unsent: Unsent, { outcome, by, problem }: UnsentEnd): Promise<RunReport> {
  const { run, approval, trail, thread = bot.openThread(run), active } = unsent;
  waitingOrdersOf(bot).release(run.id);
  const report = composeReport(findKnownAction(bot, run), {
    header: run.header,
    conducted: {
      results: approval.order.nodes.map((node) => ({ node, outcome: 'notSent', data: {} })),
      unexpected: [],
      problem,
      outcome,
    },
    startedAt: run.startedAt,
    // A clock that was set back does not make it end before it began.
    endedAt: Math.max(run.startedAt, bot.clock.now()),
    cancelled: by === undefined ? undefined : { by },
    refusedAnswers: 0,
    approvedBy: describeApprovers(approval),
  });
  return await finishRun(bot, { report, late: createLateAnswers(bot.clock) }, { thread, trail, active });
}
