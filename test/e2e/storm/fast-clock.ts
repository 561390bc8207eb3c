import type { Clock } from '../../../src/core/ports.ts';

export interface FastClock extends Clock {
  /** Nothing that waits is called any more: what a closed bot still waits for keeps no process alive. */
  stop(): void;
}

/** A clock that runs `factor` times as fast as the machine's: a minute's quota is over in seconds. */
export function createFastClock(factor: number): FastClock {
  const startedAt = Date.now();
  const zero = performance.now();
  const timers = new Set<NodeJS.Timeout>();
  const cancel = (timer: NodeJS.Timeout): void => {
    timers.delete(timer);
    clearTimeout(timer);
  };
  return {
    now: () => Math.floor(startedAt + (performance.now() - zero) * factor),
    after(delayMs, fn) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        fn();
      }, delayMs / factor);
      timers.add(timer);
      return () => cancel(timer);
    },
    stop() {
      for (const timer of [...timers]) cancel(timer);
    },
  };
}

/** Resolves after so much of the clock's time. */
export const pass = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
