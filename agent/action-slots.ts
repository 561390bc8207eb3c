import type { Effect } from '../src/core/agent-description.ts';
import { McoError } from '../src/core/errors.ts';

/** A place for one action: it may start when `ready` resolves. */
export interface ActionSlot {
  readonly ready: Promise<void>;
  /** Gives the place to the next in line. May be called twice, and before `ready`. */
  release(): void;
}

export interface ActionSlots {
  /** @throws McoError `failed/busy` when the line is full */
  reserve(effect: Effect): ActionSlot;
}

/** How many actions may run and wait at once. What reads may not use is kept for writes. */
export interface SlotLimits {
  readonly running: number;
  readonly waiting: number;
  readonly runningReads: number;
  readonly waitingReads: number;
}

interface Waiting {
  readonly effect: Effect;
  start(): void;
}

/** First come, first served; but when reads have all their places, a write goes before those that wait. */
export function createActionSlots(limits: SlotLimits): ActionSlots {
  const running: Record<Effect, number> = { read: 0, write: 0 };
  const waiting = new Set<Waiting>();

  const mayRun = (effect: Effect): boolean =>
    running.read + running.write < limits.running && (effect === 'write' || running.read < limits.runningReads);

  function mayWait(effect: Effect): boolean {
    if (waiting.size >= limits.waiting) return false;
    return effect === 'write' || [...waiting].filter((other) => other.effect === 'read').length < limits.waitingReads;
  }

  function startNext(): void {
    for (const next of waiting) {
      if (!mayRun(next.effect)) continue;
      waiting.delete(next);
      running[next.effect] += 1;
      next.start();
    }
  }

  return {
    reserve(effect) {
      if (!mayRun(effect) && !mayWait(effect)) {
        const count = running.read + running.write;
        throw new McoError('failed/busy', `this node runs ${count} actions and ${waiting.size} more wait`);
      }
      let start = (): void => {};
      const ready = new Promise<void>((resolve) => {
        start = () => resolve();
      });
      const place: Waiting = { effect, start };
      waiting.add(place);
      startNext();
      let released = false;
      return {
        ready,
        release() {
          if (released) return;
          released = true;
          if (!waiting.delete(place)) running[effect] -= 1;
          startNext();
        },
      };
    },
  };
}
