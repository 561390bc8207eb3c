import type { ActionDescription } from '../core/agent-description.ts';
import type { Ask } from '../core/command.ts';
import { McoError } from '../core/errors.ts';
import type { NodeResult, Outcome, RunHeader, RunReport } from '../core/report.ts';
import { aggregateResults } from './aggregate.ts';
import type { Bot } from './bot.ts';
import type { Run } from './compose-request.ts';
import { countOutcomes, outcomeOf } from './tally.ts';

/** What people are told of a run from its first message on. */
export function headerOf({ id, caller, options, command, ask }: Run): RunHeader {
  const { agent, action, effect, view } = ask;
  return { run: id, caller, command, agent, action, effect, view, options };
}

/** @throws McoError `unknown/action` */
export function describeAction({ agents }: Bot, { agent, action }: Ask): ActionDescription {
  const description = agents.find((candidate) => candidate.agent === agent)?.actions[action];
  if (description === undefined)
    throw new McoError('unknown/action', `this bot knows no action \`${agent}.${action}\``);
  return description;
}

/** What came of a run. */
export interface Gathered {
  readonly results: readonly NodeResult[];
  readonly unexpected: readonly string[];
  /** Why something was not sent. */
  readonly problem: McoError | undefined;
  /** Set where nothing was to be sent, which the counts alone do not tell: `DENIED`, `PREVIEW`, `REJECTED`. */
  readonly outcome?: Outcome | undefined;
}

/** A run's end as data. A run that met nobody and no obstacle met no match. */
export function composeReport(
  action: ActionDescription,
  {
    header,
    conducted,
    startedAt,
    endedAt,
    cancelled,
    refusedAnswers,
    approvedBy,
    limit,
  }: {
    readonly header: RunHeader;
    readonly conducted: Gathered;
    readonly startedAt: number;
    readonly endedAt: number;
    /** Set when it was cancelled; `by` where somebody did it by name. */
    readonly cancelled: { readonly by: string | undefined } | undefined;
    readonly refusedAnswers: number;
    readonly approvedBy?: RunReport['approvedBy'];
    /** The nodes that the policy leaves, as it says so. */
    readonly limit?: string | undefined;
  },
): RunReport {
  const results = [...conducted.results].sort((a, b) => (a.node < b.node ? -1 : 1));
  const counts = countOutcomes(results);
  const wasCancelled = cancelled !== undefined;
  const { problem } = conducted;
  const nobody = counts.targeted === 0 && !wasCancelled ? describeNobody(header, { refusedAnswers, limit }) : undefined;
  const emptyOutcome = refusedAnswers === 0 ? 'NO MATCH' : 'UNKNOWN';
  const counted = nobody === undefined || problem !== undefined ? outcomeOf(counts, wasCancelled) : emptyOutcome;
  return {
    header,
    outcome: conducted.outcome ?? counted,
    counts,
    aggregates: aggregateResults(action, results),
    results,
    unexpected: conducted.unexpected,
    refusedAnswers,
    line: action.line,
    labels: Object.fromEntries(Object.entries(action.output).map(([name, { label }]) => [name, label])),
    display: header.options.display ?? (action.display === 'always' ? 'all' : (action.display ?? 'failed')),
    startedAt,
    elapsedMs: endedAt - startedAt,
    problem: problem ?? nobody,
    cancelledBy: cancelled?.by,
    approvedBy,
  };
}

/** Silence has two causes that must not look alike: nobody is meant, or nobody is believed. */
function describeNobody(
  { view }: RunHeader,
  { refusedAnswers, limit }: { readonly refusedAnswers: number; readonly limit: string | undefined },
): McoError {
  if (refusedAnswers === 0 && limit !== undefined) {
    return new McoError('usage/no-match', `no node matches that is also one of \`${limit}\``, {
      hint: 'the policy allows you this there only; `find` shows who is there',
    });
  }
  if (refusedAnswers === 0) {
    return new McoError('usage/no-match', 'no node matches', {
      hint:
        view === 'names'
          ? 'values are compared exactly; try one condition at a time'
          : 'try the filter with `find`; values are compared exactly',
    });
  }
  return new McoError('untrusted/no-believable-answer', `${refusedAnswers} answered, but none could be believed`, {
    hint: 'the audit log says why; most often a host key is missing in known_hosts',
  });
}
