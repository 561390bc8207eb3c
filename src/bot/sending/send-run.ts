import type { ActionDescription } from '../../core/agent-description.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Bus } from '../../core/ports.ts';
import type { TargetClaim } from '../../core/request.ts';
import type { FrozenOrder } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import type { ActiveRun } from '../active-runs.ts';
import type { Bot } from '../bot.ts';
import { describeAction, headerOf } from '../collecting/compose-report.ts';
import { isWatched, type Run } from '../compose-request.ts';
import { approversOf, type Ending, type Executed, notSent, startEnding } from '../end-run.ts';
import { createRunKeeper } from '../records/keep-run.ts';
import type { Trail } from '../records/trail.ts';
import type { Targets } from '../targets/find-targets.ts';
import { windowOf } from '../targets/pick-nodes.ts';
import { type Conducted, conductRun } from './conduct-run.ts';
import { showNotes } from './show-notes.ts';
import { showProgress } from './show-progress.ts';

/** A run whose list of nodes is frozen: what its requests, the audit and an approval say of that list is the same. */
export interface FrozenRun extends Run {
  readonly targets: TargetClaim;
}

export interface Sending {
  readonly targets: Targets;
  readonly thread: RunThread;
  readonly trail: Trail;
  readonly active: ActiveRun;
  /** Asked on the way. @throws McoError why nothing further may be sent: `denied/*` and others */
  decideAgain(): Promise<unknown>;
  /** What it takes to go on with it after a restart; left out where that can't be kept. */
  readonly order?: FrozenOrder | undefined;
  /** Left out: time is counted from here on. */
  readonly ending?: Ending | undefined;
}

/**
 * Record, send and collect, with live progress on the root message. Whatever goes wrong is part of the report: nodes
 * that were not reached are counted as not sent. Never throws; `targets` are closed by whoever made them.
 */
export async function sendRun(bot: Bot, run: FrozenRun, sending: Sending): Promise<Executed> {
  const { targets, trail, active, order } = sending;
  const ending = sending.ending ?? startEnding(bot, active);
  const { count, digest } = run.targets;
  const approvedBy = run.approvals?.map(({ by }) => by);
  try {
    // INVARIANT: no record, no action. Nothing is asked of a node before this is on disk.
    await bot.store.runs.setTargets(run.id, targets.nodes, windowOf(run) && order);
    await trail.record('intent', { nodes: targets.nodes, count, digest, approvedBy, rules: run.grant?.rules });
    const conducted = await askTargets(bot, run, { ...sending, startedAt: ending.startedAt });
    return ending.compose(run, { ...conducted, undecided: targets.undecided?.() });
  } catch (thrown) {
    return ending.compose(run, notSent(bot, targets, { problem: explain(thrown, bot.bus) }));
  }
}

async function askTargets(
  bot: Bot,
  run: FrozenRun,
  { targets, thread, trail, active, decideAgain, startedAt }: Sending & { readonly startedAt: number },
): Promise<Conducted> {
  if (targets.nodes.length === 0) return notSent(bot, targets);
  const keeper = createRunKeeper(bot, run.id, trail);
  if (isAnsweredByDiscovery(run, targets)) {
    for (const result of targets.discovered) keeper.noteResult(result);
    return { ...notSent(bot, targets), results: targets.discovered };
  }
  const action: ActionDescription = describeAction(bot, run.ask);
  const progress = showProgress(thread, {
    header: headerOf(run),
    targeted: targets.nodes.length,
    startedAt,
    clock: bot.clock,
    approvedBy: approversOf(run),
  });
  const notes = showNotes(thread, { header: headerOf(run), targeted: targets.nodes.length, clock: bot.clock });
  const watch = { signal: active.signal, onProgress: progress.update, onNote: isWatched(run) ? notes.add : undefined };
  try {
    const findDenial = () => lookAgain(run, { decideAgain, trail });
    return await conductRun(bot, run, { targets, action, watch, keeper, findDenial });
  } finally {
    notes.stop();
    progress.stop();
  }
}

/** Asks again whether a run may go on: why nothing further may be sent. Nothing is, so a record that can't be written holds nothing up. */
export async function lookAgain(
  { targets: { digest, count } }: FrozenRun,
  { decideAgain, trail }: Pick<Sending, 'decideAgain' | 'trail'>,
): Promise<McoError | undefined> {
  try {
    await decideAgain();
    return undefined;
  } catch (thrown) {
    const problem = toMcoError(thrown);
    const { family, code, message: reason, rules } = problem;
    if (family === 'denied') {
      await trail.record('decided', { result: 'deny', code, reason, rules, digest, count }).catch(() => undefined);
    }
    return problem;
  }
}

/** What went wrong, in words that help: where a broker could not be reached, which ones were tried and why. */
export function explain(thrown: unknown, { lastError }: Bus): McoError {
  const error = toMcoError(thrown);
  if (error.code !== 'unreachable/not-sent' || lastError === undefined) return error;
  return new McoError(error.code, `no broker reachable: ${lastError}`, { hint: error.hint, cause: error });
}

/** Discovery is a ping: when nothing else was asked, its answers are the result. */
function isAnsweredByDiscovery({ ask }: Run, { broadcast }: Targets): boolean {
  return broadcast && ask.agent === 'rpcutil' && ask.action === 'ping' && Object.keys(ask.input).length === 0;
}
