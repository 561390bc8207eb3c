import { McoError } from '../src/core/errors.ts';

/** A place for one action: it may start when `ready` resolves. */
export interface ActionSlot {
  readonly ready: Promise<void>;
  /** Gives the place to the next in line. May be called twice, and before `ready`. */
  release(): void;
}

export interface ActionSlots {
  /** @throws McoError `failed/busy` when the line is full */
  reserve(): ActionSlot;
}

/** Lets `maxRunning` actions run at once and `maxWaiting` wait, first come, first served. */
export function createActionSlots(maxRunning: number, maxWaiting: number): ActionSlots {
  let running = 0;
  const waiting = new Set<() => void>();

  function startNext(): void {
    for (const start of waiting) {
      if (running >= maxRunning) return;
      waiting.delete(start);
      running += 1;
      start();
    }
  }

  return {
    reserve() {
      if (running >= maxRunning && waiting.size >= maxWaiting) {
        throw new McoError('failed/busy', `this node runs ${running} actions and ${waiting.size} more wait`);
      }
      let start = (): void => {};
      const ready = new Promise<void>((resolve) => {
        start = () => resolve();
      });
      waiting.add(start);
      startNext();
      let released = false;
      return {
        ready,
        release() {
          if (released) return;
          released = true;
          if (!waiting.delete(start)) running -= 1;
          startNext();
        },
      };
    },
  };
}
