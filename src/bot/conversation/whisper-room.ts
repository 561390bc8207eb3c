import type { Recipient } from '../../core/chat.ts';
import type { NewOutboxItem } from '../../core/store.ts';

/** So many answers may wait for one account; an answer is all that is told alone in one lane. */
const MAX_ANSWERS = 5;

/** Keeps one person from filling the outbox with what they alone are told. */
export interface WhisperRoom {
  /** Holds room for what may wait, and returns that; the rest is left out and counted. */
  admit<Item extends NewOutboxItem>(items: readonly Item[]): Item[];
  /** Holds room for what waits already. */
  hold(items: readonly NewOutboxItem[]): void;
  /** One of them waits no more. True: it was the last for its account, and others were left out. */
  release(item: NewOutboxItem): boolean;
  /** How many cards were left out for an account. From now on it is admitted again. */
  reopen(account: string): number;
  count(): number;
}

export function createWhisperRoom(): WhisperRoom {
  /** How many wait in each lane, by their account. */
  const answers = new Map<string, Map<string, number>>();
  const leftOut = new Map<string, number>();
  let count = 0;

  function hold(item: NewOutboxItem): void {
    const to = recipientOf(item);
    if (to === undefined) return;
    const lanes = answers.get(to.account) ?? new Map<string, number>();
    answers.set(to.account, lanes.set(item.lane, (lanes.get(item.lane) ?? 0) + 1));
    count++;
  }

  function admit(item: NewOutboxItem): boolean {
    const to = recipientOf(item);
    const lanes = to && answers.get(to.account);
    if (to === undefined || lanes?.has(item.lane) === true) return true;
    const left = leftOut.get(to.account) ?? 0;
    if (left === 0 && (lanes?.size ?? 0) < MAX_ANSWERS) return true;
    leftOut.set(to.account, left + 1);
    return false;
  }

  return {
    admit: (items) =>
      items.filter((item) => {
        const isAdmitted = admit(item);
        if (isAdmitted) hold(item);
        return isAdmitted;
      }),
    hold: (items) => items.forEach(hold),
    release(item) {
      const to = recipientOf(item);
      const lanes = to && answers.get(to.account);
      const waiting = lanes?.get(item.lane);
      if (to === undefined || lanes === undefined || waiting === undefined) return false;
      count--;
      if (waiting > 1) lanes.set(item.lane, waiting - 1);
      else lanes.delete(item.lane);
      if (lanes.size > 0) return false;
      answers.delete(to.account);
      return leftOut.has(to.account);
    },
    reopen(account) {
      const left = leftOut.get(account) ?? 0;
      leftOut.delete(account);
      return left;
    },
    count: () => count,
  };
}

const recipientOf = ({ delivery }: NewOutboxItem): Recipient | undefined =>
  delivery.kind === 'whisper' ? delivery.to : undefined;
