import type { McoError } from '../core/errors.ts';
import type { Counts, NodeOutcome, NodeResult, Outcome } from '../core/report.ts';

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

/** `142 OK · 3 NO RESPONSE of 145`: every outcome that is not zero; `145 / 145` when all went well. */
export function describeCounts(counts: Counts, run: Outcome): string {
  if (counts.targeted === 0) return 'no node matches';
  if (counts.ok === counts.targeted) return `${counts.ok} / ${counts.targeted}`;
  const parts = NODE_OUTCOMES.filter((node) => counts[node] > 0).map((node) => `${counts[node]} ${wordFor(node, run)}`);
  return `${parts.join(' · ')} of ${counts.targeted}`;
}

/** The names of the nodes that ended in one way, in the report's order. */
export const namesOf = (results: readonly NodeResult[], outcome: NodeOutcome): string[] =>
  results.filter((result) => result.outcome === outcome).map(({ node }) => node);
