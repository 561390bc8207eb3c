import type { Card } from '../core/card.ts';
import { escapeText } from '../core/escape-text.ts';
import type { NodeResult } from '../core/report.ts';
import type { LateAnswers } from '../core/surface.ts';
import { shortRun } from './describe-header.ts';
import { formatCount } from './format-count.ts';
import { groupFailures } from './group-failures.ts';
import { listNames } from './list-names.ts';
import { namesOf, wordFor } from './outcome-words.ts';

const MAX_NAMES = 60;
const MAX_FAILURES = 10;

/** `LATE · 3 answers after the end of run 7f3a: 2 OK, 1 FAILED`, and whose they are. */
export function drawLateCard({ header, results }: LateAnswers): Card {
  const answers = formatCount(results.length, 'answer');
  const lines = listAnswers(results);
  return {
    outcome: 'LATE',
    summary: `${answers} after the end of run ${shortRun(header.run)}: ${countOutcomes(results)}`,
    body: lines.length > 0 ? [{ kind: 'prose', lines }] : [],
  };
}

/** Failures first, by what the nodes say; then who did well. */
export function listAnswers(results: readonly NodeResult[]): string[] {
  const groups = groupFailures(results);
  const ok = namesOf(results, 'ok');
  const failures = groups.slice(0, MAX_FAILURES).map((group) => {
    const message = group.message === '' ? '' : ` ${escapeText(group.message, 160)}`;
    const names = listNames(nodesOf(group.results), MAX_NAMES);
    return `${wordFor(group.outcome, 'OK')}:${message} (${names})`;
  });
  const rest = groups.length - failures.length;
  return [
    ...failures,
    ...(rest > 0 ? [`and ${formatCount(rest, 'more kind')} of failure`] : []),
    ...(ok.length > 0 ? [`OK: ${listNames(ok, MAX_NAMES)}`] : []),
  ];
}

const nodesOf = (results: readonly NodeResult[]): string[] => results.map(({ node }) => node);

/** `2 OK, 1 FAILED` */
export function countOutcomes(results: readonly NodeResult[]): string {
  return (['ok', 'failed', 'denied', 'expired'] as const)
    .map((outcome) => ({ outcome, count: namesOf(results, outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${wordFor(outcome, 'OK')}`)
    .join(', ');
}
