import type { Aggregation, Effect, Unit } from './agent-description.ts';
import type { Options, ResultView } from './command.ts';
import type { Distribution } from './distribution.ts';
import type { McoError } from './errors.ts';
import type { ReplyData, Status } from './reply.ts';

/** How it ended for one node. Every targeted node ends in exactly one of these. */
export type NodeOutcome = 'ok' | 'failed' | 'denied' | 'expired' | 'silent' | 'notSent' | 'unknown';

export interface NodeResult {
  readonly node: string;
  readonly outcome: NodeOutcome;
  /** The node's own words; undefined when it did not answer. */
  readonly status?: Status | undefined;
  readonly data: ReplyData;
  /** From sending to the verified answer. */
  readonly elapsedMs?: number | undefined;
}

/** A node of which nobody knows whether it is meant, and why: its own words. */
export interface UndecidedNode {
  readonly node: string;
  readonly reason: string;
}

/** How many nodes ended how; `targeted` is the sum of the others. */
export type Counts = Readonly<Record<NodeOutcome | 'targeted', number>>;

/** Nobody was asked yet. */
export const NO_COUNTS: Counts = {
  targeted: 0,
  ok: 0,
  failed: 0,
  denied: 0,
  expired: 0,
  silent: 0,
  notSent: 0,
  unknown: 0,
};

/** A value and how often it came. */
export interface SummedValue {
  readonly value: string;
  readonly count: number;
  /** Who gave it, where few did and more gave another: in the report's order. */
  readonly nodes?: readonly string[] | undefined;
}

/**
 * `summary`: values and how often each came, most frequent first; `sum` and `average`: one number; `distribution`: the
 * numbers' spread, and no values.
 */
export interface AggregateResult {
  readonly function: Aggregation['function'];
  readonly output: string;
  /** The output's label, "Ensure". */
  readonly label: string;
  readonly values: readonly SummedValue[];
  readonly spread?: Distribution | undefined;
}

/**
 * The outcome word, always first in what people see. `NO MATCH`: discovery found nobody; `NO RESPONSE`: everybody asked
 * stayed silent; `NOT SENT`: nothing was asked; `UNKNOWN`: asked, and then the broker was lost; `PREVIEW`: only who would
 * be asked was asked for; `REJECTED`, `WITHDRAWN`, `EXPIRED`: it needed an approval and did not get it.
 */
export type Outcome =
  | 'OK'
  | 'PARTIAL'
  | 'FAILED'
  | 'DENIED'
  | 'NO RESPONSE'
  | 'NO MATCH'
  | 'CANCELLED'
  | 'NOT SENT'
  | 'UNKNOWN'
  | 'PREVIEW'
  | 'REJECTED'
  | 'WITHDRAWN'
  | 'EXPIRED';

/** What a run is, before anything is known of its end. */
export interface RunHeader {
  /** UUIDv7; people see its last four hexadecimal digits. */
  readonly run: string;
  /** `person:ana`. */
  readonly caller: string;
  /** The canonical command. */
  readonly command: string;
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
  readonly view: ResultView;
  readonly options: Options;
}

/** A finished run, as data. Everything people see of it is drawn from this. */
export interface RunReport {
  readonly header: RunHeader;
  readonly outcome: Outcome;
  readonly counts: Counts;
  readonly aggregates: readonly AggregateResult[];
  /** Every targeted node, sorted by name. */
  readonly results: readonly NodeResult[];
  /** Nodes whose answers nobody waited for. */
  readonly unexpected: readonly string[];
  /** Nodes that could not say whether they match, sorted by name; left out: all could. They are not targeted. */
  readonly undecided?: readonly UndecidedNode[] | undefined;
  /** Messages on the reply queue that were refused meanwhile: unsigned, by unknown keys, for others. */
  readonly refusedAnswers: number;
  /** How one result reads on one line, from the action's description. */
  readonly line?: string | undefined;
  /** Labels of the outputs, by output name, in the description's order. */
  readonly labels: Readonly<Record<string, string>>;
  /** By output and column: the times and sizes in its list. */
  readonly units?: Readonly<Record<string, Readonly<Record<string, Unit>>>> | undefined;
  readonly display: 'ok' | 'failed' | 'all';
  readonly startedAt: number;
  readonly elapsedMs: number;
  /** Why nothing or not everything was sent, where that is the case. */
  readonly problem?: McoError | undefined;
  /** Who cancelled, rejected or withdrew it: `person:raj`. */
  readonly cancelledBy?: string | undefined;
  /** Who approved it, and when: ms since the epoch. */
  readonly approvedBy?: readonly { readonly by: string; readonly at: number }[] | undefined;
}

/** The exit codes of the terminal client, and of the playground's `--once`. */
export const EXIT = { ok: 0, refused: 1, failed: 2, silent: 3, notSent: 4 } as const;

const REFUSED: readonly Outcome[] = ['DENIED', 'NO MATCH', 'REJECTED', 'WITHDRAWN', 'EXPIRED'];

type Ended = Pick<RunReport, 'outcome' | 'counts' | 'undecided'>;

/** A failure that was told weighs more than silence; what nobody could be asked for lack of a way to them is 4. */
export function exitCodeOf({ outcome, counts, undecided = [] }: Ended): number {
  if (outcome === 'OK' || outcome === 'PREVIEW') return EXIT.ok;
  if (REFUSED.includes(outcome)) return EXIT.refused;
  if (outcome === 'NOT SENT') return EXIT.notSent;
  if (counts.failed + counts.denied + counts.expired > 0) return EXIT.failed;
  if (counts.silent + counts.unknown + undecided.length > 0) return EXIT.silent;
  return EXIT.refused;
}
