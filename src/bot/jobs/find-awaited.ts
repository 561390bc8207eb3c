import type { ActionDescription } from '../../core/agent-description.ts';
import type { NodeResult, RunReport } from '../../core/report.ts';

/**
 * The nodes of a run that is over of which more is to be told: those where its work goes on as a job, and those of which
 * nobody knows how its job ended. Where it was cancelled nobody wants to know the latter.
 */
export function findAwaited(
  { header, outcome, results }: Pick<RunReport, 'header' | 'outcome' | 'results'>,
  { isJob }: Pick<ActionDescription, 'isJob'>,
): readonly string[] {
  if (header.view !== 'results' || header.agent === 'job') return [];
  const isDoubted = isJob === true && outcome !== 'CANCELLED';
  return results
    .filter((result) => isGoingOn(result) || (isJob === true && isDetached(result)) || (isDoubted && isUnknown(result)))
    .map(({ node }) => node);
}

/** Its time was up, and it goes on as a job. */
export const isGoingOn = ({ status, data }: NodeResult): boolean => status?.name === 'timeout' && hasJob(data);

/** It was begun, and that was the answer. */
const isDetached = ({ outcome, data }: NodeResult): boolean =>
  outcome === 'ok' && hasJob(data) && Object.keys(data).length === 1;

const isUnknown = ({ outcome }: NodeResult): boolean => outcome === 'unknown';

const hasJob = ({ job }: NodeResult['data']): boolean => typeof job === 'string';
