import { createHmac, timingSafeEqual } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import type { HttpRequest } from '../../core/http.ts';
import { LIMITS } from '../../core/limits.ts';

const MAX_AGE_MS = 300_000;
const TIMESTAMP = /^\d{1,12}$/;
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/**
 * Checks Slack's signature of a request: HMAC-SHA256 over `v0:TIMESTAMP:BODY`
 * (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 *
 * @returns why it is refused, as `untrusted/no-signature`, `untrusted/stale` or `untrusted/bad-signature`; undefined when it holds
 */
export function checkSignature(request: HttpRequest, secret: string, now: number): McoError | undefined {
  // INVARIANT: nothing of the body is parsed before this has passed.
  const timestamp = request.headers['x-slack-request-timestamp'] ?? '';
  const signature = request.headers['x-slack-signature'] ?? '';
  if (!TIMESTAMP.test(timestamp) || !SIGNATURE.test(signature)) {
    return new McoError('untrusted/no-signature', 'a request to the slack address carries no signature of slack');
  }
  const ageMs = now - Number(timestamp) * 1000;
  if (ageMs > MAX_AGE_MS || ageMs < -LIMITS.clockSkewMs) {
    const when = ageMs > 0 ? 'too old' : 'from the future';
    return new McoError('untrusted/stale', `a request to the slack address is ${when}`, {
      hint: "a genuine one means that this machine's clock is wrong",
    });
  }
  const wanted = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body).digest();
  const given = Buffer.from(signature.slice('v0='.length), 'hex');
  if (timingSafeEqual(wanted, given)) return undefined;
  return new McoError('untrusted/bad-signature', 'a request to the slack address has a wrong signature');
}
