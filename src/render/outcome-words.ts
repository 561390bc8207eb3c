import type { McoError } from '../core/errors.ts';
import type { Counts, NodeOutcome, NodeResult, Outcome, RunHeader, RunReport } from '../core/report.ts';

/** In the order in which they are told. */
const NODE_OUTCOMES: readonly NodeOutcome[] = ['ok', 'failed', 'denied', 'expired', 'silent', 'unknown', 'notSent'];

const WORDS: Readonly<Record<NodeOutcome, string>> = {
  ok: 'OK',
  failed: 'FAILED',
  denied: 'DENIED',
  expired: 'EXPIRED',
  silent: 'NO RESPONSE',
  unknown: 'UNKNOWN',
  notSent: 'NOT SENT',
};

/** Nodes that answered and refused or failed. */
export const isFailure = ({ outcome }: NodeResult): boolean =>
  outcome === 'failed' || outcome === 'denied' || outcome === 'expired';

/** It needed an approval and did not get it. */
export const isUnapproved = (run: Outcome): boolean => run === 'REJECTED' || run === 'WITHDRAWN' || run === 'EXPIRED';

/** Of a preview of what would be refused nobody would be asked. */
export const isRefusedPreview = (problem: McoError | undefined): boolean => problem?.code === 'denied/preview';

/** How a node's end is called. Of a cancelled run nobody waited for the rest. */
export const wordFor = (node: NodeOutcome, run: Outcome): string =>
  node === 'unknown' && run === 'CANCELLED' ? 'NOT WAITED FOR' : WORDS[node];

/** How many nodes gave a verified answer, whatever it was. */
export const countAnswered = ({ ok, failed, denied, expired }: Counts): number => ok + failed + denied + expired;

type Ended = Pick<RunReport, 'outcome' | 'counts' | 'undecided'>;

/**
 * `142 OK · 3 NO RESPONSE of 145`: every outcome that is not zero; `145 / 145` when all went well and nobody is in doubt;
 * `22 OK · 3 COULD NOT SAY` when some are.
 *
 * @param isSearch who answers well is not OK, but matches
 */
export function describeCounts({ counts, outcome, undecided }: Ended, isSearch: boolean): string {
  if (counts.targeted === 0) return 'no node matches';
  const doubts = describeUndecided({ counts, undecided });
  const isAll = counts.ok === counts.targeted;
  if (isAll && doubts.length === 0) return `${counts.ok} / ${counts.targeted}`;
  const wordOf = (node: NodeOutcome): string => (isSearch && node === 'ok' ? 'MATCH' : wordFor(node, outcome));
  const parts = NODE_OUTCOMES.filter((node) => counts[node] > 0).map((node) => `${counts[node]} ${wordOf(node)}`);
  return [`${parts.join(' · ')}${isAll ? '' : ` of ${counts.targeted}`}`, ...doubts].join(' · ');
}

/** `3 COULD NOT SAY`: whether they match. They are not among the targeted, and why a run that went well is `PARTIAL`. */
export const describeUndecided = ({ counts, undecided = [] }: Pick<RunReport, 'counts' | 'undecided'>): string[] =>
  counts.targeted === 0 || undecided.length === 0 ? [] : [`${undecided.length} COULD NOT SAY`];

/** `DRY RUN, nothing was changed`, where it was one; one that leaves traces, such as a report, does not claim that. */
export function describeDryRun({ options, effect }: Pick<RunHeader, 'options' | 'effect'>): string[] {
  if (options.noop !== true) return [];
  return [effect === 'read' ? 'DRY RUN, nothing was changed' : 'DRY RUN'];
}

/** The names of the nodes that ended in one way, in the report's order. */
export const namesOf = (results: readonly NodeResult[], outcome: NodeOutcome): string[] =>
  results.filter((result) => result.outcome === outcome).map(({ node }) => node);
