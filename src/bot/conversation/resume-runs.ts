import type { AuditRecord } from '../../core/audit.ts';
import { type ErrorCode, McoError, toMcoError } from '../../core/errors.ts';
import type { NodeResult, Outcome, RunReport } from '../../core/report.ts';
import type { RunRecord, StoredRequest } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import { sleep } from '../../core/waiting.ts';
import type { ActiveRun } from '../active-runs.ts';
import { describeApprovers } from '../approval/describe-awaited.ts';
import { findKnownAction } from '../approval/known-action.ts';
import { trailOfRun } from '../approval/trail-of-run.ts';
import type { Bot } from '../bot.ts';
import { composeReport } from '../collecting/compose-report.ts';
import { createLateAnswers, type LateAnswers } from '../collecting/late-answers.ts';
import { createTally, resultOfRecord, type Tally } from '../collecting/tally.ts';
import { ttlOf } from '../compose-request.ts';
import { followLate, recordOutcome } from '../finish-run.ts';
import { keepTrying } from '../keep-trying.ts';
import { createRunKeeper } from '../records/keep-run.ts';
import { showProgress } from '../sending/show-progress.ts';
import { continueWindow, SHORTEST_WAIT_MS, windowOrderOf } from './continue-window.ts';
import { listenAgain } from './listen-again.ts';

const PAUSE_MS = 100;

const LOOK_MS = 1000;

/** Of a run's records of answers there may be some more than nodes. */
const SPARE_RECORDS = 1000;

/** How long answers to a run that was closed as unknown are still told in its thread. */
const LATE_MS = 10 * 60_000;

/** A run that an earlier process left open. Its requests are listened to again from the moment this exists. */
export interface ResumedRun {
  readonly id: string;
  /** Waits for what can still come, and ends the run in its thread. */
  finish(thread: RunThread | undefined): Promise<void>;
}

/**
 * Takes up the runs that were open when the bot stopped. Call it before the reply queue is read: what waits there
 * counts. Nothing is sent again: whoever was not asked stays unasked, and whoever does not answer is unknown; only runs
 * that keep so many nodes at work go on. Runs that wait for approval go on waiting.
 */
export async function resumeRuns(bot: Bot): Promise<readonly ResumedRun[]> {
  const runs = (await bot.store.runs.open()).filter(({ approval }) => approval?.state !== 'awaiting');
  return await Promise.all(runs.map((run) => resumeRun(bot, run)));
}

/** What is stored of a run; what is damaged of it is left out. */
interface Stored {
  readonly run: RunRecord;
  readonly requests: readonly StoredRequest[];
  readonly results: readonly NodeResult[];
  readonly damage: McoError | undefined;
}

/** One run that can't be read must not keep the bot from its start. */
async function readStored({ store, trail }: Bot, run: RunRecord): Promise<Stored> {
  const damages: McoError[] = [];
  const noteDamage = (thrown: unknown): [] => {
    damages.push(toMcoError(thrown));
    return [];
  };
  const requests = await store.runs.requestsOf(run.id).catch(noteDamage);
  const results = await store.runs.resultsOf(run.id).catch(noteDamage);
  return { run, requests, results: [...results, ...(await readAnswered(trail, run, results))], damage: damages[0] };
}

/** What was on record already, and not kept with the run any more. */
async function readAnswered(
  trail: Bot['trail'],
  { id, nodes = [] }: RunRecord,
  results: readonly NodeResult[],
): Promise<readonly NodeResult[]> {
  const kept = new Set(results.map(({ node }) => node));
  const query = { run: id, events: ['answered'], max: nodes.length + SPARE_RECORDS } as const;
  const found = (await trail?.find(query).catch(() => [])) ?? [];
  return found.flatMap(({ record }) => resultOfRecord(record) ?? []).filter(({ node }) => !kept.has(node));
}

async function resumeRun(bot: Bot, run: RunRecord): Promise<ResumedRun> {
  const stored = await readStored(bot, run);
  const { requests, results, damage } = stored;
  const tally = createTally(run.nodes ?? []);
  for (const result of results) tally.recordResult(result);
  const active = bot.active.start(run.id, run.caller);
  const late = createLateAnswers(bot.clock);
  const keeper = createRunKeeper(bot, run.id, trailOfRun(bot, run));
  const answers = listenAgain(bot, { action: findKnownAction(bot, run), requests, tally, late, keeper });
  const order = damage === undefined ? windowOrderOf(run) : undefined;
  const taken = { run, requests, tally, active, late, answers };
  return {
    id: run.id,
    async finish(thread) {
      try {
        const known = await findOutcome(bot, run);
        if (known !== undefined || order === undefined) return await endRun(bot, { ...taken, stored, known }, thread);
        await continueWindow(bot, { ...taken, order }, thread);
      } finally {
        late.hold(answers.closers, bot.clock.now() + LATE_MS);
        active.end();
      }
    },
  };
}

interface Ending {
  readonly stored: Stored;
  readonly tally: Tally;
  readonly active: ActiveRun;
  readonly late: LateAnswers;
  /** How it ended, where that is on record. */
  readonly known: AuditRecord | undefined;
}

/** Waits for what can still come, and ends a run of which nothing further is asked. */
async function endRun(
  bot: Bot,
  { stored, tally, active, late, known }: Ending,
  thread: RunThread | undefined,
): Promise<void> {
  const { run, damage } = stored;
  const stopShowing = showAgain(bot, { run, tally, thread });
  if (known === undefined) await waitForAnswers(bot, { stored, tally, signal: active.signal });
  stopShowing();
  active.noteEnding();
  const report = closeRun(bot, { stored, tally, known, cancelled: cancelOf(active) });
  const trail = trailOfRun(bot, run);
  await bot.jobs?.follow(report);
  const recorded = known === undefined ? await recordOutcome(report, trail) : report;
  await keepTrying(bot.clock, async () => thread?.finish(recorded));
  await keepTrying(bot.clock, () => bot.store.runs.finish(recorded));
  if (thread !== undefined) followLate(late, { thread, trail, report: recorded, jobs: bot.jobs });
  if (damage !== undefined) throw damage;
}

