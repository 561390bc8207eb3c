import type { ActionDescription } from '../../core/agent-description.ts';
import type { Ask } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { NodeResult, Outcome, RunHeader, RunReport, UndecidedNode } from '../../core/report.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import { aggregateResults } from './aggregate.ts';
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
  /** Nodes that could not say whether they match. */
  readonly undecided?: readonly UndecidedNode[] | undefined;
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
    isKept = true,
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
    /** Whether a later command can name this run by the end of its id. */
    readonly isKept?: boolean | undefined;
  },
): RunReport {
  const results = [...conducted.results].sort((a, b) => (a.node < b.node ? -1 : 1));
  const counts = countOutcomes(results);
  const wasCancelled = cancelled !== undefined;
  const { problem, undecided = [] } = conducted;
  const doubt = { refusedAnswers, undecided: undecided.length, limit };
  const nobody = counts.targeted === 0 && !wasCancelled ? describeNobody(header, doubt) : undefined;
  const emptyOutcome = refusedAnswers + undecided.length === 0 ? 'NO MATCH' : 'UNKNOWN';
  const counted = nobody === undefined || problem !== undefined ? outcomeOf(counts, wasCancelled) : emptyOutcome;
  // Of all that were asked all may be well, and yet not all be asked that are meant.
  const isPartial = counted === 'OK' && undecided.length > 0;
  const doubtful = new Set(undecided.map(({ node }) => node));
  return {
    header,
    outcome: conducted.outcome ?? (isPartial ? 'PARTIAL' : counted),
    counts,
    aggregates: aggregateResults(action, results),
    results,
    unexpected: conducted.unexpected.filter((node) => !doubtful.has(node)),
    ...(undecided.length === 0 ? {} : { undecided }),
    refusedAnswers,
    line: action.line,
    labels: Object.fromEntries(Object.entries(action.output).map(([name, { label }]) => [name, label])),
    display: header.options.display ?? (action.display === 'always' ? 'all' : (action.display ?? 'failed')),
    startedAt,
    elapsedMs: endedAt - startedAt,
    problem: problem ?? nobody ?? describeJobs(header, { results, isKept }),
    cancelledBy: cancelled?.by,
    approvedBy,
  };
}

/** Where the time was up, work that is a job goes on. */
function describeJobs(
  { run, view }: RunHeader,
  { results, isKept }: { readonly results: readonly NodeResult[]; readonly isKept: boolean },
): McoError | undefined {
  if (view !== 'results') return undefined;
  const going = results.filter(({ status, data }) => status?.name === 'timeout' && data.job !== undefined).length;
  if (going === 0) return undefined;
  const where = going === 1 ? 'on one node' : `on ${going} nodes`;
  const [show, tail] = isKept
    ? [`job show ${run.slice(-4)}`, `job tail ${run.slice(-4)}`]
    : [`rpc job show run=${run}`, `rpc job tail run=${run}`];
  return new McoError('failed/still-at-work', `the time is up, and the work goes on ${where}`, {
    hint: `\`${show}\` shows how it stands, \`${tail}\` what it says`,
  });
}

interface Doubt {
  readonly refusedAnswers: number;
  /** How many could not say whether they match. */
  readonly undecided: number;
  readonly limit: string | undefined;
}

/** Silence has causes that must not look alike: nobody is meant, nobody knows whether they are, or nobody is believed. */
function describeNobody({ view }: RunHeader, { refusedAnswers, undecided, limit }: Doubt): McoError {
  if (undecided > 0) {
    const who = undecided === 1 ? 'one node' : `${undecided} nodes`;
    return new McoError('failed/undecided', `no node is known to match, and ${who} could not say`, {
      hint: 'the thread says why; ask them one by one with `-I`',
    });
  }
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
