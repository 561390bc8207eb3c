import { McoError } from '../../core/errors.ts';
import type { StoredApproval, StoredYes } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { isSamePerson, requesterOf } from './judge-approver.ts';
import { requireUnchanged } from './require-unchanged.ts';
import { type Verified, verifyRights } from './verify-rights.ts';

/** While an order is sent wave by wave, its approvers' chat is asked no more often. */
const FRESH_MS = 60_000;

interface Look {
  /** False: a chat's answer of the last minutes counts. */
  readonly isFresh: boolean;
  /** The moment at which a yes must not be too old, ms since the epoch. */
  readonly asOf: number;
}

/**
 * The last look before an approved order is sent: it is the one that was shown, the approvers are in the group still, and
 * the requester may do this still, with no other conditions than those the order has.
 * INVARIANT: rights are looked up again here, whatever was known when people said yes.
 *
 * @throws McoError `denied/not-approver`, `denied/policy`, `denied/changed-policy`, `unknown/action`,
 *   `unreachable/no-write-key`, `untrusted/changed-order`, `failed/audit`
 */
export async function verifyOrder(bot: Bot, approval: StoredApproval, look?: Look): Promise<Verified> {
  const { isFresh, asOf } = look ?? { isFresh: true, asOf: bot.clock.now() };
  const { order, from, count } = approval;
  await requireUnchanged(bot, approval);
  const counted = await countYeses(bot, approval, { group: from, isFresh });
  if (counted.members.length < count) throw describeMissing(approval, counted);
  return await verifyRights(bot, order, async (rule) => {
    // The rule of now may want another group, more people, or a yes that is not so old.
    const { members } = rule.from === from ? counted : await countYeses(bot, approval, { group: rule.from, isFresh });
    return members.filter(({ at }) => at >= asOf - rule.expiresMs).length >= rule.count;
  });
}

/**
 * Looks again on the way of an order that is sent.
 *
 * @param asOf when it began to be sent, ms since the epoch: from then on no yes grows too old; default now
 */
export function createVerifier(
  bot: Bot,
  approval: StoredApproval,
  asOf: number = bot.clock.now(),
): () => Promise<Verified> {
  let freshAt = bot.clock.now();
  return () => {
    const now = bot.clock.now();
    const isFresh = Math.abs(now - freshAt) >= FRESH_MS;
    if (isFresh) freshAt = now;
    return verifyOrder(bot, approval, { isFresh, asOf });
  };
}

interface Counted {
  /** Those who said yes and count for this group now, each person once, none of them the requester. */
  readonly members: readonly StoredYes[];
  /** Those of whom nobody knows for now. */
  readonly unknown: readonly StoredYes[];
}

async function countYeses(
  { authority }: Bot,
  { order, digest, yes }: StoredApproval,
  { group, isFresh }: { readonly group: string; readonly isFresh: boolean },
): Promise<Counted> {
  // All at once: one question to the chat answers for all of them.
  const looked = await Promise.all(
    yes.map(async (one) => ({ one, memberships: await authority.findMemberships(one.account, { isFresh, group }) })),
  );
  const members: StoredYes[] = [];
  const unknown: StoredYes[] = [];
  for (const { one, memberships } of looked) {
    const { by: caller, account } = one;
    const somebody = { caller, account };
    const isKnown = authority.identify(account) === caller && one.digest === digest;
    const isAgain = members.some((other) =>
      isSamePerson({ authority }, somebody, { caller: other.by, account: other.account }),
    );
    if (!isKnown || isAgain || isSamePerson({ authority }, somebody, requesterOf(order))) continue;
    const belonging = authority.judgeMember(group, { caller, memberships });
    if (belonging === 'in') members.push(one);
    if (belonging === 'unknown') unknown.push(one);
  }
  return { members, unknown };
}

function describeMissing({ yes, from }: StoredApproval, { members, unknown }: Counted): McoError {
  const nameOf = ({ by }: StoredYes): string => by.replace(/^person:/, '@');
  const gone = yes.filter((one) => !members.includes(one) && !unknown.includes(one)).map(nameOf);
  const reason =
    gone.length > 0
      ? `who approved it is not in \`${from}\` any more: ${gone.join(', ')}`
      : `nobody knows for now whether ${unknown.map(nameOf).join(', ')} is in \`${from}\`: its chat service can't be asked`;
  return new McoError('denied/not-approver', reason, { hint: 'give the command again, and have it approved again' });
}
