import { effectOf } from '../../core/agent-description.ts';
import { writeCanonicalJson } from '../../core/canonical-json.ts';
import { McoError } from '../../core/errors.ts';
import type { FrozenOrder } from '../../core/store.ts';
import { judgeGrant } from '../../policy/judge-grant.ts';
import type { ApprovalRule, Decision, Grant, NodeLimit } from '../../policy/policy.ts';
import { decideAsk } from '../authority/decide-ask.ts';
import { addDataRights } from '../authority/decide-data.ts';
import type { Bot } from '../bot.ts';

/** How the policy of now has the order run. */
export interface Verified {
  readonly rules: readonly string[];
}

/**
 * Whether an order may be sent by the policy of now: the requester has the right still, with no other conditions than those
 * the order has.
 *
 * @param isApproved whether the approval that a rule wants is there
 * @throws McoError `denied/policy`, `denied/changed-policy`, `unknown/action`, `unreachable/no-write-key`
 */
export async function verifyRights(
  bot: Bot,
  order: FrozenOrder,
  isApproved: (rule: ApprovalRule) => Promise<boolean>,
): Promise<Verified> {
  const decision = await decideAgain(bot, order);
  const rules: string[] = [];
  let reason = 'the policy wants other nodes than these';
  for (const grant of decision.grants) {
    if (!holdsConditions(order, grant, decision.excluded)) continue;
    const verdict = judgeGrant(grant, { count: order.nodes.length, isNarrowed: order.isNarrowed });
    rules.push(...verdict.rules);
    if (verdict.outcome === 'allow') return { rules: decision.rules };
    if (verdict.outcome === 'deny') reason = verdict.reason;
    else if (await isApproved(verdict.approval)) return { rules: decision.rules };
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
  const { agent, action } = ask;
  const known = agents.find((candidate) => candidate.agent === agent)?.actions[action];
  if (known === undefined)
    throw new McoError('unknown/action', `this bot knows no action \`${agent}.${action}\` any more`);
  const effect = effectOf(known, order.options.noop === true);
  if (effect === 'write' && signers.write === undefined) {
    throw new McoError('unreachable/no-write-key', 'this is a write, and this bot has no key for writes');
  }
  if (authority.identify(account) !== caller) {
    throw new McoError('denied/changed-policy', 'the policy has changed: who asked for this is somebody else now', {
      hint: 'give the command again',
    });
  }
  const memberships = await authority.findMemberships(account);
  const asker = { caller, place, memberships };
  const question = { authority, asker, filter: order.filter };
  const decision = addDataRights(decideAsk(authority, asker, { ...ask, effect }), question);
  if (effect === ask.effect && decision.outcome === 'allow') return decision;
  const reason = decision.outcome === 'deny' ? decision.reason : `\`${agent}.${action}\` is a ${effect} now`;
  throw new McoError('denied/policy', `the requester may not do this any more: ${reason}`, { rules: decision.rules });
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
