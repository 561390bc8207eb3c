import type { AuditRecord } from '../../core/audit.ts';
import { type Reply, STATUS_NAMES, type StatusName, statusOf } from '../../core/reply.ts';
import { type Counts, NO_COUNTS, type NodeOutcome, type NodeResult, type Outcome } from '../../core/report.ts';

const OUTCOME_OF_STATUS: Partial<Record<StatusName, NodeOutcome>> = { ok: 'ok', denied: 'denied', expired: 'expired' };

/**
 * Keeps the books of one run.
 * INVARIANT: every targeted node is counted exactly once, under exactly one outcome.
 */
export interface Tally {
  readonly targeted: number;
  /** Nodes that gave their final answer. */
  answered(): number;
  has(node: string): boolean;
  isOpen(node: string): boolean;
  /** Whether it gave its final answer in time. */
  hasAnswered(node: string): boolean;
  /** How it ended for a node; undefined while it is open. */
  outcomeOf(node: string): NodeOutcome | undefined;
  recordResult(result: NodeResult): void;
  /** Closes a node that gave no answer. A node that did keeps it. */
  close(node: string, outcome: 'silent' | 'notSent' | 'unknown'): void;
  openNodes(): readonly string[];
  results(): readonly NodeResult[];
}

export function createTally(nodes: readonly string[]): Tally {
  const results = new Map<string, NodeResult | undefined>(nodes.map((node) => [node, undefined]));
  let answered = 0;
  return {
    targeted: results.size,
    answered: () => answered,
    has: (node) => results.has(node),
    isOpen: (node) => results.has(node) && results.get(node) === undefined,
    hasAnswered: (node) => results.get(node)?.status !== undefined,
    outcomeOf: (node) => results.get(node)?.outcome,
    recordResult(result) {
      if (results.get(result.node) !== undefined) return;
      if (result.status !== undefined) answered++;
      results.set(result.node, result);
    },
    close(node, outcome) {
      if (results.has(node) && results.get(node) === undefined) results.set(node, { node, outcome, data: {} });
    },
    openNodes: () => [...results].filter(([, result]) => result === undefined).map(([node]) => node),
    results: () => [...results].map(([node, result]) => result ?? { node, outcome: 'silent', data: {} }),
  };
}

/** How a node's final answer counts. */
export function resultOf(
  { sender, status, data }: Pick<Reply, 'sender' | 'status' | 'data'>,
  elapsedMs?: number,
): NodeResult {
  return { node: sender, outcome: OUTCOME_OF_STATUS[status.name] ?? 'failed', status, data, elapsedMs };
}

/** An answer as it stands on record, without what it brought; undefined where the record is of none. */
export function resultOfRecord({ node, result, reason, elapsedMs }: AuditRecord): NodeResult | undefined {
  const name = STATUS_NAMES.find((known) => known === result);
  if (node === undefined || name === undefined) return undefined;
  return resultOf({ sender: node, status: statusOf(name, reason), data: {} }, elapsedMs);
}

export function countOutcomes(results: readonly NodeResult[]): Counts {
  const counts = { ...NO_COUNTS, targeted: results.length };
  for (const { outcome } of results) counts[outcome]++;
  return counts;
}

/** The one word for how a run ended. */
export function outcomeOf(counts: Counts, wasCancelled: boolean): Outcome {
  // A cancel that came when everything was told already changed nothing.
  if (wasCancelled && counts.notSent + counts.unknown >= Math.min(1, counts.targeted)) return 'CANCELLED';
  if (counts.notSent === counts.targeted) return 'NOT SENT';
  if (counts.unknown > 0) return 'UNKNOWN';
  if (counts.ok === counts.targeted) return 'OK';
  if (counts.denied === counts.targeted) return 'DENIED';
  if (counts.silent === counts.targeted) return 'NO RESPONSE';
  return counts.ok > 0 ? 'PARTIAL' : 'FAILED';
}
