import type { Clock } from '../../src/core/ports.ts';

/** So long an answer serves who asks the same. */
const FRESH_MS = 1000;
const MAX_REMEMBERED = 200;

interface Remembered<T> {
  readonly answer: Promise<T>;
  readonly ranBefore: number;
  /** Undefined: still at it. */
  endedAt: number | undefined;
}

interface SharingNode {
  readonly clock: Clock;
  /** How many actions were begun: each may have changed what was found before it. */
  readonly counters: { readonly ran: number };
}

/** The answer to a key: one that others wait for, or have got a moment ago, or a new one. A failure is tried again. */
export function shareAnswers<T>({
  clock,
  counters,
}: SharingNode): (key: string, begin: () => Promise<T>) => Promise<T> {
  const remembered = new Map<string, Remembered<T>>();

  const isFresh = ({ ranBefore, endedAt }: Remembered<T>): boolean =>
    ranBefore === counters.ran && (endedAt === undefined || clock.now() - endedAt < FRESH_MS);

  function forgetOld(): void {
    for (const [key, entry] of remembered) if (!isFresh(entry)) remembered.delete(key);
    for (const key of remembered.keys()) {
      if (remembered.size < MAX_REMEMBERED) return;
      remembered.delete(key);
    }
  }

  return (key, begin) => {
    const known = remembered.get(key);
    if (known !== undefined && isFresh(known)) return known.answer;
    forgetOld();
    const entry: Remembered<T> = { answer: begin(), ranBefore: counters.ran, endedAt: undefined };
    remembered.set(key, entry);
    entry.answer.then(
      () => {
        entry.endedAt = clock.now();
      },
      // Whoever asks next tries again.
      () => void (remembered.get(key) === entry && remembered.delete(key)),
    );
    return entry.answer;
  };
}
