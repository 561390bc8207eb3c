import type { Clock } from '../../core/ports.ts';

/** Rejects when the work takes too long; the work is not ended by that. */
export async function limitTime(clock: Clock, work: Promise<void>, timeoutMs: number): Promise<void> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(timeoutMs, () => reject(new Error('it takes nothing any more')));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
