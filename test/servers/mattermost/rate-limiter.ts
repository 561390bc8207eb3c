import type { Clock } from '../../../src/core/ports.ts';

export interface RateDecision {
  readonly isLimited: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** A generic cell rate limiter: `maxBurst` + 1 calls at once, then `perSec`. One cell per key. */
export function createRateLimiter(clock: Clock, limit: { perSec: number; maxBurst: number }) {
  const arrivals = new Map<string, number>();
  const intervalMs = 1000 / limit.perSec;
  const toleranceMs = intervalMs * (limit.maxBurst + 1);
  return (key: string): RateDecision => {
    const now = clock.now();
    const due = Math.max(arrivals.get(key) ?? now, now);
    const next = due + intervalMs;
    const waitMs = next - now - toleranceMs;
    const isLimited = waitMs > 0;
    if (!isLimited) arrivals.set(key, next);
    const ahead = (isLimited ? due : next) - now;
    return {
      isLimited,
      headers: {
        'X-Ratelimit-Limit': String(limit.maxBurst + 1),
        'X-Ratelimit-Remaining': String(Math.max(0, Math.floor((toleranceMs - ahead) / intervalMs))),
        'X-Ratelimit-Reset': String(Math.ceil(ahead / 1000)),
        ...(isLimited ? { 'Retry-After': String(Math.ceil(waitMs / 1000)) } : {}),
      },
    };
  };
}
