import { McoError } from '../core/errors.ts';
import { maskInput } from '../core/secret-input.ts';
import type { FrozenOrder } from '../core/store.ts';
import type { RunThread } from '../core/surface.ts';
import type { ApprovalRule, Verdict } from '../policy/policy.ts';
import type { ActiveRun } from './active-runs.ts';
import { digestOrder } from './approval/freeze-order.ts';
import { verifyRights } from './approval/verify-rights.ts';
import type { Asker } from './asker.ts';
import { type Choice, chooseGrant } from './authority/choose-grant.ts';
import type { Bot } from './bot.ts';
import { describeAction, headerOf } from './collecting/compose-report.ts';
import { composeOrder } from './compose-order.ts';
import type { DecidedWish, Wish } from './compose-request.ts';
import { type Ending, type Executed, notSent, startEnding } from './end-run.ts';
import { describePreview } from './preview-run.ts';
import { holdsSecret } from './records/holds-secret.ts';
import type { Trail } from './records/trail.ts';
import { refuseIdleCanary } from './sending/refuse-idle-canary.ts';
import { explain, type FrozenRun, sendRun } from './sending/send-run.ts';

export interface Execution {
  readonly asker: Asker;
  readonly thread: RunThread;
  readonly trail: Trail;
  readonly active: ActiveRun;
}

/** A run that somebody has to approve first. */
export interface Awaiting {
  readonly awaiting: {
    readonly run: FrozenRun;
    readonly nodes: readonly string[];
    readonly approval: ApprovalRule;
    readonly rules: readonly string[];
  };
}

/**
 * Targets, and the policy's word on them: denied, to be approved first, or sent at once. Whatever goes wrong from here
 * on is part of the report: nodes that were not reached are counted as not sent.
 */
export async function executeRun(bot: Bot, wish: DecidedWish, execution: Execution): Promise<Executed | Awaiting> {
  const { thread, trail, active } = execution;
  const ending = startEnding(bot, active);
  const header = headerOf(wish);
  const onFound = (found: number): void => thread.update({ state: 'discovering', header, found });
  let choice: Choice | undefined;
  try {
    await thread.whenShown();
    choice = await chooseGrant(bot, wish, { onFound, signal: active.signal });
    trail.know({ filter: choice.run.filter });
    return await obeyVerdict(bot, choice, { ...execution, ending });
  } catch (thrown) {
    const end = notSent(bot, choice?.targets, { problem: explain(thrown, bot.bus) });
    return ending.compose(choice?.run ?? wish, end);
  } finally {
    choice?.targets.close();
  }
}

async function obeyVerdict(
  bot: Bot,
  { run, targets, verdict }: Choice,
  { asker, thread, trail, active, ending }: Execution & { readonly ending: Ending },
): Promise<Executed | Awaiting> {
  const { nodes } = targets;
  const isNobody = nodes.length === 0 && verdict.outcome === 'allow';
  const idle = verdict.outcome === 'deny' ? undefined : refuseIdleCanary(run, nodes.length);
  if (run.options.preview === true && !isNobody) {
    const problem = idle ?? describePreview(verdict, bot.authority);
    return ending.compose(run, notSent(bot, targets, { outcome: 'PREVIEW', problem }));
  }
  // What was not going to be sent has no intent either, whoever is there.
  if (run.options.preview === true) return ending.compose(run, notSent(bot, targets, {}));
  if (verdict.outcome === 'deny') {
    const problem = denialOf(verdict);
    const { rules, reason } = verdict;
    await trail.record('decided', { result: 'deny', code: problem.code, rules, reason, count: nodes.length });
    return ending.compose(run, notSent(bot, targets, { outcome: 'DENIED', problem }));
  }
  if (idle !== undefined) return ending.compose(run, notSent(bot, targets, { problem: idle }));
  const order = composeOrder(run, { asker, nodes, isNarrowed: run.isNarrowed });
  const frozen = freezeRun(bot, run, order);
  if (verdict.outcome === 'allow') {
    const decideAgain = () => verifyRights(bot, order, () => Promise.resolve(false));
    const kept = holdsSecret(bot, run) ? undefined : order;
    return await sendRun(bot, frozen, { targets, thread, trail, active, ending, decideAgain, order: kept });
  }
  const { approval, rules } = verdict;
  return { awaiting: { run: frozen, nodes, approval, rules } };
}

/** INVARIANT: what requests say of the list is what the audit and an approval say: one digest of one order. */
function freezeRun(bot: Bot, run: Wish, order: FrozenOrder): FrozenRun {
  const { isNarrowed, nodes } = order;
  // A digest that covers a weak secret would let whoever reads the audit try out guesses. What waits for approval holds none.
  const input = maskInput(describeAction(bot, run.ask), order.ask.input) ?? {};
  const digest = digestOrder(bot.hash, { ...order, ask: { ...order.ask, input } });
  return { ...run, targets: { count: nodes.length, digest, isNarrowed } };
}

const denialOf = ({ reason, rules }: Extract<Verdict, { outcome: 'deny' }>): McoError =>
  new McoError('denied/limit', reason, {
    rules,
    hint: '`policy explain` with the command shows what the rules demand',
  });
