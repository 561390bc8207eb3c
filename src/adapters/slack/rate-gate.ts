import type { Clock } from '../../core/ports.ts';
import { createSteadyNow } from '../../core/steady-now.ts';
import { chatBusy } from './chat-error.ts';

const MAX_KEYS = 1000;

/** Remembers what Slack limits, and for how long, so that nobody asks in vain. */
export interface RateGate {
  /** @throws McoError `unreachable/chat-busy` while one of the keys is blocked */
  check(keys: readonly string[]): void;
  block(key: string, forMs: number): void;
}

export function createRateGate(clock: Clock): RateGate {
  const readNow = createSteadyNow(clock);
  const blockedUntil = new Map<string, number>();

  function forgetOld(now: number): void {
    for (const [key, until] of blockedUntil) if (until <= now) blockedUntil.delete(key);
    // Bounded even when a thousand channels are blocked at once: the oldest is asked again.
    const oldest = blockedUntil.keys().next();
    if (blockedUntil.size >= MAX_KEYS && oldest.done !== true) blockedUntil.delete(oldest.value);
  }

  return {
    check(keys) {
      const now = readNow();
      const waitMs = Math.max(0, ...keys.map((key) => (blockedUntil.get(key) ?? 0) - now));
      if (waitMs > 0) throw chatBusy('slack takes no more calls of this kind for now', waitMs);
    },
    block(key, forMs) {
      const now = readNow();
      if (blockedUntil.size >= MAX_KEYS) forgetOld(now);
      blockedUntil.set(key, Math.max(blockedUntil.get(key) ?? 0, now + forMs));
    },
  };
}
