import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Clock } from '../src/core/ports.ts';

export interface WorkLimits {
  /** When there is a place for it. Waiting counts against its time. */
  readonly ready: Promise<void>;
  readonly timeoutMs: number;
}

/** The time, and when the node stops. */
export interface WorkWorld {
  readonly clock: Clock;
  onStop(fn: () => void): () => void;
}

/**
 * Does a piece of an action's work within its time. When the time is up or the node stops, its signal aborts and this
 * rejects at once, whether or not the work ever ends.
 *
 * @throws McoError `failed/timeout`, `failed/stopping`, or what the work throws
 */
export function limitWork<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { ready, timeoutMs }: WorkLimits,
  { clock, onStop }: WorkWorld,
): Promise<T> {
  const controller = new AbortController();
  let started = false;

  async function perform(): Promise<T> {
    await ready;
    // INVARIANT: what was given up while it waited for its turn never starts.
    if (controller.signal.aborted) throw toMcoError(controller.signal.reason);
    started = true;
    return await work(controller.signal);
  }

  return new Promise((resolve, reject) => {
    const cleanUp = (): void => {
      cancelTimer();
      forgetStop();
    };
    const giveUp = (error: McoError): void => {
      controller.abort(error);
      cleanUp();
      reject(error);
    };
    let forgetStop = (): void => {};
    const cancelTimer = clock.after(timeoutMs, () => {
      const what = started ? 'the action did not end' : 'the action was not started: there was no free place';
      giveUp(new McoError('failed/timeout', `${what} within ${timeoutMs / 1000} s`));
    });
    forgetStop = onStop(() => giveUp(new McoError('failed/stopping', 'the agent on this node is stopping')));
    perform()
      .finally(cleanUp)
      .then(resolve, (thrown: unknown) => reject(toMcoError(thrown)));
  });
}
