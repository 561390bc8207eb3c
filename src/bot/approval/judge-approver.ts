import { McoError } from '../../core/errors.ts';
import type { FrozenOrder, StoredApproval } from '../../core/store.ts';
import type { Asker } from '../asker.ts';
import type { Bot } from '../bot.ts';
import type { Trail } from '../trail.ts';
import { deny } from './deny.ts';

/** Somebody who asks or approves, by the caller they were then and by their account. */
interface Somebody {
  readonly caller: string;
  readonly account: string;
}

/** INVARIANT: the same person under another name or account, also one that was only listed since. */
export function isSamePerson({ authority }: Pick<Bot, 'authority'>, one: Somebody, other: Somebody): boolean {
  if (one.caller === other.caller) return true;
  return authority.identify(one.account) === authority.identify(other.account);
}

export const requesterOf = ({ caller, account }: FrozenOrder): Somebody => ({ caller, account });

/**
 * Whether somebody may decide about an order: a member of the group that has to, never the requester.
 *
 * @throws McoError `denied/own-request`, `denied/not-approver`, `failed/audit`; what `identify` throws
 */
export async function requireApprover(
  bot: Bot,
  { asker, trail }: { readonly asker: Asker; readonly trail: Trail },
  { order, from, rules }: StoredApproval,
): Promise<void> {
  const short = order.run.slice(-4);
  if (isSamePerson(bot, asker, requesterOf(order))) {
    throw await deny(
      trail,
      new McoError('denied/own-request', 'nobody decides about their own request', {
        rules,
        hint: `somebody else of \`${from}\` has to; \`withdraw ${short}\` takes it back`,
      }),
    );
  }
  const belonging = bot.authority.judgeMember(from, asker);
  if (belonging === 'in') return;
  const reason =
    belonging === 'out'
      ? `only members of \`${from}\` decide about run \`${short}\``
      : `nobody knows for now whether you are in \`${from}\`: its chat service can't be asked`;
  throw await deny(trail, new McoError('denied/not-approver', reason, { rules }));
}
