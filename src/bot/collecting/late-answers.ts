import type { Clock } from '../../core/ports.ts';
import type { NodeResult } from '../../core/report.ts';

/** Late answers are told together: whoever is late is seldom alone. */
const GATHER_MS = 5000;

/** Answers to a run's requests that come when the run is closed already: they change no count, but nobody loses them. */
export interface LateAnswers {
  /** Keeps requests open until that moment, when `closers` are called. */
  hold(closers: readonly (() => void)[], until: number): void;
  note(result: NodeResult): void;
  /** Is called with what has come since the last time, sorted by node. */
  follow(onBatch: (results: readonly NodeResult[]) => void): void;
}

export function createLateAnswers(clock: Clock): LateAnswers {
  let gathered: NodeResult[] = [];
  let tell: ((results: readonly NodeResult[]) => void) | undefined;
  let isScheduled = false;

  function schedule(): void {
    if (tell === undefined || isScheduled || gathered.length === 0) return;
    isScheduled = true;
    clock.after(GATHER_MS, () => {
      isScheduled = false;
      const batch = gathered.sort((a, b) => (a.node < b.node ? -1 : 1));
      gathered = [];
      tell?.(batch);
    });
  }

  return {
    hold(closers, until) {
      clock.after(Math.max(0, until - clock.now()), () => {
        for (const close of closers) close();
      });
    },
    note(result) {
      gathered.push(result);
      schedule();
    },
    follow(onBatch) {
      tell = onBatch;
      schedule();
    },
  };
}
