import type { Effect } from '../core/agent-description.ts';
import { applyRules, UNDECIDED } from './apply-rules.ts';
import { matchesCaller } from './caller-pattern.ts';
import type { Decision, NodePolicy } from './policy.ts';

/** A request whose signature held. */
export interface NodeQuestion {
  /** Whom the signing key stands for, as verified. */
  readonly principal: string;
  /** For whom the signer says it speaks. */
  readonly caller: string;
  readonly agent: string;
  readonly action: string;
  /** From the node's own copy of the action's description, never from the message. */
  readonly effect: Effect;
}

/** Decides before anything is run, on the node's own policy. Never throws: INVARIANT: an exception is a denial. */
export function decideOnNode(policy: NodePolicy, question: NodeQuestion): Decision {
  try {
    return decideForSigner(policy, question);
  } catch {
    return UNDECIDED;
  }
}

function decideForSigner(policy: NodePolicy, question: NodeQuestion): Decision {
  const signer = judgeSigner(policy, question);
  if (signer.outcome === 'deny') return signer;
  const { caller, agent, action, effect } = question;
  const decision = applyRules(policy, { caller, agent, action, effect, place: undefined });
  return decision.outcome === 'allow' ? { ...decision, rules: [...signer.rules, ...decision.rules] } : decision;
}

/**
 * What a signing key may ask for at most, and for whom, whatever the rules say of the caller. A node asks this before it
 * remembers or matches anything for a key.
 */
export function judgeSigner(
  policy: NodePolicy,
  { principal, caller, effect }: Pick<NodeQuestion, 'principal' | 'caller' | 'effect'>,
): Decision {
  const signer = policy.signers.get(principal);
  if (signer === undefined) {
    const reason = `the signer \`${principal}\` may ask for nothing here: it is not in this node's \`signers\``;
    return { outcome: 'deny', rules: [], reason };
  }
  const rules = [signer.at];
  if (signer.effect !== 'write' && effect !== 'read') {
    return { outcome: 'deny', rules, reason: `the key of ${principal} may only read here` };
  }
  if (signer.callers !== undefined && !signer.callers.some((pattern) => matchesCaller(pattern, caller))) {
    return { outcome: 'deny', rules, reason: `the key of ${principal} may not speak for this caller` };
  }
  return { outcome: 'allow', rules };
}
