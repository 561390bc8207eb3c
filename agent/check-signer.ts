import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { matchesCaller } from '../src/policy/caller-pattern.ts';
import type { SignerRule } from '../src/policy/policy.ts';
import { findDescription } from './audit-request.ts';
import { denialOf } from './decide-request.ts';
import type { NodeRuntime } from './node-runtime.ts';

/**
 * Turns down what a signing key may never ask for here, whatever the policy's rules say of its caller. `decideRequest`
 * decides all of it once more: this comes first so that a node remembers nothing and matches no filter for such a key.
 *
 * @throws McoError `denied/policy`
 */
export function checkSigner(request: Request, node: NodeRuntime): void {
  const { principal } = request.signer;
  const rule = findSignerRule(principal, node);
  if (rule === undefined) {
    const reason = `the signer \`${principal}\` may ask for nothing here: it is not in this node's \`signers\``;
    throw denialOf({ outcome: 'deny', rules: [], reason });
  }
  const rules = [rule.at];
  if (rule.effect !== 'write' && findDescription(request, node)?.effect === 'write') {
    throw denialOf({ outcome: 'deny', rules, reason: `the key of ${principal} may only read here` });
  }
  if (rule.callers !== undefined && !rule.callers.some((pattern) => matchesCaller(pattern, request.caller))) {
    throw denialOf({ outcome: 'deny', rules, reason: `the key of ${principal} may not speak for this caller` });
  }
}

/** INVARIANT: an error is a denial. */
function findSignerRule(principal: string, node: NodeRuntime): SignerRule | undefined {
  try {
    return node.policy().signers.get(principal);
  } catch (thrown) {
    node.onProblem?.(toMcoError(thrown));
    throw new McoError('denied/policy', "denied: this node's policy could not be evaluated");
  }
}
