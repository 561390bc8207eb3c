import type { RunReport } from '../../core/report.ts';

/**
 * Tells in a run's thread what came of the jobs that outlived it. Nodes are asked again and again, as they keep what came
 * of a job: so it does not matter what was restarted meanwhile, or whether they could tell it when it happened.
 */
export interface JobFollower {
  /** Before the end of a run is told: whatever of it goes on is waited for. Never rejects. */
  follow(report: Pick<RunReport, 'header' | 'outcome' | 'results'>): Promise<void>;
  /** What came of these is told already. */
  drop(run: string, nodes: readonly string[]): void;
  /** Takes up what an earlier process waited for. */
  resume(): Promise<void>;
  stop(): void;
}
