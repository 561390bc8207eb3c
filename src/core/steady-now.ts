import type { Clock } from './ports.ts';

/**
 * The time for measuring waits within a process, in ms: it goes on where it was when the clock is set back, so that
 * nothing waits longer for that. Nobody outside understands it.
 */
export function createSteadyNow(clock: Pick<Clock, 'now'>): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  let setBackMs = 0;
  return () => {
    const read = clock.now();
    setBackMs = Math.max(setBackMs, latest - read);
    latest = read + setBackMs;
    return latest;
  };
}
