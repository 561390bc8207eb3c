import { McoError } from '../../core/errors.ts';

export interface VerifyQueue {
  /** Runs `task` when it is its turn. @throws McoError `failed/overloaded` when too many wait, and what `task` throws */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/**
 * Keeps a burst of replies from filling the thread pool, which the audit trail's disk writes use too: a few
 * verifications at a time, the rest wait in order.
 */
export function createVerifyQueue({ maxRunning = 4, maxWaiting = 65_536 } = {}): VerifyQueue {
  const waiting: (() => void)[] = [];
  let next = 0;
  let running = 0;

  /** Hands the place to the next in line, so that nobody overtakes. */
  function leave(): void {
    const start = waiting[next];
    if (start === undefined) {
      running -= 1;
      return;
    }
    next += 1;
    if (next === waiting.length) {
      waiting.length = 0;
      next = 0;
    }
    start();
  }

  async function enter(): Promise<void> {
    if (running < maxRunning) {
      running += 1;
      return;
    }
    if (waiting.length - next >= maxWaiting) {
      throw new McoError('failed/overloaded', 'too many signatures are waiting to be checked');
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  return {
    async run(task) {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
