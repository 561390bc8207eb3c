import type { Tell } from '../../src/core/command.ts';
import type { RunReport } from '../../src/core/report.ts';
import type { Refusal, RootView, Surface } from '../../src/core/surface.ts';

/** Remembers everything that a command showed. */
export interface FakeSurface extends Surface {
  readonly roots: RootView[];
  readonly reports: RunReport[];
  readonly refusals: Refusal[];
  readonly answers: Tell[];
}

export function createFakeSurface(): FakeSurface {
  const shown = {
    roots: [] as RootView[],
    reports: [] as RunReport[],
    refusals: [] as Refusal[],
    answers: [] as Tell[],
  };
  return {
    ...shown,
    async open(view) {
      shown.roots.push(view);
      return {
        update: (next) => shown.roots.push(next),
        async finish(report) {
          shown.reports.push(report);
        },
      };
    },
    async refuse(refusal) {
      shown.refusals.push(refusal);
    },
    async tell(answer) {
      shown.answers.push(answer);
    },
  };
}
