import type { Tell, Word } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { StoredApproval } from '../../core/store.ts';
import { endOrder } from '../approval/end-approval.ts';
import { isSamePerson, requesterOf } from '../approval/judge-approver.ts';
import { mayUse } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { findRun, wordOf } from '../records/find-run.ts';
import type { ControlScene } from './control-scene.ts';

/**
 * Ends a run: nothing further is sent, and nothing is waited for. One's own run always; somebody else's if one might
 * have asked the same here.
 *
 * @throws McoError `unknown/run`, `denied/cancel`, `usage/run-over`, `failed/audit`
 */
export async function cancelRun(bot: Bot, scene: ControlScene, word: Word): Promise<Tell> {
  const { message, asker, trail, typed } = scene;
  const { id, caller, header, approval, end } = await findRun(bot, message, wordOf(word, typed));
  const short = id.slice(-4);
  trail.know({ run: id, action: `${header.agent}.${header.action}` });
  if (approval?.state === 'awaiting' && end === undefined) return await cancelWaiting(bot, scene, approval);
  if (caller !== asker.caller && !mayUse(bot, asker, header)) {
    const reason = `only who may use \`${header.agent}.${header.action}\` here may cancel somebody else's run of it`;
    await trail.record('decided', { result: 'deny', reason });
    throw new McoError('denied/cancel', reason);
  }
  if (!bot.active.ids().includes(id)) {
    throw new McoError('usage/run-over', `run \`${short}\` is over`, { hint: `\`show ${short}\` shows how it ended` });
  }
  if (bot.active.isEnding(id)) {
    throw new McoError('usage/run-over', `run \`${short}\` is ending: how it went is being written down`, {
      hint: 'nothing is left to cancel; `health` shows whether the disk takes it',
    });
  }
  // INVARIANT: no record, no action.
  await trail.record('cancelled', {});
  bot.active.cancel(id, asker.caller);
  return {
    kind: 'tell',
    title: `run ${short} is being cancelled: nodes already reached may still finish`,
    sections: [],
  };
}

/** Of a run that waits for approval there is nothing to cancel yet: who asked for it takes it back. */
async function cancelWaiting(bot: Bot, scene: ControlScene, { order, from }: StoredApproval): Promise<Tell> {
  if (isSamePerson(bot, scene.asker, requesterOf(order))) {
    return await endOrder(bot, scene, { verb: 'withdraw', id: order.run });
  }
  const reason = 'a run that waits for approval is not cancelled by somebody else';
  await scene.trail.record('decided', { result: 'deny', reason });
  throw new McoError('denied/cancel', reason, {
    hint: `a member of \`${from}\` can \`reject ${order.run.slice(-4)}\``,
  });
}
