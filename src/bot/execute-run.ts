import { toMcoError } from '../core/errors.ts';
import type { RunReport } from '../core/report.ts';
import type { RunThread } from '../core/surface.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, headerOf } from './compose-report.ts';
import type { Run } from './compose-request.ts';
import { type Conducted, conductRun } from './conduct-run.ts';
import { findTargets, type Targets } from './find-targets.ts';
import type { Trail } from './trail.ts';

const NOBODY: Conducted = { results: [], unexpected: [], problem: undefined };

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
  const compose = (end: Conducted): RunReport =>
    composeReport(action, {
      header,
      conducted: end,
      startedAt,
      endedAt: bot.clock.now(),
      wasCancelled: signal.aborted,
    });
  let conducted = NOBODY;
  try {
    const onFound = (found: number): void => thread.update({ state: 'discovering', header, found });
    const targets = await findTargets(bot, run, { onFound, signal });
    conducted = notSent(targets);
    // INVARIANT: no record, no action. Nothing is asked of a node before this is on disk.
    await trail.record('intent', { nodes: targets.nodes });
    const targeted = targets.nodes.length;
    if (targeted === 0) return compose(conducted);
    const onProgress = (answered: number): void =>
      thread.update({ state: 'running', header, answered, targeted, elapsedMs: bot.clock.now() - startedAt });
    onProgress(0);
    if (isAnsweredByDiscovery(run, targets)) {
      return compose({ results: targets.discovered, unexpected: targets.unexpected, problem: undefined });
    }
    const actionTimeoutMs = run.line.options.timeoutMs ?? action.timeoutMs;
    return compose(await conductRun(bot, run, { targets, actionTimeoutMs, watch: { signal, onProgress } }));
  } catch (thrown) {
    return compose({ ...conducted, problem: toMcoError(thrown) });
  }
}

/** How it stands while nothing has been sent. */
function notSent({ nodes, unexpected }: Targets): Conducted {
  return { results: nodes.map((node) => ({ node, outcome: 'notSent', data: {} })), unexpected, problem: undefined };
}

/** Discovery is a ping: when nothing else was asked, its answers are the result. */
function isAnsweredByDiscovery({ ask }: Run, { broadcast }: Targets): boolean {
  return broadcast && ask.agent === 'rpcutil' && ask.action === 'ping' && Object.keys(ask.input).length === 0;
}
