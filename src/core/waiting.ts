import type { Clock } from './ports.ts';

type Timer = Pick<Clock, 'after'>;

/** Resolves after so long, or as soon as the signal aborts. */
export function sleep(clock: Timer, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const wake = (): void => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(delayMs, wake);
    signal?.addEventListener('abort', wake);
  });
}

/** Resolves when the work has ended, well or not, or when time is up. The work itself goes on. */
export async function waitAtMost(clock: Timer, limitMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const ended = work.then(
    () => {},
    () => {},
  );
  await Promise.race([ended, sleep(clock, limitMs, over.signal)]);
  over.abort();
}

/**
 * Settles as the work does, or rejects when it takes longer than `limitMs`. The work itself goes on.
 *
 * @param describeLate makes the error for that
 */
export async function limitTime<T>(
  clock: Timer,
  work: Promise<T>,
  { limitMs, describeLate }: { readonly limitMs: number; readonly describeLate: () => Error },
): Promise<T> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => reject(describeLate()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/**
 * Does work whose signal aborts when time is up, or when `parent` does. Settles as the work does: it must heed its signal.
 */
export async function limitSignal<T>(
  clock: Timer,
  { limitMs, parent }: { readonly limitMs: number; readonly parent?: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(limitMs, () => late.abort());
  try {
    return await work(parent === undefined ? late.signal : AbortSignal.any([parent, late.signal]));
  } finally {
    cancel();
  }
}

/**
 * Settles as the work does, or rejects when the signal aborts first. The work itself goes on.
 *
 * @param describeAbort makes the error for that
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, describeAbort: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(describeAbort());
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
