import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

const QUIET_MS = 60_000;

/** Reports the same trouble of a chat at most once a minute, with how often it was there since. */
export type NoteProblem = (problem: McoError, chat: string) => void;

export function createProblemDigest(clock: Clock, report: (problem: McoError) => void): NoteProblem {
  const known = new Map<string, { reportedAt: number; unreported: number }>();
  return (problem, chat) => {
    const key = `${chat} ${problem.code}`;
    const before = known.get(key);
    const now = clock.now();
    // Also after a clock that was set back.
    if (before !== undefined && Math.abs(now - before.reportedAt) < QUIET_MS) {
      before.unreported++;
      return;
    }
    known.set(key, { reportedAt: now, unreported: 0 });
    report(before === undefined || before.unreported === 0 ? problem : addCount(problem, before.unreported));
  };
}

function addCount(problem: McoError, count: number): McoError {
  const { code, message, hint, retryAfterMs } = problem;
  return new McoError(code, `${message} (and ${count} more of this kind since it was last reported)`, {
    hint,
    retryAfterMs,
    cause: problem,
  });
}
