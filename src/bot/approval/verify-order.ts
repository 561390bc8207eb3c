import { writeCanonicalJson } from '../../core/canonical-json.ts';
import { McoError } from '../../core/errors.ts';
import type { FrozenOrder, StoredApproval, StoredYes } from '../../core/store.ts';
import { judgeGrant } from '../../policy/judge-grant.ts';
import type { ApprovalRule, Decision, Grant, NodeLimit } from '../../policy/policy.ts';
import type { Bot } from '../bot.ts';
import { isSamePerson, requesterOf } from './judge-approver.ts';

/** How the policy of now has the order run. */
export interface Verified {
  readonly rules: readonly string[];
}

/**
 * The last look before an approved order is sent: the approvers are in the group still, and the requester may do this
 * still, with no other conditions than those the order has.
 * INVARIANT: rights are looked up again here, whatever was known when people said yes.
 *
 * @throws McoError `denied/not-approver`, `denied/policy`, `denied/changed-policy`, `unknown/action`,
 *   `unreachable/no-write-key`
 */
export async function verifyOrder(bot: Bot, approval: StoredApproval): Promise<Verified> {
  const { order, from, count } = approval;
  const members = await findMembers(bot, approval, from);
  if (members.length < count) throw describeMissing(approval, members);
  const decision = await decideAgain(bot, order);
  const rules: string[] = [];
  let reason = 'the policy wants other nodes than those that were approved';
  for (const grant of decision.grants) {
    if (!holdsConditions(order, grant, decision.excluded)) continue;
    const verdict = judgeGrant(grant, { count: order.nodes.length, isNarrowed: order.isNarrowed });
    rules.push(...verdict.rules);
    if (verdict.outcome === 'allow') return { rules: decision.rules };
    if (verdict.outcome === 'deny') reason = verdict.reason;
    else if (await isApproved(bot, approval, verdict.approval)) return { rules: decision.rules };
    else reason = `the policy wants more now: ${verdict.approval.count} of \`${verdict.approval.from}\``;
  }
  throw new McoError('denied/changed-policy', `the policy has changed: ${reason}`, {
    rules: rules.length > 0 ? rules : decision.rules,
    hint: 'give the command again',
  });
}

async function decideAgain(bot: Bot, order: FrozenOrder): Promise<Extract<Decision, { outcome: 'allow' }>> {
  const { authority, agents, signers } = bot;
  const { caller, account, place, ask } = order;
  const { agent, action, input } = ask;
  const effect = agents.find((known) => known.agent === agent)?.actions[action]?.effect;
  if (effect === undefined)
    throw new McoError('unknown/action', `this bot knows no action \`${agent}.${action}\` any more`);
  if (effect === 'write' && signers.write === undefined) {
    throw new McoError('unreachable/no-write-key', 'this is a write, and this bot has no key for writes');
  }
  if (authority.identify(account) !== caller) {
    throw new McoError('denied/changed-policy', 'the policy has changed: who asked for this is somebody else now', {
      hint: 'give the command again',
    });
  }
  const memberships = await authority.findMemberships(account);
  const decision = authority.decide({ caller, place, memberships, agent, action, effect, input });
  if (effect === ask.effect && decision.outcome === 'allow') return decision;
  const reason = decision.outcome === 'deny' ? decision.reason : `\`${agent}.${action}\` is a ${effect} now`;
  throw new McoError('denied/policy', `the requester may not do this any more: ${reason}`, { rules: decision.rules });
}

/** Those who said yes and count for this group now, each person once, none of them the requester. */
async function findMembers(
  bot: Bot,
  { order, digest, yes }: StoredApproval,
  group: string,
): Promise<readonly StoredYes[]> {
  const { authority } = bot;
  const members: StoredYes[] = [];
  for (const one of yes) {
    const { by: caller, account } = one;
    const somebody = { caller, account };
    const isKnown = authority.identify(account) === caller && one.digest === digest;
    const isAgain = members.some((other) => isSamePerson(bot, somebody, { caller: other.by, account: other.account }));
    if (!isKnown || isAgain || isSamePerson(bot, somebody, requesterOf(order))) continue;
    const memberships = await authority.findMemberships(account);
    if (authority.judgeMember(group, { caller, memberships }) === 'in') members.push(one);
  }
  return members;
}

function describeMissing({ yes, from }: StoredApproval, members: readonly StoredYes[]): McoError {
  const gone = yes.filter((one) => !members.includes(one)).map(({ by }) => by.replace(/^person:/, '@'));
  return new McoError('denied/not-approver', `who approved it is not in \`${from}\` any more: ${gone.join(', ')}`, {
    hint: 'give the command again, and have it approved again',
  });
}

/** The rule of now may want another group, more people, or a yes that is not so old. */
async function isApproved(bot: Bot, approval: StoredApproval, rule: ApprovalRule): Promise<boolean> {
  const members = await findMembers(bot, approval, rule.from);
  const since = bot.clock.now() - rule.expiresMs;
  return members.filter(({ at }) => at >= since).length >= rule.count;
}

/** INVARIANT: the nodes check the order's filter, so all that the policy says of nodes has to be in it. */
function holdsConditions({ filter }: FrozenOrder, { nodes }: Grant, excluded: readonly NodeLimit[]): boolean {
  const held = new Set(filter.where.map(writeCanonicalJson));
  const demanded = [
    ...(nodes === undefined ? [] : [nodes.expression]),
    ...excluded.map(({ expression }) => ({ not: expression })),
  ];
  return demanded.every((expression) => held.has(writeCanonicalJson(expression)));
}
