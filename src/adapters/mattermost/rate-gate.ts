import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { readWaitMs } from './chat-error.ts';

const MAX_RESET_MS = 5 * 60_000;

/** Keeps progress from using up what the server's rate limiter leaves. */
export interface RateGate {
  /** Learns from the headers of every answer. */
  note(status: number, headers: Headers): void;
  /** @throws McoError `unreachable/chat-busy` while less than half of the limit is left, or after a 429 */
  admitProgress(): void;
}

/** Where the server has no limiter (its default) there are no headers, and nothing is held back. */
export function createRateGate(clock: Clock): RateGate {
  let limit = 0;
  let remaining = 0;
  let resetMs = 0;
  let seenAt = 0;
  let closedAt = 0;
  let closedForMs = 0;

  /** A clock that was set back starts a wait again, and no more than that. */
  const readNow = (): number => {
    const now = clock.now();
    seenAt = Math.min(seenAt, now);
    closedAt = Math.min(closedAt, now);
    return now;
  };
  return {
    note(status, headers) {
      const now = readNow();
      const [max, left, reset] = ['limit', 'remaining', 'reset'].map((name) =>
        Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
      ) as [number, number, number];
      if (max > 0 && left >= 0 && reset >= 0) {
        [limit, remaining, resetMs, seenAt] = [max, left, Math.min(reset * 1000, MAX_RESET_MS), now];
      }
      if (status !== 429) return;
      closedForMs = Math.max(closedAt + closedForMs - now, readWaitMs(headers));
      closedAt = now;
    },
    admitProgress() {
      const now = readNow();
      const closedMs = closedAt + closedForMs - now;
      if (closedMs > 0) throw describeBusy(closedMs);
      // The bucket fills evenly until `reset`; the limiter tells no more than that.
      const filled = resetMs > 0 ? Math.min(1, (now - seenAt) / resetMs) : 1;
      const left = remaining + (limit - remaining) * filled;
      if (left < limit / 2) throw describeBusy(Math.max(500, resetMs / 2));
      if (limit > 0) remaining -= 1;
    },
  };
}

const describeBusy = (retryAfterMs: number): McoError =>
  new McoError('unreachable/chat-busy', 'progress waits: the rate limit is kept for results', {
    retryAfterMs: Math.ceil(retryAfterMs),
  });
