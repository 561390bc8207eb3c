import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

const TELL_EVERY_MS = 60_000;

export interface FailureTellerOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** @param failed how many there were so far, this one among them */
  describe(problem: McoError, failed: number): McoError;
  onProblem(problem: McoError): void;
}

/** Counts failures that come with each record, and tells of them: at once, and while they last once a minute. */
export function createFailureTeller({ clock, describe, onProblem }: FailureTellerOptions): (thrown: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  let failed = 0;
  return (thrown) => {
    failed += 1;
    const now = clock.now();
    // A clock that was set back does not make it silent.
    if (Math.abs(now - toldAt) < TELL_EVERY_MS) return;
    toldAt = now;
    onProblem(describe(toMcoError(thrown), failed));
  };
}
