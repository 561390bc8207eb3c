import type { BusMessage } from '../../core/ports.ts';

/** How many taken messages are cut off the front at once: to shift each would cost a move of all the others. */
const CUT = 1000;

/** Messages that wait for their turn, bounded in number and weight. */
export interface Inbox {
  /** @returns false when there is no room */
  add(message: BusMessage): boolean;
  take(): BusMessage | undefined;
}

export function createInbox({ maxMessages, maxBytes }: { maxMessages: number; maxBytes: number }): Inbox {
  let messages: BusMessage[] = [];
  let next = 0;
  let bytes = 0;
  return {
    add(message) {
      const size = message.body.length;
      if (messages.length - next >= maxMessages || bytes + size > maxBytes) return false;
      bytes += size;
      messages.push(message);
      return true;
    },
    take() {
      const message = messages[next];
      if (message === undefined) return undefined;
      bytes -= message.body.length;
      next++;
      if (next === messages.length || next === CUT) {
        messages = messages.slice(next);
        next = 0;
      }
      return message;
    },
  };
}
