import type { ActionDescription } from '../core/agent-description.ts';
import { toMcoError } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RunThread } from '../core/surface.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, headerOf } from './compose-report.ts';
import type { Run } from './compose-request.ts';
import { type Conducted, conductRun, type Watch } from './conduct-run.ts';
import { findTargets, type Targets } from './find-targets.ts';
import type { Trail } from './trail.ts';

/**
 * Target, record, send and collect, with live progress on the root message. Whatever goes wrong from here on is part
 * of the report: nodes that were not reached are counted as not sent.
 */
export async function executeRun(
  bot: Bot,
  run: Run,
  { thread, trail, signal }: { thread: RunThread; trail: Trail; signal: AbortSignal },
): Promise<RunReport> {
  const header = headerOf(run);
  const action = describeAction(bot, run.ask);
  const startedAt = bot.clock.now();
  const refusedBefore = bot.collector.refused();
  const compose = (end: Conducted): RunReport =>
    composeReport(action, {
      header,
      conducted: end,
      startedAt,
      endedAt: bot.clock.now(),
      wasCancelled: signal.aborted,
      refusedAnswers: bot.collector.refused() - refusedBefore,
    });
  const onFound = (found: number): void => thread.update({ state: 'discovering', header, found });
  let targets: Targets | undefined;
  try {
    targets = await findTargets(bot, run, { onFound, signal });
    // INVARIANT: no record, no action. Nothing is asked of a node before this is on disk.
    await trail.record('intent', { nodes: targets.nodes });
    const targeted = targets.nodes.length;
    const onProgress = (answered: number): void =>
      thread.update({ state: 'running', header, answered, targeted, elapsedMs: bot.clock.now() - startedAt });
    return compose(await askTargets(bot, run, { targets, action, watch: { signal, onProgress } }));
  } catch (thrown) {
    return compose({ ...notSent(targets), problem: toMcoError(thrown) });
  } finally {
    targets?.close();
  }
}

async function askTargets(
  bot: Bot,
  run: Run,
  { targets, action, watch }: { targets: Targets; action: ActionDescription; watch: Watch },
): Promise<Conducted> {
  if (targets.nodes.length === 0) return notSent(targets);
  if (isAnsweredByDiscovery(run, targets)) {
    return { results: targets.discovered, unexpected: targets.unexpected(), problem: undefined };
  }
  watch.onProgress(0);
  const actionTimeoutMs = run.line.options.timeoutMs ?? action.timeoutMs;
  return conductRun(bot, run, { targets, actionTimeoutMs, watch });
}

/** How it stands while nothing has been sent: each node that was found is accounted for. */
function notSent(targets: Targets | undefined): Conducted {
  const results = (targets?.nodes ?? []).map((node) => ({ node, outcome: 'notSent' as const, data: {} }));
  return { results, unexpected: targets?.unexpected() ?? [], problem: undefined };
}

/** Discovery is a ping: when nothing else was asked, its answers are the result. */
function isAnsweredByDiscovery({ ask }: Run, { broadcast }: Targets): boolean {
  return broadcast && ask.agent === 'rpcutil' && ask.action === 'ping' && Object.keys(ask.input).length === 0;
}
