import type { Effect } from '../src/core/agent-description.ts';
import { McoError } from '../src/core/errors.ts';

/** What one caller may have of the places, so that others find one. */
const SHARE = 3 / 4;

/** A place for one action: it may start when `ready` resolves. */
export interface ActionSlot {
  readonly ready: Promise<void>;
  /** Gives the place to the next in line. May be called twice, and before `ready`. */
  release(): void;
}

export interface ActionSlots {
  /**
   * @param caller for whom; undefined: for nobody in particular, who has no share
   * @throws McoError `failed/busy` when the line is full, or what the caller may have of it
   */
  reserve(effect: Effect, caller: string | undefined): ActionSlot;
}

/** How many actions may run and wait at once. What reads may not use is kept for writes. */
export interface SlotLimits {
  readonly running: number;
  readonly waiting: number;
  readonly runningReads: number;
  readonly waitingReads: number;
}

interface Place {
  readonly effect: Effect;
  readonly caller: string | undefined;
  start(): void;
}

/**
 * First come, first served; but when reads have all their places, a write goes before those that wait, and when a caller
 * has three quarters of them, others do.
 */
export function createActionSlots(limits: SlotLimits): ActionSlots {
  const running = new Set<Place>();
  const waiting = new Set<Place>();

  const mayRun = (place: Place): boolean =>
    hasPlace(running, { all: limits.running, reads: limits.runningReads }, place);
  const mayWait = (place: Place): boolean =>
    hasPlace(waiting, { all: limits.waiting, reads: limits.waitingReads }, place);

  function startNext(): void {
    for (const next of waiting) {
      if (!mayRun(next)) continue;
      waiting.delete(next);
      running.add(next);
      next.start();
    }
  }

  function describeBusy({ effect, caller }: Place): McoError {
    // Of nobody in particular there would be room: then it is the share of this caller that is used up.
    const isOwn = mayWait({ effect, caller: undefined, start: () => {} });
    const who = isOwn && caller !== undefined ? `\`${caller}\` has` : 'this node has';
    const [active, queued] = [running, waiting].map((places) => (isOwn ? countOf(places, caller) : places.size));
    const rest = isOwn ? ', all that one caller may have on a node' : '';
    return new McoError('failed/busy', `${who} ${active} actions running and ${queued} more waiting already${rest}`);
  }

  return {
    reserve(effect, caller) {
      let start = (): void => {};
      const ready = new Promise<void>((resolve) => {
        start = () => resolve();
      });
      const place: Place = { effect, caller, start };
      if (!mayRun(place) && !mayWait(place)) throw describeBusy(place);
      waiting.add(place);
      startNext();
      return {
        ready,
        release() {
          if (waiting.delete(place) || running.delete(place)) startNext();
        },
      };
    },
  };
}

interface Room {
  readonly all: number;
  readonly reads: number;
}

/** Whether another finds a place beside those that have one, and within what its caller may have. */
function hasPlace(taken: ReadonlySet<Place>, { all, reads }: Room, { effect, caller }: Place): boolean {
  if (!hasRoom(taken, all, caller)) return false;
  return effect === 'write' || hasRoom(new Set([...taken].filter((place) => place.effect === 'read')), reads, caller);
}

function hasRoom(taken: ReadonlySet<Place>, limit: number, caller: string | undefined): boolean {
  if (taken.size >= limit) return false;
  return caller === undefined || countOf(taken, caller) < Math.max(1, Math.floor(limit * SHARE));
}

const countOf = (places: ReadonlySet<Place>, caller: string | undefined): number =>
  [...places].filter((place) => place.caller === caller).length;
