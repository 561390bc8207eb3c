import type { McoError } from '../core/errors.ts';
import type { ReplyData, StatusName } from '../core/reply.ts';
import {
  type AggregateResult,
  type Counts,
  NO_COUNTS,
  type NodeOutcome,
  type NodeResult,
  type RunReport,
  type UndecidedNode,
} from '../core/report.ts';
import type { Refusal } from '../core/surface.ts';
import { publicMessage } from './describe-problem.ts';
import { namesOf } from './outcome-words.ts';

/** One node's answer as programs read it. */
export interface ReplyJson {
  readonly node: string;
  readonly outcome: NodeOutcome;
  readonly status: StatusName | null;
  readonly statusCode: number | null;
  readonly message: string;
  readonly data: ReplyData;
  readonly elapsedMs: number | null;
}

export interface ProblemJson {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly text: string; readonly start: number; readonly end: number };
}

/** `undecided`, where there are any, are not among the targeted: they could not say whether they match. */
export type ReportCounts = Counts & { readonly undecided?: number };

/** A whole run as programs read it. Nothing is cut; names of nodes stand in exactly one of the lists. */
export interface ReportJson {
  readonly run: string;
  readonly outcome: string;
  readonly command: string;
  readonly caller: string;
  readonly agent: string;
  readonly action: string;
  /** Whether it was a dry run: what it tells is what would be. */
  readonly dryRun: boolean;
  readonly counts: ReportCounts;
  readonly aggregates: readonly AggregateResult[];
  /** Nodes that gave a verified answer. */
  readonly replies: readonly ReplyJson[];
  readonly silent: readonly string[];
  readonly notSent: readonly string[];
  readonly unknown: readonly string[];
  readonly unexpected: readonly string[];
  /** Nodes that could not say whether they match, where there are any: they were not asked. */
  readonly undecided?: readonly UndecidedNode[];
  readonly refusedAnswers: number;
  readonly startedAt: string;
  readonly elapsedMs: number;
  /** Who approved it, where somebody had to. */
  readonly approvedBy?: readonly { readonly by: string; readonly at: string }[];
  /** Who cancelled, rejected or withdrew it. */
  readonly endedBy?: string;
  readonly problem?: ProblemJson;
}

/** The data of `--json`. It holds what nodes sent, unescaped: write it out with `writeJsonText`. */
export function reportToJson(report: RunReport): ReportJson {
  const { header, results } = report;
  return {
    run: header.run,
    outcome: report.outcome,
    command: header.command,
    caller: header.caller,
    agent: header.agent,
    action: header.action,
    dryRun: header.options.noop === true,
    counts: { ...report.counts, ...(report.undecided === undefined ? {} : { undecided: report.undecided.length }) },
    aggregates: report.aggregates,
    replies: results.filter(({ outcome }) => !UNANSWERED.has(outcome)).map(replyToJson),
    silent: namesOf(results, 'silent'),
    notSent: namesOf(results, 'notSent'),
    unknown: namesOf(results, 'unknown'),
    unexpected: report.unexpected,
    ...(report.undecided === undefined ? {} : { undecided: report.undecided }),
    refusedAnswers: report.refusedAnswers,
    startedAt: new Date(report.startedAt).toISOString(),
    elapsedMs: report.elapsedMs,
    ...(report.approvedBy ? { approvedBy: report.approvedBy.map(approvalToJson) } : {}),
    ...(report.cancelledBy === undefined ? {} : { endedBy: report.cancelledBy }),
    ...(report.problem ? { problem: problemToJson(report.problem) } : {}),
  };
}

const approvalToJson = ({ by, at }: { readonly by: string; readonly at: number }) => ({
  by,
  at: new Date(at).toISOString(),
});

const UNANSWERED: ReadonlySet<NodeOutcome> = new Set(['silent', 'notSent', 'unknown']);

const replyToJson = ({ node, outcome, status, data, elapsedMs }: NodeResult): ReplyJson => ({
  node,
  outcome,
  status: status?.name ?? null,
  statusCode: status?.code ?? null,
  message: status?.message ?? '',
  data,
  elapsedMs: elapsedMs ?? null,
});

const problemToJson = (error: McoError): ProblemJson => ({
  code: error.code,
  message: publicMessage(error),
  ...(error.hint === undefined ? {} : { hint: error.hint }),
  ...(error.at === undefined ? {} : { at: { text: error.at.text, start: error.at.start, end: error.at.end } }),
});

/** A refusal for programs, with the keys of a run's document: nothing was sent, so there is no run and all counts are 0. */
export const refusalToJson = ({ outcome, error, rules }: Refusal): RefusalJson => ({
  run: null,
  outcome,
  command: null,
  caller: null,
  agent: null,
  action: null,
  dryRun: null,
  counts: NO_COUNTS,
  aggregates: [],
  replies: [],
  silent: [],
  notSent: [],
  unknown: [],
  unexpected: [],
  refusedAnswers: 0,
  startedAt: null,
  elapsedMs: 0,
  problem: problemToJson(error),
  rules,
});

/** What of a run's document only a run has. */
type OnlyOfRuns = 'run' | 'command' | 'caller' | 'agent' | 'action' | 'dryRun' | 'startedAt';

export interface RefusalJson
  extends Omit<ReportJson, OnlyOfRuns | 'outcome' | 'problem'>,
    Readonly<Record<OnlyOfRuns, null>> {
  readonly outcome: Refusal['outcome'];
  readonly problem: ProblemJson;
  /** Where the deciding policy lines stand. */
  readonly rules: readonly string[];
}
