import { toMcoError } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RunThread } from '../core/surface.ts';
import type { ActiveRun } from './active-runs.ts';
import type { Bot } from './bot.ts';
import type { LateAnswers, LateBatch } from './collecting/late-answers.ts';
import type { Executed } from './end-run.ts';
import { isGoingOn } from './jobs/find-awaited.ts';
import { recordJobEnds } from './jobs/record-job-ends.ts';
import { keepTrying } from './keep-trying.ts';
import { recordUnanswered } from './records/keep-run.ts';
import type { Trail } from './records/trail.ts';

/** Where a run ends. */
interface Finish {
  /** Undefined: its chat is gone, and there is nowhere to tell it. */
  readonly thread: RunThread | undefined;
  readonly trail: Trail;
  readonly active?: ActiveRun | undefined;
  /** Who waits at a terminal gives up with it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The last word on a run: recorded, shown, kept, and what comes later told in its thread.
 *
 * @returns the report as it was recorded and shown
 */
export async function finishRun(
  bot: Bot,
  { report, late }: Executed,
  { thread, trail, active, signal }: Finish,
): Promise<RunReport> {
  active?.noteEnding();
  // Kept before it is on record: a restart in between comes to the same end.
  await bot.store.runs.addResults(report.header.run, report.results).catch(() => undefined);
  // Before it is over on disk: a restart in between takes it up.
  await bot.jobs?.follow(report);
  const recorded = await recordOutcome(report, trail);
  const isTold = await keepTrying(bot.clock, async () => thread?.finish(recorded), signal);
  // A chat's thread has done so in the same stroke; on a terminal it is done here.
  if (isTold) await keepTrying(bot.clock, () => bot.store.runs.finish(recorded), signal);
  if (thread !== undefined) followLate(late, { thread, trail, report: recorded, jobs: bot.jobs });
  return recorded;
}

/**
 * Before it is shown: whoever reads it may have gone. What was done is done, so a record that can't be written any more
 * does not undo the answer, but is told with it.
 */
export async function recordOutcome(report: RunReport, trail: Trail): Promise<RunReport> {
  const { outcome, counts, elapsedMs, problem, approvedBy } = report;
  try {
    await recordUnanswered(report, trail);
    await trail.record('outcome', {
      result: outcome,
      counts,
      elapsedMs,
      // What a preview says would become of it is no problem that it had.
      code: outcome === 'PREVIEW' ? undefined : problem?.code,
      reason: problem?.message,
      approvedBy: approvedBy?.map(({ by }) => by),
    });
    return report;
  } catch (thrown) {
    return { ...report, problem: problem ?? toMcoError(thrown) };
  }
}

interface Aftermath {
  readonly thread: RunThread;
  readonly trail: Trail;
  readonly report: RunReport;
  readonly jobs: Bot['jobs'];
}

/** What arrives after the end goes to the thread and on record; a job that goes on is looked after from then on. */
export function followLate(late: LateAnswers, { thread, trail, report, jobs }: Aftermath): void {
  const { header, outcome } = report;
  let followed: Promise<void> = Promise.resolve();
  late.follow(({ about, results }) => {
    const going = about === 'answers' ? results.filter(isGoingOn) : [];
    const over = results.filter((result) => !going.includes(result)).map(({ node }) => node);
    // In their order: a job that goes on may have been seen to end by the batch after.
    followed = followed.then(async () => {
      jobs?.drop(header.run, over);
      if (going.length > 0) await jobs?.follow({ header, outcome, results: going });
    });
    void recordLate(trail, { about, results }).catch(() => undefined);
    const told =
      about === 'jobs' ? thread.appendJobs({ header, results, givenUp: [] }) : thread.append({ header, results });
    void told.catch(() => undefined);
  });
}

async function recordLate(trail: Trail, { about, results }: LateBatch): Promise<void> {
  if (about === 'jobs') return await recordJobEnds(trail, results);
  const nodes = results.map(({ node }) => node);
  await trail.record('unexpected', { nodes, reason: 'answered after the end of the run' });
}
