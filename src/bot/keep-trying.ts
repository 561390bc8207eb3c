import { toMcoError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { sleep } from '../core/waiting.ts';

/** How long after each try the next one comes; the last one for ever. */
const PAUSES_MS = [250, 1000, 4000, 15_000, 60_000];

/**
 * Writes to the store until it takes it, for as long as the process lives: what was sent was sent, and a disk that is
 * full for a while must not make it look as if nothing was.
 *
 * @param signal who waits at a terminal gives up with it; a few tries are made in any case
 * @returns false when it was given up
 * @throws what `write` throws other than McoError `failed/store`
 */
export async function keepTrying(clock: Clock, write: () => Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  for (let failed = 0; failed < PAUSES_MS.length || signal?.aborted !== true; failed++) {
    try {
      await write();
      return true;
    } catch (thrown) {
      if (toMcoError(thrown).code !== 'failed/store') throw thrown;
    }
    const pauseMs = PAUSES_MS[Math.min(failed, PAUSES_MS.length - 1)] ?? 0;
    await sleep(clock, pauseMs);
  }
  return false;
}
