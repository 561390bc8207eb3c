import type { NodeResult } from '../../core/report.ts';
import type { Trail } from '../records/trail.ts';

/** On record with the run that began them. @throws McoError `failed/audit` */
export async function recordJobEnds(trail: Trail, results: readonly NodeResult[]): Promise<void> {
  const ends = results.map(({ node, status, outcome }) => ({ node, word: status?.name ?? outcome }));
  for (const word of new Set(ends.map((end) => end.word))) {
    const nodes = ends.filter((end) => end.word === word).map(({ node }) => node);
    await trail.record('unexpected', { nodes, count: nodes.length, reason: `the job of this run ended: ${word}` });
  }
}
