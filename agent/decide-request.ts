import { McoError, toMcoError } from '../src/core/errors.ts';
import { decideOnNode } from '../src/policy/decide-on-node.ts';
import type { Decision } from '../src/policy/policy.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { Task } from './validate-request.ts';

/**
 * This node's own say. Writes that are addressed to everybody are denied whatever the policy says: their list of nodes is
 * frozen first, and each gets a request of its own.
 *
 * INVARIANT: the effect comes from this node's own description, never from the message; an error is a denial.
 */
export function decideRequest({ request, action }: Task, node: NodeRuntime): Decision {
  const { caller, agent, audience } = request;
  if (action.effect !== 'read' && audience === '*') {
    return { outcome: 'deny', rules: [], reason: 'a write must be addressed to one node' };
  }
  try {
    const ask = { principal: request.signer.principal, caller, agent, action: request.action, effect: action.effect };
    return decideOnNode(node.policy(), ask);
  } catch (thrown) {
    node.onProblem?.(toMcoError(thrown));
    return { outcome: 'deny', rules: [], reason: "this node's policy could not be evaluated" };
  }
}

/** A denial as an error: why, and where the rules stand that counted. */
export function denialOf({ reason, rules }: Decision): McoError {
  const where = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
  return new McoError('denied/policy', `denied by this node's policy: ${reason ?? 'no rule allows it'}${where}`);
}
