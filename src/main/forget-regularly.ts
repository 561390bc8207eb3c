import { systemClock } from '../adapters/clock/system-clock.ts';
import { toMcoError } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import { logProblem } from './log.ts';

const DAY_MS = 24 * 60 * 60_000;
const EVERY_MS = 60 * 60_000;

/** Keeps the store from growing for ever: at once, and then every hour. The returned function ends that. */
export function forgetRegularly(store: Store, keepDays: number): () => void {
  const forget = (): void => {
    store
      .forgetBefore(systemClock.now() - keepDays * DAY_MS)
      .catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  };
  forget();
  const timer = setInterval(forget, EVERY_MS);
  return () => clearInterval(timer);
}