/** The root goes on where it stood: a message that stands still looks like a bot that hangs. */
function showAgain(
  { clock }: Bot,
  { run, tally, thread }: { readonly run: RunRecord; readonly tally: Tally; readonly thread: RunThread | undefined },
): () => void {
  if (thread === undefined || run.nodes === undefined) return () => {};
  const { header, startedAt, approval } = run;
  const approvedBy = describeApprovers(approval);
  const progress = showProgress(thread, { header, targeted: tally.targeted, startedAt, clock, approvedBy });
  const look = (): void => {
    progress.update(tally.answered(), new Set(tally.openNodes()));
    cancel = clock.after(LOOK_MS, look);
  };
  let cancel = clock.after(0, look);
  return () => {
    cancel();
    progress.stop();
  };
}

/** INVARIANT: a run ends once. How it ended stands when it is on record, though there was no time to tell it. */
async function findOutcome({ trail }: Bot, { id }: RunRecord): Promise<AuditRecord | undefined> {
  const found = await trail?.find({ run: id, events: ['outcome'], max: 1 }).catch(() => []);
  return found?.[0]?.record;
}

interface Closing {
  readonly known: AuditRecord | undefined;
  readonly stored: Stored;
  readonly tally: Tally;
  readonly cancelled: { readonly by: string | undefined } | undefined;
}

const cancelOf = ({ signal, cancelledBy }: ActiveRun): Closing['cancelled'] =>
  signal.aborted ? { by: cancelledBy() } : undefined;

/** Who was not asked is not sent; where that is not known, or where discovery had asked already, unknown. */
function closeRun(bot: Bot, { stored, tally, cancelled, known }: Closing): RunReport {
  const { run, requests, damage } = stored;
  const asked = new Set(requests.flatMap(({ nodes }) => nodes));
  const isDoubtful = damage !== undefined || (isPing(run) && requests.length === 0);
  for (const node of tally.openNodes()) tally.close(node, isDoubtful || asked.has(node) ? 'unknown' : 'notSent');
  return composeReport(findKnownAction(bot, run), {
    header: run.header,
    conducted: { results: tally.results(), unexpected: [], ...describeEnd(stored, { tally, known }) },
    startedAt: run.startedAt,
    // A clock that was set back does not make it end before it began.
    endedAt: Math.max(run.startedAt, bot.clock.now()),
    cancelled,
    refusedAnswers: 0,
    approvedBy: describeApprovers(run.approval),
    tellsOfJobs: bot.jobs !== undefined,
  });
}

/**
 * Resolves when every node that was asked has answered, or when no answer can come any more. Never later than if it had
 * been asked just now: a clock that was set back must not make it wait for hours.
 */
async function waitForAnswers(
  bot: Bot,
  { stored, tally, signal }: { readonly stored: Stored; readonly tally: Tally; readonly signal: AbortSignal },
): Promise<void> {
  const { clock } = bot;
  const { run, requests } = stored;
  const { options } = run.header;
  const longestMs = (options.timeoutMs ?? findKnownAction(bot, run).timeoutMs) + ttlOf(options);
  const asked = requests.flatMap(({ nodes }) => nodes);
  const untilMs = Math.max(...requests.map(({ waitUntil }) => waitUntil), 0) - clock.now();
  const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(untilMs, longestMs));
  // Counted in pauses, not by the clock, which may be set again while this waits.
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += PAUSE_MS) {
    if (signal.aborted || !asked.some((node) => tally.isOpen(node))) return;
    await sleep(clock, PAUSE_MS);
  }
}

function describeKnown({ result, code, reason = '' }: AuditRecord): {
  problem: McoError | undefined;
  outcome: Outcome;
} {
  const problem = code === undefined ? undefined : new McoError(code as ErrorCode, reason);
  return { problem, outcome: result as Outcome };
}

/** What somebody decided before the bot stopped stands, though there was no time to tell it. */
const DECIDED = { rejected: 'REJECTED', withdrawn: 'WITHDRAWN', expired: 'EXPIRED' } as const;

function describeEnd(
  stored: Stored,
  { tally, known }: Pick<Closing, 'tally' | 'known'>,
): { readonly problem: McoError | undefined; readonly outcome?: Outcome } {
  if (known !== undefined) return describeKnown(known);
  const state = stored.run.approval?.state;
  if (state === undefined || state === 'awaiting' || state === 'approved') return { problem: explain(stored, tally) };
  return { problem: undefined, outcome: DECIDED[state] };
}

function explain({ run, damage }: Stored, tally: Tally): McoError | undefined {
  if (damage !== undefined) {
    return new McoError('failed/store', 'the bot was restarted during this run, and what was kept of it is damaged');
  }
  if (run.nodes === undefined) {
    const what = isPing(run) ? 'while nodes were asked: what they said is lost' : 'before anything was asked';
    return new McoError('unreachable/restarted', `the bot was restarted ${what}`, { hint: 'give the command again' });
  }
  const isWhole = tally.results().every(({ status }) => status !== undefined);
  return isWhole ? undefined : new McoError('unreachable/restarted', 'the bot was restarted during this run');
}

/** Discovery is the question itself. */
const isPing = ({ header }: RunRecord): boolean => header.agent === 'rpcutil' && header.action === 'ping';
