import { maskInput } from '../../core/secret-input.ts';
import type { RunRecord } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { originOf } from '../conversation/chat-origin.ts';
import { startTrail, type Trail } from '../records/trail.ts';
import { findKnownAction } from './known-action.ts';

/** The audit trail of a run that an earlier command began: what is recorded is the requester's. */
export function trailOfRun(bot: Bot, run: RunRecord): Trail {
  const { id, account, caller, place, header, approval } = run;
  const order = approval?.order ?? run.order;
  const trail = startTrail(bot, { text: header.command, account, origin: order?.origin ?? originOf(place) });
  trail.know({ run: id, caller, action: `${header.agent}.${header.action}` });
  // INVARIANT: masked, although no order with a secret is kept: the description may have changed since.
  if (order !== undefined) trail.know({ input: maskInput(findKnownAction(bot, run), order.ask.input) });
  return trail;
}
