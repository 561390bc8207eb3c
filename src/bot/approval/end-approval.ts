import type { Control, Tell } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { StoredApproval } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from '../control/control-scene.ts';
import { closeOrder } from './close-order.ts';
import { deny } from './deny.ts';
import { findOrder, readOrder } from './find-order.ts';
import { isSamePerson, requesterOf, requireApprover } from './judge-approver.ts';
import { trailOfRun } from './trail-of-run.ts';

type Ending = Pick<Extract<Control, { verb: 'reject' | 'withdraw' }>, 'verb' | 'run'>;

/**
 * Says no to a run that waits for approval: `reject` is for whoever could approve it, `withdraw` for the requester.
 *
 * @throws McoError `unknown/run`, `usage/not-waiting`, `denied/*`, `failed/audit`, `failed/store`
 */
export async function endApproval(bot: Bot, scene: ControlScene, { verb, run: word }: Ending): Promise<Tell> {
  const { id } = await findOrder(bot, scene, word);
  const state = verb === 'reject' ? 'rejected' : 'withdrawn';
  for (;;) {
    const { run, approval } = await readOrder(bot, scene, id);
    if (verb === 'reject') await requireApprover(bot, scene, approval);
    else await requireRequester(bot, scene, approval);
    // INVARIANT: no record, no action.
    await scene.trail.record(state, { digest: approval.digest, count: approval.order.nodes.length });
    if (!(await bot.store.runs.changeApproval(id, approval, { ...approval, state }))) continue;
    const outcome = verb === 'reject' ? 'REJECTED' : 'WITHDRAWN';
    await closeOrder(bot, { run, approval, trail: trailOfRun(bot, run) }, { outcome, by: scene.asker.caller });
    return { kind: 'tell', title: `run ${id.slice(-4)} is ${state}: nothing was sent`, sections: [] };
  }
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
