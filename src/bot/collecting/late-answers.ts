import type { Clock } from '../../core/ports.ts';
import type { NodeResult } from '../../core/report.ts';

/** Late answers are told together: whoever is late is seldom alone. */
const GATHER_MS = 5000;

export interface LateBatch {
  readonly about: 'answers' | 'jobs';
  readonly results: readonly NodeResult[];
}

/** Answers to a run's requests that come when the run is closed already: they change no count, but nobody loses them. */
export interface LateAnswers {
  /** Keeps requests open until that moment, when `closers` are called. */
  hold(closers: readonly (() => void)[], until: number): void;
  note(result: NodeResult): void;
  /** How a job ended whose node had answered that it was over its time. */
  noteJobEnd(result: NodeResult): void;
  /** Is called with what has come since the last time, each kind by itself, sorted by node. */
  follow(onBatch: (batch: LateBatch) => void): void;
}

export function createLateAnswers(clock: Clock): LateAnswers {
  const gathered = { answers: [] as NodeResult[], jobs: [] as NodeResult[] };
  let tell: ((batch: LateBatch) => void) | undefined;
  let isScheduled = false;

  function schedule(): void {
    if (tell === undefined || isScheduled || gathered.answers.length + gathered.jobs.length === 0) return;
    isScheduled = true;
    clock.after(GATHER_MS, () => {
      isScheduled = false;
      for (const about of ['answers', 'jobs'] as const) {
        const results = gathered[about].splice(0).sort((a, b) => (a.node < b.node ? -1 : 1));
        if (results.length > 0) tell?.({ about, results });
      }
    });
  }

  return {
    hold(closers, until) {
      clock.after(Math.max(0, until - clock.now()), () => {
        for (const close of closers) close();
      });
    },
    note(result) {
      gathered.answers.push(result);
      schedule();
    },
    noteJobEnd(result) {
      gathered.jobs.push(result);
      schedule();
    },
    follow(onBatch) {
      tell = onBatch;
      schedule();
    },
  };
}
