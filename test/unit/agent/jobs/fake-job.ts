import type { JobAction, JobEnd, JobPlan } from '../../../../src/core/jobs.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';

/** A job action whose program ends when the test says so. */
export interface FakeJob {
  readonly action: JobAction;
  /** What `conclude` was called with. */
  readonly ends: JobEnd[];
  plan: Partial<JobPlan>;
  prepare: () => Promise<void>;
  conclude: (end: JobEnd) => Promise<ReplyData>;
  /** The program ends. */
  finish(exitCode?: number, stdout?: string): void;
}

/** @param note told `prepare`, `perform` and `conclude` as they are entered */
export function createFakeJob(note: (name: string) => void): FakeJob {
  let end = (_: { exitCode: number; stdout: string }): void => {};
  const job: FakeJob = {
    ends: [],
    plan: {},
    prepare: () => Promise.resolve(),
    conclude: ({ exit }) => Promise.resolve({ exit: exit.state }),
    finish: (exitCode = 0, stdout = '') => end({ exitCode, stdout }),
    action: {
      async prepare() {
        note('prepare');
        await job.prepare();
        return { work: { perform }, memory: { before: 1 }, ...job.plan };
      },
      conclude(ended) {
        note('conclude');
        job.ends.push(ended);
        return job.conclude(ended);
      },
    },
  };
  const perform = (): Promise<{ exitCode: number; stdout: string }> => {
    note('perform');
    return new Promise((resolve) => {
      end = resolve;
    });
  };
  return job;
}
