import type { ActionDescription } from '../core/agent-description.ts';
import { McoError, toMcoError } from '../core/errors.ts';
import type { Bus } from '../core/ports.ts';
import type { RunReport } from '../core/report.ts';
import type { RunThread } from '../core/surface.ts';
import type { ActiveRun } from './active-runs.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, headerOf } from './compose-report.ts';
import type { Run } from './compose-request.ts';
import { type Conducted, conductRun } from './conduct-run.ts';
import { findTargets, type Targets } from './find-targets.ts';
import { createRunKeeper } from './keep-run.ts';
import { createLateAnswers, type LateAnswers } from './late-answers.ts';
import { showProgress } from './show-progress.ts';
import type { Trail } from './trail.ts';

/**
 * Target, record, send and collect, with live progress on the root message. Whatever goes wrong from here on is part
 * of the report: nodes that were not reached are counted as not sent.
 */
export async function executeRun(bot: Bot, run: Run, { thread, trail, active }: Execution): Promise<Executed> {
  const header = headerOf(run);
  const action = describeAction(bot, run.ask);
  const startedAt = bot.clock.now();
  const { signal } = active;
  const refusedBefore = bot.collector.refused();
  const compose = (end: Conducted): Executed => ({
    report: composeReport(action, {
      header,
      conducted: end,
      startedAt,
      endedAt: bot.clock.now(),
      cancelled: signal.aborted ? { by: active.cancelledBy() } : undefined,
      refusedAnswers: bot.collector.refused() - refusedBefore,
    }),
    late: end.late,
  });
  const onFound = (found: number): void => thread.update({ state: 'discovering', header, found });
  let targets: Targets | undefined;
  try {
    await thread.whenShown();
    targets = await findTargets(bot, run, { onFound, signal });
    // INVARIANT: no record, no action. Nothing is asked of a node before this is on disk.
    await bot.store.runs.setTargets(run.id, targets.nodes);
    await trail.record('intent', { nodes: targets.nodes });
    return compose(await askTargets(bot, run, { targets, action, thread, startedAt, signal }));
  } catch (thrown) {
    return compose({ ...notSent(bot, targets), problem: explain(thrown, bot.bus) });
  } finally {
    targets?.close();
  }
}

interface Execution {
  readonly thread: RunThread;
  readonly trail: Trail;
  readonly active: ActiveRun;
}

export interface Executed {
  readonly report: RunReport;
  readonly late: LateAnswers;
}

interface Question {
  readonly targets: Targets;
  readonly action: ActionDescription;
  readonly thread: RunThread;
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

async function askTargets(bot: Bot, run: Run, question: Question): Promise<Conducted> {
  const { targets, action, thread, startedAt, signal } = question;
  if (targets.nodes.length === 0) return notSent(bot, targets);
  if (isAnsweredByDiscovery(run, targets)) return { ...notSent(bot, targets), results: targets.discovered };
  const targeted = targets.nodes.length;
  const progress = showProgress(thread, { header: headerOf(run), targeted, startedAt, clock: bot.clock });
  const keeper = createRunKeeper(bot, run.id);
  try {
    return await conductRun(bot, run, { targets, action, watch: { signal, onProgress: progress.update }, keeper });
  } finally {
    progress.stop();
  }
}

/** What went wrong, in words that help: where a broker could not be reached, which ones were tried and why. */
function explain(thrown: unknown, { lastError }: Bus): McoError {
  const error = toMcoError(thrown);
  if (error.code !== 'unreachable/not-sent' || lastError === undefined) return error;
  return new McoError(error.code, `no broker reachable: ${lastError}`, { hint: error.hint, cause: error });
}

/** How it stands while nothing has been sent: each node that was found is accounted for. */
function notSent({ clock }: Bot, targets: Targets | undefined): Conducted {
  const results = (targets?.nodes ?? []).map((node) => ({ node, outcome: 'notSent' as const, data: {} }));
  const unexpected = targets?.unexpected() ?? [];
  return { results, unexpected, problem: undefined, late: createLateAnswers(clock) };
}

/** Discovery is a ping: when nothing else was asked, its answers are the result. */
function isAnsweredByDiscovery({ ask }: Run, { broadcast }: Targets): boolean {
  return broadcast && ask.agent === 'rpcutil' && ask.action === 'ping' && Object.keys(ask.input).length === 0;
}
