import { toMcoError } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RootView, RunThread } from '../core/surface.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, headerOf } from './compose-report.ts';
import type { Run } from './compose-request.ts';
import { executeRun } from './execute-run.ts';
import { nodesByName } from './find-targets.ts';
import { type Handled, reported, type Scene } from './handled.ts';
import { describeRun } from './keep-run.ts';
import { keepTrying } from './keep-trying.ts';
import type { LateAnswers } from './late-answers.ts';
import { decideRun, type Order, startRun } from './start-run.ts';
import type { Trail } from './trail.ts';

/**
 * A question to the fleet, from the decision to the last word on it.
 *
 * @throws McoError whatever kept it from being begun
 */
export async function performRun(bot: Bot, order: Order, scene: Scene): Promise<Handled> {
  const { message, asker, trail, signal } = scene;
  const run = await startRun(bot, order);
  // Before it is decided: what can't begin leaves no decision behind.
  bot.active.requireRoom(asker.caller);
  const active = bot.active.start(run.id, asker.caller, signal);
  try {
    await decideRun(bot, run, { asker, trail });
    await bot.store.runs.begin(describeRun(run, message, bot.clock.now()));
    const thread = await openThread(bot, run, scene);
    const { report, late } = await executeRun(bot, run, { thread, trail, active });
    active.noteEnding();
    const recorded = await recordOutcome(report, trail);
    const isTold = await keepTrying(bot.clock, () => thread.finish(recorded), signal);
    // A chat's thread has done so in the same stroke; on a terminal it is done here.
    if (isTold) await keepTrying(bot.clock, () => bot.store.runs.finish(recorded), signal);
    followLate(late, { thread, trail, report: recorded });
    return reported(recorded);
  } finally {
    active.end();
  }
}

/** Where the nodes are known by name nobody is looked for. */
function firstView(run: Run): RootView {
  const header = headerOf(run);
  const named = nodesByName(run);
  if (named === undefined) return { state: 'discovering', header, found: 0 };
  return { state: 'running', header, answered: 0, targeted: named.length, elapsedMs: 0 };
}

/** A run that can't be shown is over before it began, and must not be found open at the next start. */
async function openThread(bot: Bot, run: Run, { surface }: Scene): Promise<RunThread> {
  const header = headerOf(run);
  try {
    return await surface.open(firstView(run));
  } catch (thrown) {
    const now = bot.clock.now();
    const conducted = { results: [], unexpected: [], problem: toMcoError(thrown) };
    const end = { header, conducted, startedAt: now, endedAt: now, cancelled: undefined, refusedAnswers: 0 };
    const report = composeReport(describeAction(bot, run.ask), end);
    // Not waited for: the requester is told now, whatever the disk does.
    void keepTrying(bot.clock, () => bot.store.runs.finish(report)).catch(() => undefined);
    throw thrown;
  }
}

/**
 * Before it is shown: whoever reads it may have gone. What was done is done, so a record that can't be written any more
 * does not undo the answer, but is told with it.
 */
export async function recordOutcome(report: RunReport, trail: Trail): Promise<RunReport> {
  const { outcome, counts, elapsedMs, problem } = report;
  try {
    await trail.record('outcome', {
      result: outcome,
      counts,
      elapsedMs,
      code: problem?.code,
      reason: problem?.message,
    });
    return report;
  } catch (thrown) {
    return { ...report, problem: problem ?? toMcoError(thrown) };
  }
}

/** What arrives after the end goes to the thread and on record. */
export function followLate(
  late: LateAnswers,
  { thread, trail, report }: { readonly thread: RunThread; readonly trail: Trail; readonly report: RunReport },
): void {
  late.follow((results) => {
    const nodes = results.map(({ node }) => node);
    void trail.record('unexpected', { nodes, reason: 'answered after the end of the run' }).catch(() => undefined);
    void thread.append({ header: report.header, results }).catch(() => undefined);
  });
}
