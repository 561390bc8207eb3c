import type { Clock } from '../../core/ports.ts';
import type { RunHeader, RunReport } from '../../core/report.ts';
import type { RunThread } from '../../core/surface.ts';

/** While nobody answers, the time shown goes on all the same: a message that stands still looks like a bot that hangs. */
const TICK_MS = 1000;

/** At most this many open nodes are called by their names. */
const MAX_NAMED = 5;

export interface Progress {
  /** @param atWork the nodes that are waited for */
  update(answered: number, atWork: ReadonlySet<string>): void;
  stop(): void;
}

/** Keeps a run's root message up to date: at each answer, and once a second. */
export function showProgress(
  thread: RunThread,
  {
    header,
    targeted,
    startedAt,
    clock,
    approvedBy,
  }: {
    readonly header: RunHeader;
    readonly targeted: number;
    readonly startedAt: number;
    readonly clock: Clock;
    readonly approvedBy?: RunReport['approvedBy'];
  },
): Progress {
  let answered = 0;
  let waitingFor: readonly string[] | undefined;
  let cancelTick = (): void => {};
  const show = (): void => {
    const elapsedMs = clock.now() - startedAt;
    thread.update({ state: 'running', header, answered, targeted, elapsedMs, waitingFor, approvedBy });
    cancelTick();
    cancelTick = clock.after(TICK_MS, show);
  };
  show();
  return {
    update(count, atWork) {
      answered = count;
      waitingFor = atWork.size <= MAX_NAMED ? [...atWork].sort() : undefined;
      show();
    },
    stop: () => cancelTick(),
  };
}
