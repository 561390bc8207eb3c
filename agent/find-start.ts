import type { HighWaterMark } from '../src/core/ports.ts';

export interface StartMoment {
  readonly now: number;
  /** The latest time in the audit trail as the last run left it. */
  readonly lastAt: number | undefined;
  readonly highWaterMark: HighWaterMark;
}

/**
 * The moment before which every request counts as seen: now, or when the clock was set back the moment after the last
 * record. The mark then remembers it, as the records to come are earlier. All times in ms since the epoch.
 *
 * @throws McoError `failed/high-water-mark`
 */
export async function findStart({ now, lastAt, highWaterMark }: StartMoment): Promise<number> {
  if (lastAt === undefined || lastAt < now) return now;
  await highWaterMark.raise(lastAt);
  return lastAt + 1;
}
