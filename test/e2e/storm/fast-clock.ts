import type { Clock } from '../../../src/core/ports.ts';

/** A clock that runs `factor` times as fast as the machine's: a minute's quota is over in seconds. */
export function createFastClock(factor: number): Clock {
  const startedAt = Date.now();
  const zero = performance.now();
  return {
    now: () => Math.floor(startedAt + (performance.now() - zero) * factor),
    after(delayMs, fn) {
      const timer = setTimeout(fn, delayMs / factor);
      return () => clearTimeout(timer);
    },
  };
}

/** Resolves after so much of the clock's time. */
export const pass = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
