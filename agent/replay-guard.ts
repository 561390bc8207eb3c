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
   * @throws McoError `untrusted/replayed`, or `untrusted/replay-guard-full` when it can't remember: it fails closed
   */
  claim(request: SeenRequest, now: number): void;
  /** Whether a request is remembered. */
  has(request: Pick<SeenRequest, 'fingerprint' | 'id'>): boolean;
}

export interface ReplayGuardOptions {
  readonly windowMs: number;
  /** In a generation. */
  readonly maxEntries: number;
  /** Of these for any one key, so that no signer uses up what others need. Default: all. */
  readonly maxEntriesPerKey?: number;
}

/**
 * Remembers requests for at least `windowMs`, in two generations of at most `maxEntries` each: when one is a window old,
 * the one before it is forgotten as a whole.
 */
export function createReplayGuard(options: ReplayGuardOptions): ReplayGuard {
  const { windowMs, maxEntries, maxEntriesPerKey = maxEntries } = options;
  /** Ids by the fingerprint of the key. */
  let young = new Map<string, Set<string>>();
  let old = young;
  let size = 0;
  let rotatedAt = Number.NEGATIVE_INFINITY;
  let youngIssuedAt = Number.NEGATIVE_INFINITY;
  let oldIssuedAt = Number.NEGATIVE_INFINITY;
  let forgottenIssuedAt = Number.NEGATIVE_INFINITY;

  function rotate(now: number): void {
    if (now - rotatedAt < windowMs) return;
    forgottenIssuedAt = Math.max(forgottenIssuedAt, oldIssuedAt);
    old = young;
    oldIssuedAt = youngIssuedAt;
    young = new Map();
    size = 0;
    youngIssuedAt = Number.NEGATIVE_INFINITY;
    rotatedAt = now;
  }

  const has: ReplayGuard['has'] = ({ fingerprint, id }) =>
    young.get(fingerprint)?.has(id) === true || old.get(fingerprint)?.has(id) === true;

  return {
    has,
    claim({ fingerprint, id, issuedAt }, now) {
      rotate(now);
      if (has({ fingerprint, id })) throw new McoError('untrusted/replayed', `request ${id} was seen before`);
      // INVARIANT: what may be among the forgotten counts as seen. Only a clock that jumped gets here.
      if (issuedAt <= forgottenIssuedAt) {
        throw new McoError('untrusted/replayed', `request ${id} is older than requests that were already forgotten`);
      }
      // INVARIANT: a full memory refuses. To forget instead would let a flood open the way for a replay.
      const mine = young.get(fingerprint) ?? new Set<string>();
      const limit = mine.size >= maxEntriesPerKey ? maxEntriesPerKey : maxEntries;
      if (mine.size >= maxEntriesPerKey || size >= maxEntries) {
        const why = `this node takes ${limit} requests in ${windowMs / 60_000} minutes`;
        throw new McoError('untrusted/replay-guard-full', limit < maxEntries ? `${why} from any one key` : why);
      }
      young.set(fingerprint, mine.add(id));
      size += 1;
      youngIssuedAt = Math.max(youngIssuedAt, issuedAt);
    },
  };
}
