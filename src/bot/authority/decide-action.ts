import type { Decision } from '../../policy/policy.ts';
import type { Authority, Question } from '../bot.ts';

/** What nodes tell of their records is what the bot's own trail tells: whoever may not read the one reads the other neither. */
const SAME_AS_TRAIL = { agent: 'rpcutil', action: 'audit' } as const;
const TRAIL = { agent: 'mcobot', action: 'audit', effect: 'read', input: {} } as const;

/**
 * What the policy says to an action. INVARIANT: `rpcutil.audit` is no way round `mcobot.audit`: it takes both.
 * The conditions are those of the action's own grants.
 */
export function decideAction(authority: Pick<Authority, 'decide'>, question: Question): Decision {
  const decision = authority.decide(question);
  const { agent, action } = question;
  const isOfTrail = agent === SAME_AS_TRAIL.agent && action === SAME_AS_TRAIL.action;
  if (!isOfTrail || decision.outcome === 'deny') return decision;
  const own = authority.decide({ ...question, ...TRAIL });
  if (own.outcome === 'allow') return decision;
  const reason = `\`rpcutil.audit\` needs \`mcobot.audit\` as well: ${own.reason}`;
  return { outcome: 'deny', rules: own.rules, reason };
}
