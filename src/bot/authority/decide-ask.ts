import type { Ask } from '../../core/command.ts';
import type { Decision, Grant } from '../../policy/policy.ts';
import type { Authority, Question } from '../bot.ts';
import { decideAction } from './decide-action.ts';

type Decided = Pick<Ask, 'agent' | 'action' | 'effect' | 'input' | 'inPlaceOf'>;

/**
 * What the policy says to a question to the nodes. Who may do a thing may look after what became of it, on the nodes
 * where they may do it; how many at once, and with whose approval, was asked when it was begun.
 */
export function decideAsk(
  authority: Pick<Authority, 'decide'>,
  asker: Pick<Question, 'caller' | 'place' | 'memberships'>,
  { agent, action, effect, input, inPlaceOf }: Decided,
): Decision {
  // INVARIANT: who asks is the asker, whatever else is known of what they ask for.
  if (inPlaceOf === undefined) return decideAction(authority, { ...asker, agent, action, effect, input });
  const origin = { agent: inPlaceOf.agent, action: inPlaceOf.action, effect: inPlaceOf.effect, input: inPlaceOf.input };
  const own = decideAction(authority, { ...asker, agent, action, effect, input });
  // That nothing allows looking after jobs is no matter; that somebody forbids it is.
  if (own.outcome === 'deny' && own.isForbidden === true) return own;
  const decision = decideAction(authority, { ...asker, ...origin });
  return decision.outcome === 'deny' ? decision : { ...decision, grants: decision.grants.map(keepNodes) };
}

/** INVARIANT: which nodes a grant is for holds for all that becomes of it. */
const keepNodes = ({ rules, nodes }: Grant): Grant => ({ rules, nodes, requireFilter: false });
