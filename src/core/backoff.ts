const BASE_MS = 500;
const CAP_MS = 30_000;

/** How long to wait before the next round of attempts. */
export interface Backoff {
  /**
   * Jittered, so that those who lost the same server do not come back together: anything from a quarter of a bound that
   * doubles with every round, from 500 ms to 30 s.
   */
  nextDelayMs(): number;
  /** For a login that was refused: near the 30 s cap at once, since trying faster helps nobody. */
  refusedDelayMs(): number;
  /** The connection was healthy: start small again. */
  reset(): void;
}

/** @param random uniform in [0, 1), as `Math.random` */
export function createBackoff(random: () => number): Backoff {
  let rounds = 0;
  return {
    nextDelayMs() {
      const boundMs = Math.min(CAP_MS, BASE_MS * 2 ** rounds);
      // Bounded too, so that a year of trying doesn't overflow.
      rounds = Math.min(rounds + 1, 16);
      return Math.floor((boundMs * (1 + 3 * random())) / 4);
    },
    refusedDelayMs: () => Math.floor(CAP_MS * (1 - random() / 4)),
    reset() {
      rounds = 0;
    },
  };
}
