import { isReplyDestination } from '../src/core/destinations.ts';
import { McoError } from '../src/core/errors.ts';
import type { VerifiedKey } from '../src/core/ports.ts';
import type { Request } from '../src/core/request.ts';
import { checkSigner } from './check-signer.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { checkTimeWindow } from './time-window.ts';

/**
 * Refuses a request that was signed, but not by whom it says, not for this node, not by a key that may ask for it, not for
 * now, or not for a second time.
 *
 * @throws McoError `untrusted/*`, `denied/policy`. Those of the time window, of a full memory and of the policy may be
 *   answered: they come after the checks of the signer and of the destination of replies
 */
export function refuseRequest(request: Request, key: VerifiedKey, node: NodeRuntime): void {
  const { signer, collective, audience, replyTo } = request;
  // INVARIANT: the name that the policy will decide about belongs to the key that signed.
  if (signer.fingerprint !== key.fingerprint || !key.speaksFor(signer.principal)) {
    throw new McoError('untrusted/wrong-signer', `the key ${key.fingerprint} is not one of \`${signer.principal}\``);
  }
  if (!node.collectives.includes(collective)) {
    throw new McoError('untrusted/wrong-collective', `this node is not in the collective \`${collective}\``);
  }
  if (audience !== '*' && audience !== node.identity) {
    throw new McoError('untrusted/wrong-audience', `the request is for \`${audience}\``);
  }
  // INVARIANT: a node writes to reply queues only, whatever a request says.
  if (!isReplyDestination(replyTo, collective)) {
    throw new McoError('untrusted/wrong-reply-destination', `\`${replyTo}\` is no reply queue of \`${collective}\``);
  }
  // Before the time window and the replay guard: a key that may ask for nothing fills no memory that others need.
  checkSigner(request, node);
  const now = node.clock.now();
  checkTimeWindow(request, { now, startedAt: node.startedAt });
  // INVARIANT: what was told that it is not run is not run later, when the clock, the policy or the memory would allow it.
  if (node.turnedDown.has({ fingerprint: key.fingerprint, id: request.id })) {
    throw new McoError('untrusted/replayed', `request ${request.id} was turned down before`);
  }
  node.seen.claim({ fingerprint: key.fingerprint, id: request.id, issuedAt: request.issuedAt }, now);
}
