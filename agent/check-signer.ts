import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { judgeSigner } from '../src/policy/decide-on-node.ts';
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
  const { signer, caller, options } = request;
  const action = findDescription(request, node);
  // An action or a dry run that this node does not have is answered as such later on.
  const effect = (options.noop === true ? action?.dryRun : undefined) ?? action?.effect ?? 'read';
  const verdict = judge();
  if (verdict.outcome !== 'allow') throw denialOf(verdict);

  /** INVARIANT: an error is a denial. */
  function judge(): ReturnType<typeof judgeSigner> {
    try {
      return judgeSigner(node.policy(), { principal: signer.principal, caller, effect });
    } catch (thrown) {
      node.onProblem?.(toMcoError(thrown));
      throw new McoError('denied/policy', "denied: this node's policy could not be evaluated");
    }
  }
}
