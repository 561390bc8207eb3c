import type { Card } from '../core/card.ts';
import { escapeText } from '../core/escape-text.ts';
import type { JobNews } from '../core/surface.ts';
import { shortRun } from './describe-header.ts';
import { countOutcomes, listAnswers } from './draw-late-card.ts';
import { formatCount } from './format-count.ts';
import { listNames } from './list-names.ts';

const MAX_NAMES = 60;
const MAX_REASONS = 10;

/** `JOB ENDED · 3 jobs of run 7f3a: 2 OK, 1 FAILED`, and where; and of which nothing more will be told, and why. */
export function drawJobsCard({ header, results, givenUp }: JobNews): Card {
  const run = shortRun(header.run);
  const reasons = givenUp.slice(0, MAX_REASONS).map(({ reason, nodes }) => {
    return `NOT KNOWN: ${escapeText(reason, 200)} (${listNames(nodes, MAX_NAMES)})`;
  });
  const rest = givenUp.length - reasons.length;
  const left = countLeft(givenUp);
  const lines = [
    ...listAnswers(results),
    ...reasons,
    ...(rest > 0 ? [`and ${formatCount(rest, 'more reason')}`] : []),
    ...(left > 0 ? [`nothing more is told of ${left === 1 ? 'it' : 'them'}: \`job show ${run}\` asks`] : []),
  ];
  return { ...drawTitle({ header, results, givenUp }), body: [{ kind: 'prose', lines }] };
}

function drawTitle({ header, results, givenUp }: JobNews): Pick<Card, 'outcome' | 'summary'> {
  const run = shortRun(header.run);
  if (results.length > 0) {
    const jobs = formatCount(results.length, 'job');
    return { outcome: 'JOB ENDED', summary: `${jobs} of run ${run}: ${countOutcomes(results)}` };
  }
  return { outcome: 'JOB NOT FOLLOWED', summary: `${formatCount(countLeft(givenUp), 'job')} of run ${run}` };
}

const countLeft = (givenUp: JobNews['givenUp']): number => givenUp.reduce((sum, { nodes }) => sum + nodes.length, 0);
