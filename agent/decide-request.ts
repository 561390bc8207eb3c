import { McoError, toMcoError } from '../src/core/errors.ts';
import { decideOnNode, type NodeVerdict } from '../src/policy/decide-on-node.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { Task } from './validate-request.ts';

/**
 * This node's own say. Writes that are addressed to everybody are denied whatever the policy says: their list of nodes is
 * frozen first, and each gets a request of its own. So are approvals of no list at all.
 *
 * INVARIANT: the effect comes from this node's own description, never from the message; an error is a denial.
 */
export function decideRequest({ request, effect, input, inPlaceOf }: Task, node: NodeRuntime): NodeVerdict {
  const { caller, agent, audience, targets, approvals, approvedAt, issuedAt } = request;
  if (effect !== 'read' && audience === '*') return deny('a write must be addressed to one node');
  if (approvals !== undefined && targets === undefined)
    return deny('the request is approved, but names no list of nodes');
  try {
    return decideOnNode(node.policy(), {
      principal: request.signer.principal,
      caller,
      agent,
      action: request.action,
      effect,
      input,
      profile: node.profile(),
      targets,
      approvals,
      approvedAt,
      issuedAt,
      inPlaceOf,
    });
  } catch (thrown) {
    node.onProblem?.(toMcoError(thrown));
    return deny("this node's policy could not be evaluated");
  }
}

const deny = (reason: string): NodeVerdict => ({ outcome: 'deny', rules: [], reason });

/** A denial as an error: why, and where the rules stand that counted. */
export function denialOf({ reason, rules }: NodeVerdict): McoError {
  const where = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
  return new McoError('denied/policy', `denied by this node's policy: ${reason ?? 'no rule allows it'}${where}`);
}
