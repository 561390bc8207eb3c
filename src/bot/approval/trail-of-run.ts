import type { RunRecord } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { originOf } from '../conversation/chat-origin.ts';
import { startTrail, type Trail } from '../trail.ts';

/** The audit trail of a run that an earlier command began: what is recorded is the requester's. */
export function trailOfRun(bot: Bot, { id, account, caller, place, header, approval }: RunRecord): Trail {
  const origin = approval?.order.origin ?? originOf(place);
  const trail = startTrail(bot, { text: header.command, account, origin });
  trail.know({ run: id, caller, action: `${header.agent}.${header.action}` });
  return trail;
}
