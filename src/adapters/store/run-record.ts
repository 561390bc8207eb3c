import { type ErrorCode, McoError } from '../../core/errors.ts';
import type { RunReport } from '../../core/report.ts';
import type { FrozenOrder, RunRecord, StoredApproval, StoredRun } from '../../core/store.ts';
import type { SqlRow } from './database.ts';
import { decodeDocument, encodeDocument } from './document.ts';

type RunEnd = Omit<RunReport, 'results'>;

/** What is kept of an error: what people and programs are told, not where in the code it came from. */
interface StoredProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly rules: readonly string[];
}

/** A report without its results, which have rows of their own. */
export function encodeReport(report: RunReport): Uint8Array {
  const { results: _, problem, ...end } = report;
  return encodeDocument(problem === undefined ? end : { ...end, problem: storeProblem(problem) });
}

/**
 * A row of the table `runs`.
 *
 * @throws McoError `failed/store` when it is damaged
 */
export function decodeRun({ row, doc, root, approval, nodes, frozen, report }: SqlRow): RunRecord {
  const stored = decodeDocument<StoredRun>(doc, `row ${row as number} of runs`);
  const name = `run ${stored.id}`;
  return {
    ...stored,
    ...(root == null ? {} : { root: decodeDocument<NonNullable<RunRecord['root']>>(root, name) }),
    ...(approval == null ? {} : { approval: decodeApproval(approval, name) }),
    ...(nodes == null ? {} : { nodes: decodeDocument<readonly string[]>(nodes, name) }),
    ...(frozen == null ? {} : { order: decodeDocument<FrozenOrder>(frozen, name) }),
    ...(report == null ? {} : { end: decodeReport(report, name) }),
  };
}

/** @throws McoError `failed/store` when it is damaged */
export const decodeApproval = (bytes: unknown, name: string): StoredApproval =>
  decodeDocument<StoredApproval>(bytes, name);

function decodeReport(bytes: unknown, name: string): RunEnd {
  const { problem, ...end } = decodeDocument<Omit<RunEnd, 'problem'> & { problem?: StoredProblem }>(bytes, name);
  return problem === undefined ? end : { ...end, problem: restoreProblem(problem) };
}

function storeProblem({ code, message, hint, rules }: McoError): StoredProblem {
  return { code, message, hint, rules };
}

function restoreProblem({ code, message, hint, rules }: StoredProblem): McoError {
  return new McoError(code, message, { hint, rules });
}
