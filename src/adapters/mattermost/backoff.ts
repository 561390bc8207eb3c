const BASE_MS = 400;
const CAP_MS = 30_000;

/** How long to wait before the next attempt: anything up to a bound that doubles each time, from 400 ms to 30 s. */
export interface Backoff {
  nextDelayMs(): number;
  reset(): void;
}

/** @param random uniform in [0, 1), as `Math.random` */
export function createBackoff(random: () => number): Backoff {
  let rounds = 0;
  return {
    nextDelayMs() {
      const boundMs = Math.min(CAP_MS, BASE_MS * 2 ** rounds);
      rounds = Math.min(rounds + 1, 10);
      return Math.floor(boundMs / 4 + (random() * boundMs * 3) / 4);
    },
    reset() {
      rounds = 0;
    },
  };
}
