import { isReplyDestination } from '../src/core/destinations.ts';
import { McoError } from '../src/core/errors.ts';
import type { VerifiedKey } from '../src/core/ports.ts';
import type { Request } from '../src/core/request.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { checkTimeWindow } from './time-window.ts';

/**
 * Refuses a request that was signed, but not by whom it says, not for this node, not for now, or not for a second time.
 *
 * @throws McoError `untrusted/*`. Only those of the time window may be answered: they come after the checks of the signer
 *   and of the destination of replies
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
  const now = node.clock.now();
  checkTimeWindow(request, { now, startedAt: node.startedAt });
  node.seen.claim({ fingerprint: key.fingerprint, id: request.id, issuedAt: request.issuedAt }, now);
}
