import type { Effect, Input } from '../core/agent-description.ts';
import type { NodeProfile } from '../core/facts.ts';
import { EVERYBODY } from '../core/filter.ts';
import { matchFilter } from '../core/match-filter.ts';
import type { ApprovalClaim, TargetClaim } from '../core/request.ts';
import { applyRules, UNDECIDED } from './apply-rules.ts';
import { matchesCaller } from './caller-pattern.ts';
import { checkApprovals, describeWanted } from './check-approvals.ts';
import { judgeGrant } from './judge-grant.ts';
import type { Binding, DenyRule, Grant, NodeLimit, NodePolicy, Verdict } from './policy.ts';

/** Allows everything that is not denied. */
const FOR_EVERYBODY: Binding = {
  role: { name: 'everything', allow: [{ actions: ['*'], effect: 'write', at: '' }] },
  who: { everyone: true, callers: new Set(), groups: [] },
  places: undefined,
  at: '',
};

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
  /** As it was validated, with defaults. */
  readonly input: Input;
  /** This node's own. */
  readonly profile: NodeProfile;
  readonly targets?: TargetClaim | undefined;
  readonly approvals?: readonly ApprovalClaim[] | undefined;
  /** When they were complete, as the signer says: ms since the epoch. */
  readonly approvedAt?: number | undefined;
  /** Of the request, ms since the epoch. */
  readonly issuedAt: number;
  /**
   * The job that is looked after came from this action: its rules and nodes decide, but its limits and approvals were
   * kept when the job began. The signer must be allowed the effect of what is asked.
   */
  readonly inPlaceOf?: Pick<NodeQuestion, 'agent' | 'action' | 'effect' | 'input'> | undefined;
}

/** What a node says. A denial always has a reason. */
export interface NodeVerdict {
  readonly outcome: 'allow' | 'deny';
  /** As `FILE:LINE`. */
  readonly rules: readonly string[];
  readonly reason?: string | undefined;
}

/** Decides before anything is run, on the node's own policy. Never throws: INVARIANT: an exception is a denial. */
export function decideOnNode(policy: NodePolicy, question: NodeQuestion): NodeVerdict {
  const verdict = weighOnNode(policy, question);
  if (verdict.outcome !== 'needs-approval') return verdict;
  return { outcome: 'deny', rules: verdict.rules, reason: verdict.reason };
}

/** What a node says, and whether approvals are all that is missing. */
export type NodeOpinion =
  | Exclude<Verdict, { outcome: 'needs-approval' }>
  | { readonly outcome: 'needs-approval'; readonly rules: readonly string[]; readonly reason: string };

/** As `decideOnNode`, and says whether approvals are all that is missing. Nothing is run for anything but `allow`. */
export function weighOnNode(policy: NodePolicy, question: NodeQuestion): NodeOpinion {
  try {
    return weighForSigner(policy, question);
  } catch {
    return UNDECIDED;
  }
}

function weighForSigner(policy: NodePolicy, question: NodeQuestion): NodeOpinion {
  const signer = judgeSigner(policy, question);
  if (signer.outcome === 'deny') return deny(signer.rules, signer.reason ?? 'the signer may not');
  const denial = question.inPlaceOf === undefined ? undefined : findOwnDenial(policy, question);
  if (denial !== undefined) return denial;
  const asked = { ...question, ...question.inPlaceOf };
  const { caller, agent, action, effect, input } = asked;
  const ruling = applyRules(policy, { caller, agent, action, effect, input, place: undefined });
  if (ruling.outcome === 'deny') return ruling;
  const denying = ruling.exceptions.filter(({ nodes }) => isHere(nodes, question));
  if (denying.length > 0) return denyHere(denying, asked);
  const opinions = ruling.grants
    .filter(({ nodes }) => isHere(nodes, question))
    .map((grant) => weighGrant(policy, grant, question));
  const best =
    opinions.find(({ outcome }) => outcome === 'allow') ??
    opinions.find(({ outcome }) => outcome === 'needs-approval') ??
    opinions[0] ??
    denyElsewhere(ruling.grants, asked);
  return best.outcome === 'allow' ? { ...best, rules: [...signer.rules, ...best.rules] } : best;
}

/** Looking after a job takes no right of its own. INVARIANT: but what denies that holds, whoever may begin one. */
function findOwnDenial(policy: NodePolicy, question: NodeQuestion): NodeOpinion | undefined {
  const ruling = applyRules({ ...policy, bindings: [FOR_EVERYBODY] }, { ...question, place: undefined });
  if (ruling.outcome === 'deny') return ruling;
  const denying = ruling.exceptions.filter(({ nodes }) => isHere(nodes, question));
  return denying.length > 0 ? denyHere(denying, question) : undefined;
}

/** An error while matching is thrown on, and so a denial. */
function isHere(nodes: NodeLimit | undefined, { profile }: NodeQuestion): boolean {
  return nodes === undefined || matchFilter({ ...EVERYBODY, where: [nodes.expression] }, profile);
}

function denyHere(denying: readonly DenyRule[], { caller, agent, action }: NodeQuestion): NodeOpinion {
  const given = denying.find((rule) => rule.reason !== undefined)?.reason;
  return deny(
    denying.map(({ at }) => at),
    given ?? `\`${agent}.${action}\` is denied to ${caller} on this node`,
  );
}

function denyElsewhere(grants: readonly Grant[], { caller, agent, action }: NodeQuestion): NodeOpinion {
  const where = grants.map(({ nodes }) => `\`${nodes?.text}\``).join(' or ');
  const rules = new Set(grants.flatMap((grant) => grant.rules));
  return deny([...rules], `\`${agent}.${action}\` is allowed to ${caller} only on nodes with ${where}`);
}

function weighGrant(policy: NodePolicy, grant: Grant, question: NodeQuestion): NodeOpinion {
  const { targets, principal } = question;
  const { rules, maxNodes, requireFilter, approval } = grant;
  if (question.inPlaceOf !== undefined) return { outcome: 'allow', rules };
  if (targets === undefined) {
    // INVARIANT: a limit that can't be checked is not kept.
    const isFree = maxNodes === undefined && !requireFilter && approval === undefined;
    return isFree ? { outcome: 'allow', rules } : deny(rules, 'the request does not say how many nodes it is for');
  }
  // INVARIANT: whoever signs for themselves could also say that others agreed, or name the nodes one by one.
  if (approval !== undefined && policy.signers.get(principal)?.vouches !== true) {
    const limited = judgeGrant({ ...grant, approval: undefined }, targets);
    return limited.outcome === 'deny'
      ? limited
      : deny(rules, `${describeWanted(approval)} is needed, and the key of ${principal} can't vouch for one here`);
  }
  const verdict = judgeGrant(grant, targets);
  if (verdict.outcome !== 'needs-approval') return verdict;
  const lack = checkApprovals(policy, verdict.approval, { ...question, targets });
  return lack === undefined ? { outcome: 'allow', rules } : { outcome: 'needs-approval', rules, reason: lack };
}

/**
 * What a signing key may ask for at most, and for whom, whatever the policy's rules say of the caller. A node asks this
 * before it remembers or matches anything for a key.
 */
export function judgeSigner(
  policy: NodePolicy,
  { principal, caller, effect }: Pick<NodeQuestion, 'principal' | 'caller' | 'effect'>,
): NodeVerdict {
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

function deny(rules: readonly string[], reason: string): Extract<NodeOpinion, { outcome: 'deny' }> {
  return { outcome: 'deny', rules, reason };
}
