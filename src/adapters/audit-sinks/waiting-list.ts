const MAX_MESSAGES = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Messages that wait to be sent, in order and within bounds. */
export interface WaitingList {
  /** False: there is no room. */
  add(message: string): boolean;
  first(): string | undefined;
  dropFirst(): void;
  /** Returns how many there were. */
  clear(): number;
}

export function createWaitingList(): WaitingList {
  let messages: string[] = [];
  let bytes = 0;
  return {
    add(message) {
      if (messages.length >= MAX_MESSAGES || bytes + message.length > MAX_BYTES) return false;
      bytes += message.length;
      messages.push(message);
      return true;
    },
    first: () => messages[0],
    dropFirst() {
      bytes -= messages.shift()?.length ?? 0;
    },
    clear() {
      const { length } = messages;
      messages = [];
      bytes = 0;
      return length;
    },
  };
}
