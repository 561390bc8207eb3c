import { McoError } from '../src/core/errors.ts';

/** What identifies a request: the key that signed it and its id. `issuedAt` in ms since the epoch. */
export interface SeenRequest {
  readonly fingerprint: string;
  readonly id: string;
  readonly issuedAt: number;
}

export interface ReplayGuard {
  /**
   * Marks a request as seen.
   * @throws McoError `untrusted/replayed`, or `untrusted/replay-guard-full` when it can't tell: it fails closed
   */
  claim(request: SeenRequest, now: number): void;
}

/**
 * Remembers requests for at least `windowMs`, in two generations of at most `maxEntries` each: when one is a window old,
 * the one before it is forgotten as a whole.
 */
export function createReplayGuard({ windowMs, maxEntries }: { windowMs: number; maxEntries: number }): ReplayGuard {
  let young = new Set<string>();
  let old = new Set<string>();
  let rotatedAt = Number.NEGATIVE_INFINITY;
  let youngIssuedAt = Number.NEGATIVE_INFINITY;
  let oldIssuedAt = Number.NEGATIVE_INFINITY;
  let forgottenIssuedAt = Number.NEGATIVE_INFINITY;

  function rotate(now: number): void {
    if (now - rotatedAt < windowMs) return;
    forgottenIssuedAt = Math.max(forgottenIssuedAt, oldIssuedAt);
    old = young;
    oldIssuedAt = youngIssuedAt;
    young = new Set();
    youngIssuedAt = Number.NEGATIVE_INFINITY;
    rotatedAt = now;
  }

  return {
    claim({ fingerprint, id, issuedAt }, now) {
      rotate(now);
      const key = `${fingerprint} ${id}`;
      if (young.has(key) || old.has(key)) throw new McoError('untrusted/replayed', `request ${id} was seen before`);
      // INVARIANT: what may be among the forgotten counts as seen. Only a clock that jumped gets here.
      if (issuedAt <= forgottenIssuedAt) {
        throw new McoError('untrusted/replayed', `request ${id} is older than requests that were already forgotten`);
      }
      // INVARIANT: a full memory refuses. To forget instead would let a flood open the way for a replay.
      if (young.size >= maxEntries) {
        throw new McoError(
          'untrusted/replay-guard-full',
          `more than ${maxEntries} requests came within ${windowMs} ms`,
        );
      }
      young.add(key);
      youngIssuedAt = Math.max(youngIssuedAt, issuedAt);
    },
  };
}
