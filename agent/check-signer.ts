import type { Effect } from '../src/core/agent-description.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { matchesCaller } from '../src/policy/caller-pattern.ts';
import type { SignerRule } from '../src/policy/policy.ts';
import { findDescription } from './audit-request.ts';
import { denialOf } from './decide-request.ts';
import type { NodeRuntime } from './node-runtime.ts';

/**
 * Turns down a signer that this node's policy does not list, before anything is remembered or worked out for it.
 *
 * @throws McoError `denied/unlisted-signer`
 */
export function checkSignerIsListed(request: Request, node: NodeRuntime): void {
  if (findRule(request, node) !== undefined) return;
  const { principal } = request.signer;
  throw new McoError(
    'denied/unlisted-signer',
    `the signer \`${principal}\` may ask for nothing on this node: its policy does not list it under \`signers\``,
  );
}

/**
 * Turns down what a listed signer may not ask for, whatever the rules say of its caller: a question that its key does not
 * cover is not worth the work of matching a filter. `decideRequest` decides all of it once more.
 *
 * @throws McoError `denied/policy`
 */
export function checkSignerScope(request: Request, node: NodeRuntime): void {
  const rule = findRule(request, node);
  const effect = findDescription(request, node)?.effect ?? 'read';
  if (rule === undefined || !isCovered(rule, effect, request.caller)) {
    const reason = rule !== undefined && !coversEffect(rule, effect) ? `may only read here` : `may not speak for this caller`;
    const rules = rule === undefined ? [] : [rule.at];
    throw denialOf({ outcome: 'deny', rules, reason: `the key of ${request.signer.principal} ${reason}` });
  }
}
