import type { RunReport } from '../core/report.ts';
import type { ActiveRun } from './active-runs.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, type Gathered, headerOf } from './collecting/compose-report.ts';
import { createLateAnswers, type LateAnswers } from './collecting/late-answers.ts';
import type { Run } from './compose-request.ts';
import type { Conducted } from './sending/conduct-run.ts';
import { exactNames, type Targets } from './targets/find-targets.ts';

/** A run that is over, and what may still come. */
export interface Executed {
  readonly report: RunReport;
  readonly late: LateAnswers;
}

/** Turns what came of a run into its report. */
export interface Ending {
  readonly startedAt: number;
  /** @param run as it was in the end */
  compose(run: Run, end: Conducted): Executed;
}

/** From here on time is counted, and answers that are refused. */
export function startEnding(bot: Bot, active: ActiveRun): Ending {
  const startedAt = bot.clock.now();
  const refusedBefore = bot.collector.refused();
  return {
    startedAt,
    compose: (run, end) => ({
      report: composeReport(describeAction(bot, run.ask), {
        header: headerOf(run),
        conducted: end,
        startedAt,
        endedAt: bot.clock.now(),
        cancelled: active.signal.aborted ? { by: active.cancelledBy() } : undefined,
        refusedAnswers: bot.collector.refused() - refusedBefore,
        approvedBy: approversOf(run),
        limit: run.grant?.nodes?.text,
        named: exactNames(run.filter),
        filter: run.filter,
        isKept: bot.authority.leavesToNodes !== true,
        tellsOfJobs: bot.jobs !== undefined,
      }),
      late: end.late,
    }),
  };
}

/** How it stands while nothing has been sent: each node that was found is accounted for. */
export function notSent(
  { clock }: Bot,
  targets: Targets | undefined,
  details: Partial<Pick<Gathered, 'problem' | 'outcome'>> = {},
): Conducted {
  const results = (targets?.nodes ?? []).map((node) => ({ node, outcome: 'notSent' as const, data: {} }));
  const unexpected = targets?.unexpected() ?? [];
  const undecided = targets?.undecided?.() ?? [];
  return { results, unexpected, undecided, problem: undefined, late: createLateAnswers(clock), ...details };
}

/** Who said yes to a run, as people are told. */
export const approversOf = ({ approvals }: Run): RunReport['approvedBy'] =>
  approvals?.map(({ by, at }) => ({ by, at }));
