import type { Clock } from '../../core/ports.ts';
import { createSteadyNow } from '../../core/steady-now.ts';
import { chatBusy } from './chat-error.ts';

/** `chat.update` is of Tier 3: about 50 calls a minute for the whole workspace. */
const WINDOW_MS = 60_000;
const MAX_EDITS = 50;
/** What progress may use of it: the rest is kept for final messages. */
const MAX_WITH_PROGRESS = 30;

/** Counts edits, so that progress never takes the room that final messages need. */
export interface EditBudget {
  /** @throws McoError `unreachable/chat-busy` when the minute's edits are used up */
  take(urgency: 'progress' | 'final'): void;
}

export function createEditBudget(clock: Clock): EditBudget {
  const readNow = createSteadyNow(clock);
  let edits: number[] = [];
  return {
    take(urgency) {
      const now = readNow();
      edits = edits.filter((at) => at > now - WINDOW_MS && at <= now);
      const max = urgency === 'final' ? MAX_EDITS : MAX_WITH_PROGRESS;
      const freedBy = edits.at(-max);
      if (freedBy !== undefined) throw chatBusy('the edits of this minute are used up', freedBy + WINDOW_MS - now);
      edits.push(now);
    },
  };
}
