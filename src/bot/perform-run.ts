import { toMcoError } from '../core/errors.ts';
import { maskInput } from '../core/secret-input.ts';
import type { RootView, RunThread } from '../core/surface.ts';
import { parkRun } from './approval/park-run.ts';
import { narrowWish } from './authority/choose-grant.ts';
import type { Bot } from './bot.ts';
import { composeReport, describeAction, headerOf } from './collecting/compose-report.ts';
import type { DecidedWish } from './compose-request.ts';
import { executeRun } from './execute-run.ts';
import { finishRun } from './finish-run.ts';
import { type Handled, reported, type Scene } from './handled.ts';
import { keepTrying } from './keep-trying.ts';
import { describeRun } from './records/keep-run.ts';
import { decideRun, type Order, startRun } from './start-run.ts';
import { nodesByName } from './targets/find-targets.ts';

/**
 * A question to the fleet, from the decision to the last word on it; or until somebody has to approve it.
 *
 * @throws McoError whatever kept it from being begun
 */
export async function performRun(bot: Bot, order: Order, scene: Scene): Promise<Handled> {
  const { message, asker, trail, signal } = scene;
  const wish = await startRun(bot, order);
  // Before it is decided: what can't begin leaves no decision behind.
  bot.active.requireRoom(asker.caller);
  const active = bot.active.start(wish.id, asker.caller, signal);
  try {
    const decided = await decideRun(bot, wish, { asker, trail });
    // INVARIANT: no secret is kept.
    const input = maskInput(describeAction(bot, decided.ask), decided.ask.input);
    await bot.store.runs.begin({ ...describeRun(decided, message, bot.clock.now()), input });
    const thread = await openThread(bot, decided, scene);
    const executed = await executeRun(bot, decided, { asker, thread, trail, active });
    if (!('awaiting' in executed)) return reported(await finishRun(bot, executed, { thread, trail, active, signal }));
    const { run, nodes, approval, rules } = executed.awaiting;
    const { isNarrowed } = run.targets;
    return await parkRun(bot, run, {
      nodes,
      isNarrowed,
      approval,
      rules,
      asker,
      thread,
      trail,
      signal: active.signal,
    });
  } finally {
    active.end();
  }
}

/** Where the nodes are known by name nobody is looked for. */
function firstView(wish: DecidedWish): RootView {
  const header = headerOf(wish);
  const [widest] = wish.decision.grants;
  const named = widest && nodesByName(narrowWish(wish, widest));
  if (named === undefined) return { state: 'discovering', header, found: 0 };
  return { state: 'running', header, answered: 0, targeted: named.length, elapsedMs: 0 };
}

/** A run that can't be shown is over before it began, and must not be found open at the next start. */
async function openThread(bot: Bot, wish: DecidedWish, { surface }: Scene): Promise<RunThread> {
  const header = headerOf(wish);
  try {
    return await surface.open(firstView(wish));
  } catch (thrown) {
    const now = bot.clock.now();
    const conducted = { results: [], unexpected: [], problem: toMcoError(thrown) };
    const end = { header, conducted, startedAt: now, endedAt: now, cancelled: undefined, refusedAnswers: 0 };
    const report = composeReport(describeAction(bot, wish.ask), end);
    // Not waited for: the requester is told now, whatever the disk does.
    void keepTrying(bot.clock, () => bot.store.runs.finish(report)).catch(() => undefined);
    throw thrown;
  }
}
