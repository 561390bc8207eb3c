import type { Control, Tell } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { StoredApproval } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from '../control/control-scene.ts';
import { closeOrder } from './close-order.ts';
import { deny } from './deny.ts';
import { decideInTurn, findOrder } from './find-order.ts';
import { isSamePerson, requesterOf, requireApprover } from './judge-approver.ts';
import { replaceApproval } from './replace-approval.ts';
import { trailOfRun } from './trail-of-run.ts';
import { waitingOrdersOf } from './waiting-orders.ts';

type Ending = Extract<Control, { verb: 'reject' | 'withdraw' }>;

/**
 * Says no to a run that waits for approval: `reject` is for whoever could approve it, `withdraw` for the requester.
 *
 * @throws McoError `unknown/run`, `usage/not-waiting`, `denied/*`, `failed/audit`, `failed/store`
 */
export async function endApproval(bot: Bot, scene: ControlScene, control: Ending): Promise<Tell> {
  const { id } = await findOrder(bot, scene, control);
  return await endOrder(bot, scene, { verb: control.verb, id });
}

/**
 * The same for a run that is found already.
 *
 * @throws McoError `usage/not-waiting`, `denied/*`, `failed/audit`, `failed/store`
 */
export async function endOrder(
  bot: Bot,
  scene: ControlScene,
  { verb, id }: { readonly verb: Ending['verb']; readonly id: string },
): Promise<Tell> {
  const state = verb === 'reject' ? 'rejected' : 'withdrawn';
  const by = scene.asker.caller;
  const { run, approval } = await decideInTurn(bot, { scene, id }, async (waiting) => {
    const was = waiting.approval;
    if (verb === 'reject') await requireApprover(bot, scene, was);
    else await requireRequester(bot, scene, was);
    // INVARIANT: no record, no action.
    await scene.trail.record(state, { digest: was.digest, count: was.order.nodes.length });
    await replaceApproval(bot, { id, was, approval: { ...was, state } });
    waitingOrdersOf(bot).noteEnd(id, by);
    return waiting;
  });
  const outcome = verb === 'reject' ? 'REJECTED' : 'WITHDRAWN';
  await closeOrder(bot, { run, approval, trail: trailOfRun(bot, run) }, { outcome, by });
  return { kind: 'tell', title: `run ${id.slice(-4)} is ${state}: nothing was sent`, sections: [] };
}

async function requireRequester(
  bot: Bot,
  { asker, trail }: Pick<ControlScene, 'asker' | 'trail'>,
  { order, from }: StoredApproval,
): Promise<void> {
  if (isSamePerson(bot, asker, requesterOf(order))) return;
  const short = order.run.slice(-4);
  throw await deny(
    trail,
    new McoError('denied/not-requester', 'only who asked for a run takes it back', {
      hint: `a member of \`${from}\` can \`reject ${short}\``,
    }),
  );
}
