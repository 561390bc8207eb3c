import type { Card } from '../core/card.ts';
import type { McoError } from '../core/errors.ts';
import { escapeText } from '../core/escape-text.ts';
import type { Outcome, RunReport } from '../core/report.ts';
import type { RootView } from '../core/surface.ts';
import { describeAggregate } from './describe-aggregate.ts';
import { describeApprovals } from './describe-approval.ts';
import { describeHeader, nameCaller } from './describe-header.ts';
import { describeHint, describeProblem } from './describe-problem.ts';
import { describeRefused } from './describe-refused.ts';
import { drawAwaitingRoot } from './draw-awaiting-root.ts';
import { type ButtonTraits, drawDoneButtons, drawRunningButtons } from './draw-buttons.ts';
import { formatCount } from './format-count.ts';
import { formatElapsed, formatProgressTime } from './format-elapsed.ts';
import { groupFailures } from './group-failures.ts';
import { listNames } from './list-names.ts';
import {
  countAnswered,
  describeCounts,
  describeDryRun,
  describeUndecided,
  isRefusedPreview,
  isUnapproved,
  namesOf,
  wordFor,
} from './outcome-words.ts';
import { drawProgress } from './progress-bar.ts';

const MAX_RULES = 5;
const MAX_FAILURES = 5;
const MAX_FAILED_NAMES = 5;
const MAX_NAMES = 12;
const MAX_AWAITED = 5;
const MAX_AGGREGATES = 5;
const MAX_VALUES = 8;

/** What an outcome word leaves open, where somebody could take it for more than it is. */
const CAVEATS: Partial<Readonly<Record<Outcome, string>>> = {
  UNKNOWN:
    'the request was sent: whether the unknown ones carried it out is not known, and nothing is repeated by itself',
  CANCELLED: 'nodes already reached may still finish',
  'NOT SENT': 'nothing left the bot',
};

/**
 * The root message of a run: one that is edited while the run goes on, and ends as its summary. Sizes are bounded whatever
 * the report holds, about 6,000 characters at most.
 */
export function drawRootCard(view: RootView, traits: ButtonTraits): Card {
  if (view.state === 'done') return drawSummary(view.report, traits);
  if (view.state === 'awaiting') return drawAwaitingRoot(view, traits);
  const head = { header: describeHeader(view.header), buttons: drawRunningButtons(view.header, traits), body: [] };
  if (view.state === 'discovering') {
    return { ...head, outcome: 'DISCOVERING', summary: `${formatCount(view.found, 'node')} so far` };
  }
  const awaited = view.waitingFor?.length ? [`waiting for ${listNames(view.waitingFor, MAX_AWAITED)}`] : [];
  const progress = drawProgress(view.answered, view.targeted);
  const approved = describeApprovals(view.approvedBy);
  const dryRun = view.header.options.noop === true ? ['DRY RUN'] : [];
  const summary = [progress, formatProgressTime(view.elapsedMs), ...dryRun, ...approved, ...awaited].join(' · ');
  return { ...head, outcome: 'RUNNING', summary };
}

function drawSummary(report: RunReport, traits: ButtonTraits): Card {
  const { header, counts, outcome, cancelledBy } = report;
  const answered = countAnswered(counts);
  const isBarShown = answered > 0 && counts.ok < counts.targeted;
  const lines = [
    ...explainOutcome(report),
    ...listFailures(report),
    ...report.aggregates.slice(0, MAX_AGGREGATES).map((aggregate) => describeAggregate(aggregate, MAX_VALUES)),
    ...listMissing(report),
    ...(isNobodyBelieved(report) ? [] : describeRefused(report.refusedAnswers)),
  ];
  return {
    header: describeHeader(header),
    outcome: cancelledBy === undefined ? outcome : `${outcome} by ${nameCaller(cancelledBy)}`,
    summary: describeEnd(report).join(' · '),
    body: [
      ...(isBarShown ? [{ kind: 'fixed', lines: [drawProgress(answered, counts.targeted)] } as const] : []),
      ...(lines.length > 0 ? [{ kind: 'prose', lines } as const] : []),
    ],
    buttons: drawDoneButtons(report, traits),
  };
}

