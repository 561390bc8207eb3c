import { McoError } from '../../core/errors.ts';
import type { FrozenOrder, StoredApproval } from '../../core/store.ts';
import type { Belonging } from '../../policy/belonging.ts';
import type { Asker } from '../asker.ts';
import type { Bot } from '../bot.ts';
import type { Trail } from '../records/trail.ts';
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
 * INVARIANT: whoever is in a chat's group is so now: what its service said before does not count.
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
  const belonging = await judgeNow(bot, asker, from);
  if (belonging === 'in') return;
  const reason =
    belonging === 'out'
      ? `only members of \`${from}\` decide about run \`${short}\``
      : `nobody knows for now whether you are in \`${from}\`: its chat service can't be asked`;
  throw await deny(trail, new McoError('denied/not-approver', reason, { rules }));
}

/** Strangers, who are known to be out, have no chat service asked. */
async function judgeNow(
  { authority }: Bot,
  { caller, account, memberships }: Asker,
  group: string,
): Promise<Belonging> {
  if (authority.judgeMember(group, { caller, memberships }) === 'out') return 'out';
  const fresh = await authority.findMemberships(account, { isFresh: true, group });
  return authority.judgeMember(group, { caller, memberships: fresh });
}
