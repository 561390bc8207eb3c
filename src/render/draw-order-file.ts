import { writeJsonText } from '../core/escape-text.ts';
import { NO_COUNTS } from '../core/report.ts';
import { shortRun } from './describe-header.ts';
import type { AwaitingView } from './draw-awaiting-root.ts';
import type { ReportJson } from './report-to-json.ts';

/** What waits for approval as programs read it: the keys of a run's document, and the order. */
export interface AwaitingJson extends Omit<ReportJson, 'startedAt' | 'elapsedMs'> {
  readonly outcome: 'AWAITING APPROVAL';
  readonly approval: {
    /** SHA-256 of the frozen order, 64 hex digits. */
    readonly digest: string;
    readonly from: string;
    readonly count: number;
    readonly approvedBy: readonly string[];
    readonly expiresAt: string;
    readonly rules: readonly string[];
    readonly input: AwaitingView['awaited']['input'];
    /** The frozen list, sorted. */
    readonly nodes: readonly string[];
  };
}

/** The data of `--json` for a run that waits. Nobody was asked: all nodes are `notSent`. Write it out with `writeJsonText`. */
export function awaitingToJson({ header, awaited }: AwaitingView): AwaitingJson {
  const { digest, from, count, approvedBy, expiresAt, rules, input, nodes } = awaited;
  return {
    run: header.run,
    outcome: 'AWAITING APPROVAL',
    command: header.command,
    caller: header.caller,
    agent: header.agent,
    action: header.action,
    dryRun: header.options.noop === true,
    counts: { ...NO_COUNTS, targeted: nodes.length, notSent: nodes.length },
    aggregates: [],
    replies: [],
    silent: [],
    notSent: nodes,
    unknown: [],
    unexpected: [],
    refusedAnswers: 0,
    approval: {
      digest,
      from,
      count,
      approvedBy,
      expiresAt: new Date(expiresAt).toISOString(),
      rules,
      input,
      nodes,
    },
  };
}

/** `7f3b-list.json`: safe as a file's name whatever the run is called. */
export const nameOrderFile = (run: string): string =>
  `${shortRun(run).replace(/[^0-9A-Za-z-]/g, '') || 'run'}-list.json`;

/** Everything that is to be approved, as a file. */
export function drawOrderFile(view: AwaitingView): {
  readonly name: string;
  readonly title: string;
  readonly content: string;
} {
  const { run } = view.header;
  return {
    name: nameOrderFile(run),
    title: `To be approved in run ${shortRun(run)}`,
    content: `${writeJsonText(awaitingToJson(view))}\n`,
  };
}