/** Nothing was sent: what stood in the way comes before the numbers, which say nothing new. */
const isNothingSent = ({ counts }: RunReport): boolean => counts.notSent === counts.targeted;

/** The problem is the refused answers themselves, and says so. */
const isNobodyBelieved = ({ problem }: RunReport): boolean => problem?.code === 'untrusted/no-believable-answer';

function describeEnd(report: RunReport): string[] {
  const { counts, outcome, problem, elapsedMs, approvedBy, header } = report;
  const reason = problem && isNothingSent(report) ? [explainWithRules(problem)] : [];
  const unsent = describeUnsent(report);
  if (unsent !== undefined) {
    const why = outcome === 'PREVIEW' ? reason : describeApprovals(approvedBy);
    return [unsent, ...describeUndecided(report), ...why, 'nothing was sent'];
  }
  const sent = isNothingSent(report) ? [] : describeDryRun(header);
  const told =
    counts.targeted === 0 && problem ? reason : [...reason, ...sent, describeCounts(report, header.view === 'names')];
  const timed = outcome === 'NO MATCH' && counts.targeted === 0 ? told : [...told, formatElapsed(elapsedMs)];
  return [...timed, ...describeApprovals(approvedBy)];
}

/** Where nothing was to be sent, or nobody allowed it, how long that took and how it is counted says nothing. */
function describeUnsent({ outcome, counts, problem }: RunReport): string | undefined {
  const who = formatCount(counts.targeted, 'node');
  if (outcome === 'PREVIEW' && isRefusedPreview(problem)) return `${who} match${counts.targeted === 1 ? 'es' : ''}`;
  if (outcome === 'PREVIEW') return `${who} would be asked`;
  return isUnapproved(outcome) ? `${who} ${counts.targeted === 1 ? 'was' : 'were'} not asked` : undefined;
}

/** A policy's limit stands somewhere: whoever met it wants to know where. */
const explainWithRules = (problem: McoError): string =>
  problem.rules.length === 0
    ? describeProblem(problem)
    : `${describeProblem(problem)} (${listNames(problem.rules, MAX_RULES)})`;

function explainOutcome(report: RunReport): string[] {
  const { outcome, counts, problem, header } = report;
  const isOpen = outcome === 'NOT SENT' ? isNothingSent(report) : counts.unknown + counts.silent > 0;
  // Nobody minds a read that is still being answered.
  const isHarmless = outcome === 'CANCELLED' && header.effect === 'read';
  const caveat = isOpen && counts.targeted > 0 && !isHarmless ? CAVEATS[outcome] : undefined;
  const hint = problem ? describeHint(problem).map((line) => `    ${line}`) : [];
  return [
    ...(problem && !isNothingSent(report) ? [describeProblem(problem)] : []),
    ...hint,
    ...(caveat ? [caveat] : []),
  ];
}

function listFailures({ outcome, results }: RunReport): string[] {
  const groups = groupFailures(results);
  const lines = groups.slice(0, MAX_FAILURES).map((group) => {
    const names = listNames(
      group.results.map(({ node }) => node),
      MAX_FAILED_NAMES,
    );
    const message = group.message === '' ? '' : `: ${escapeText(group.message, 160)}`;
    return `${group.results.length} ${wordFor(group.outcome, outcome)}${message} (${names})`;
  });
  const rest = groups.length - lines.length;
  return rest > 0 ? [...lines, `and ${formatCount(rest, 'more kind')} of failure`] : lines;
}

function listMissing({ outcome, counts, results, undecided = [] }: RunReport): string[] {
  const lists: [string, string[]][] = [
    ['No response from', namesOf(results, 'silent')],
    [outcome === 'CANCELLED' ? 'Not waited for' : 'Unknown', namesOf(results, 'unknown')],
    ['Not sent to', counts.notSent < counts.targeted ? namesOf(results, 'notSent') : []],
    ['Could not say whether they match', undecided.map(({ node }) => node)],
  ];
  return lists
    .filter(([, names]) => names.length > 0)
    .map(([title, names]) => `${title}: ${listNames(names, MAX_NAMES)}`);
}
