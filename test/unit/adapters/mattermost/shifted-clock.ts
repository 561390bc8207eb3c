import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import type { Clock } from '../../../../src/core/ports.ts';

/** The machine's clock, whose hands can be moved; what waits is not moved with them. */
export function createShiftedClock(): Clock & { shiftMs: number } {
  const clock = {
    shiftMs: 0,
    now: () => systemClock.now() + clock.shiftMs,
    after: systemClock.after,
  };
  return clock;
}
