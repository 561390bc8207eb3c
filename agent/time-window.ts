import { McoError } from '../src/core/errors.ts';
import { LIMITS } from '../src/core/limits.ts';
import type { Request } from '../src/core/request.ts';

/** What `checkTimeWindow` throws: the signature held, so the asker is told, with this node's clock. */
export const OUT_OF_TIME: ReadonlySet<string> = new Set([
  'untrusted/expired',
  'untrusted/not-yet-valid',
  'untrusted/issued-before-start',
  'untrusted/bad-window',
]);

/**
 * Whether a request may be run now. Both ends allow for clocks that are 30 s apart; the node's start does not, because
 * what was issued before it may have been run before it.
 *
 * @throws McoError one of `OUT_OF_TIME`; the message tells how far the two clocks are apart
 */
export function checkTimeWindow(
  { issuedAt, notAfter }: Pick<Request, 'issuedAt' | 'notAfter'>,
  { now, startedAt }: { now: number; startedAt: number },
): void {
  const { clockSkewMs, validityMs } = LIMITS;
  if (notAfter < issuedAt || notAfter - issuedAt > validityMs) {
    throw new McoError('untrusted/bad-window', `a request is valid for ${validityMs / 1000} s at most`);
  }
  if (now > notAfter + clockSkewMs) {
    const late = `the request expired ${seconds(now - notAfter)} ago`;
    throw new McoError('untrusted/expired', `${late}; ${describeOffset(now, issuedAt)}`);
  }
  if (issuedAt > now + clockSkewMs) {
    throw new McoError('untrusted/not-yet-valid', `the request is from the future; ${describeOffset(now, issuedAt)}`);
  }
  if (issuedAt < startedAt) {
    const why = `the request was issued ${seconds(startedAt - issuedAt)} before this agent started`;
    throw new McoError('untrusted/issued-before-start', `${why}; ${describeOffset(now, issuedAt)}`);
  }
}

function describeOffset(now: number, issuedAt: number): string {
  const side = now >= issuedAt ? 'after' : 'before';
  return `this node's clock says ${new Date(now).toISOString()}, ${seconds(Math.abs(now - issuedAt))} ${side} its issue`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
