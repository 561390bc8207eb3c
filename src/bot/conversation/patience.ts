import type { McoError } from '../../core/errors.ts';
import type { OutboxItem } from '../../core/store.ts';

/** What could not be delivered is tried again after so long, doubled each time up to the longest. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Who is told alone is gone by then, and whoever reads a channel after a day wants no old news. */
const GIVE_UP_WHISPER_MS = 15 * 60_000;
const GIVE_UP_MS = 24 * 60 * 60_000;

/** What fails this often and this long, while the chat took other things between the tries, fails for ever. */
const STUCK_TRIES = 8;
const STUCK_MS = 10 * 60_000;
const STUCK_PASSED = 3;

/** A try that the clock says took longer was not: the clock was set. */
const LONGEST_TRY_MS = 60_000;

export interface Try {
  readonly triedAt: number;
  readonly now: number;
  /** How many other items the chat took by now, ever. */
  readonly delivered: number;
}

/** Why an item is given up: the chat refused it, or it waited too long, or it alone does not get through. */
export type GivenUp = 'refused' | 'late' | 'stuck';

/** How long one item is tried, and whether an earlier try may have arrived. It counts its waits: clocks may be set. */
export interface Patience {
  firstTriedAt(): number | undefined;
  /** How long to wait before the next try, or why there is none. */
  pauseAfter(error: McoError, made: Try): number | GivenUp;
}

export function createPatience(item: OutboxItem): Patience {
  const limitMs = item.delivery.kind === 'whisper' ? GIVE_UP_WHISPER_MS : GIVE_UP_MS;
  // Whatever an earlier process tried may have arrived.
  let firstTriedAt = item.attempts > 0 ? item.firstTriedAt : undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let waitedMs = 0;
  let failures = 0;
  let deliveredBefore: number | undefined;
  let passed = 0;

  function pauseAgain(ms: number): number {
    waitedMs += ms;
    return ms;
  }

  return {
    firstTriedAt: () => firstTriedAt,
    pauseAfter(error, { triedAt, now, delivered }) {
      waitedMs += Math.min(LONGEST_TRY_MS, Math.max(0, now - triedAt));
      if (error.family !== 'unreachable' && error.code !== 'failed/store') return 'refused';
      if (waitedMs > limitMs) return 'late';
      // A limit that was told: nothing was done, and trying earlier would only be refused again.
      if (error.code === 'unreachable/chat-busy') return pauseAgain(error.retryAfterMs ?? FIRST_PAUSE_MS);
      firstTriedAt ??= triedAt;
      if (error.family === 'unreachable') {
        failures++;
        if (deliveredBefore !== undefined && delivered > deliveredBefore) passed++;
        deliveredBefore = delivered;
        if (failures >= STUCK_TRIES && waitedMs >= STUCK_MS && passed >= STUCK_PASSED) return 'stuck';
      }
      const pause = pauseMs;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      return pauseAgain(pause);
    },
  };
}
