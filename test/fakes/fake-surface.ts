import type { Tell } from '../../src/core/command.ts';
import type { RunReport } from '../../src/core/report.ts';
import type { JobNews, LateAnswers, Refusal, RootView, RunNote, Surface } from '../../src/core/surface.ts';

/** Remembers everything that a command showed. */
export interface FakeSurface extends Surface {
  readonly roots: RootView[];
  readonly reports: RunReport[];
  readonly refusals: Refusal[];
  readonly answers: Tell[];
  /** Reports that were shown again. */
  readonly shown: RunReport[];
  readonly late: LateAnswers[];
  readonly jobs: JobNews[];
  readonly notes: RunNote[];
}

export function createFakeSurface(): FakeSurface {
  const told = {
    roots: [] as RootView[],
    reports: [] as RunReport[],
    refusals: [] as Refusal[],
    answers: [] as Tell[],
    shown: [] as RunReport[],
    late: [] as LateAnswers[],
    jobs: [] as JobNews[],
    notes: [] as RunNote[],
  };
  return {
    ...told,
    async open(view) {
      told.roots.push(view);
      return {
        whenShown: () => Promise.resolve(),
        update: (next) => told.roots.push(next),
        async park(view) {
          told.roots.push(view);
        },
        async remind(view) {
          told.roots.push(view);
        },
        async finish(report) {
          told.reports.push(report);
        },
        async note(note) {
          told.notes.push(note);
        },
        async append(late) {
          told.late.push(late);
        },
        async appendJobs(news) {
          told.jobs.push(news);
        },
      };
    },
    async refuse(refusal) {
      told.refusals.push(refusal);
    },
    async tell(answer) {
      told.answers.push(answer);
    },
    async show(report) {
      told.shown.push(report);
    },
  };
}
