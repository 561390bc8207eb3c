import type { ActionDescription } from '../../core/agent-description.ts';
import type { Ask } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import { EVERYBODY, type Filter } from '../../core/filter.ts';
import type { NodeResult, Outcome, RunHeader, RunReport, UndecidedNode } from '../../core/report.ts';
import type { Bot } from '../bot.ts';
import type { Run } from '../compose-request.ts';
import { aggregateResults } from './aggregate.ts';
import { hintNoMatch } from './hint-no-match.ts';
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
    named = [],
    filter = EVERYBODY,
    isKept = true,
    tellsOfJobs = false,
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
    /** The nodes that were named with `-I`, each by its whole name. */
    readonly named?: readonly string[] | undefined;
    /** Whom it was for. */
    readonly filter?: Filter | undefined;
    /** Whether a later command can name this run by the end of its id. */
    readonly isKept?: boolean | undefined;
    /** Whether it is told later what came of jobs that go on. */
    readonly tellsOfJobs?: boolean | undefined;
  },
): RunReport {
  const results = [...conducted.results].sort((a, b) => (a.node < b.node ? -1 : 1));
  const counts = countOutcomes(results);
  const wasCancelled = cancelled !== undefined;
  const { problem, undecided = [] } = conducted;
  const doubt = { refusedAnswers, undecided: undecided.length, limit, named, filter };
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
    ...unitsOf(action),
    display: header.options.display ?? (action.display === 'always' ? 'all' : (action.display ?? 'failed')),
    startedAt,
    elapsedMs: endedAt - startedAt,
    problem: problem ?? nobody ?? describeJobs(header, { results, isKept, tellsOfJobs }),
    cancelledBy: cancelled?.by,
    approvedBy,
  };
}

/** By output; nothing where no output has any. */
function unitsOf({ output }: ActionDescription): Pick<RunReport, 'units'> {
  const known = Object.entries(output).flatMap(([name, { units }]) =>
    units === undefined ? [] : [[name, units] as const],
  );
  return known.length === 0 ? {} : { units: Object.fromEntries(known) };
}

/** Where the time was up, work that is a job goes on. */
function describeJobs(
  { run, view }: RunHeader,
  {
    results,
    isKept,
    tellsOfJobs,
  }: { readonly results: readonly NodeResult[]; readonly isKept: boolean; readonly tellsOfJobs: boolean },
): McoError | undefined {
  if (view !== 'results') return undefined;
  const going = results.filter(({ status, data }) => status?.name === 'timeout' && data.job !== undefined).length;
  if (going === 0) return undefined;
  const where = going === 1 ? 'on one node' : `on ${going} nodes`;
  const [show, tail] = isKept
    ? [`job show ${run.slice(-4)}`, `job tail ${run.slice(-4)}`]
    : [`rpc job show run=${run}`, `rpc job tail run=${run}`];
  const told = tellsOfJobs ? ': what comes of it is told here' : '';
  return new McoError('failed/still-at-work', `the time is up, and the work goes on ${where}${told}`, {
    hint: `\`${show}\` shows how it stands, \`${tail}\` what it says`,
  });
}

interface Doubt {
  readonly refusedAnswers: number;
  /** How many could not say whether they match. */
  readonly undecided: number;
  readonly limit: string | undefined;
  readonly named: readonly string[];
  readonly filter: Filter;
}

/** Who is named and nothing else is taken as they are: here a condition stands beside the names, and nobody knows which it was. */
function describeNamed(named: readonly string[]): McoError {
  const [first] = named;
  const [who, ask] =
    named.length === 1
      ? [`\`${first}\` does not match: it does not answer, or a condition leaves it out`, `\`ping -I ${first}\``]
      : [
          `none of the ${named.length} named nodes matches: they do not answer, or a condition leaves them out`,
          '`ping` with nothing but their names',
        ];
  return new McoError('usage/no-match', who, { hint: `${ask} tells which of the two` });
}

/** Silence has causes that must not look alike: nobody is meant, nobody knows whether they are, or nobody is believed. */
function describeNobody(header: RunHeader, { refusedAnswers, undecided, limit, named, filter }: Doubt): McoError {
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
  if (refusedAnswers === 0 && named.length > 0) return describeNamed(named);
  if (refusedAnswers === 0) {
    return new McoError('usage/no-match', 'no node matches', { hint: hintNoMatch(filter, header) });
  }
  return new McoError('untrusted/no-believable-answer', `${refusedAnswers} answered, but none could be believed`, {
    hint: 'the audit log says why; most often a host key is missing in known_hosts',
  });
}
