import { keyOf } from './checkpoint-text.ts';
import type { CheckpointsFile } from './checkpoints-file.ts';
import type { FaultList } from './fault-list.ts';

/** Three years of them, one every minute; with more it is not told any more what is missing. */
const MAX_KEPT = 1_000_000;
const MAX_MISSING = 10_000;

/** Holds the checkpoints that are records of the trail against those in the file beside it. */
export interface PlaceCheck {
  /** Those of the file come first. `seq`: the record that it vouches for. */
  addOfFile(key: string, seq: number): void;
  /** `heldBy`: the record that it is in. */
  addOfTrail(key: string, seq: number, heldBy: number): void;
  conclude(faults: FaultList, file: CheckpointsFile): Promise<void>;
}

interface Missing {
  readonly seq: number;
  readonly heldBy: number;
}

export function createPlaceCheck(): PlaceCheck {
  const kept = new Set<string>();
  const missing = new Map<string, Missing>();
  /** What the file begins with: it may have been begun after the trail. */
  let begin = Number.POSITIVE_INFINITY;
  let newest = 0;

  async function readAgain(file: CheckpointsFile): Promise<void> {
    // Checkpoints that were made meanwhile were no lines when the file was read.
    for await (const signed of file.read()) if (signed !== undefined) missing.delete(keyOf(signed));
  }

  return {
    addOfFile(key, seq) {
      begin = Math.min(begin, seq);
      if (kept.size < MAX_KEPT) kept.add(key);
    },
    addOfTrail(key, seq, heldBy) {
      newest = Math.max(newest, heldBy);
      if (!kept.has(key) && missing.size < MAX_MISSING && kept.size < MAX_KEPT) missing.set(key, { seq, heldBy });
    },
    async conclude(faults, file) {
      if (missing.size > 0) await readAgain(file);
      const isEmpty = begin === Number.POSITIVE_INFINITY;
      // The newest becomes a line after it became a record; when that fails, the next one makes up for it.
      const told = [...missing.values()].filter(({ seq, heldBy }) => (isEmpty || seq >= begin) && heldBy !== newest);
      const [first] = told;
      if (first === undefined) return;
      const others = told.length === 1 ? 'is' : `and of ${told.length - 1} more are`;
      const why = isEmpty ? 'there is none; if its path is new, the next checkpoint begins it' : 'somebody changed it';
      const message = `the checkpoint of record ${first.heldBy} ${others} missing in the file of checkpoints: ${why}`;
      faults.add({ seq: first.heldBy, kind: 'bad-checkpoint', message });
    },
  };
}
