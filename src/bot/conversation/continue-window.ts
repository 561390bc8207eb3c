import { McoError, toMcoError } from '../../core/errors.ts';
import type { FrozenOrder, RunRecord, StoredRequest } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import { sleep, waitAtMost } from '../../core/waiting.ts';
import type { ActiveRun } from '../active-runs.ts';
import { describeApprovers } from '../approval/describe-awaited.ts';
import { digestOrder } from '../approval/freeze-order.ts';
import { findKnownAction } from '../approval/known-action.ts';
import { thawOrder } from '../approval/thaw-order.ts';
import { trailOfRun } from '../approval/trail-of-run.ts';
import { createVerifier } from '../approval/verify-order.ts';
import { verifyRights } from '../approval/verify-rights.ts';
import type { Bot } from '../bot.ts';
import { composeReport } from '../collecting/compose-report.ts';
import type { LateAnswers } from '../collecting/late-answers.ts';
import type { Tally } from '../collecting/tally.ts';
import { ttlOf } from '../compose-request.ts';
import { finishRun } from '../finish-run.ts';
import { askAfterJobs } from '../jobs/ask-after-jobs.ts';
import type { JobAnswer } from '../jobs/look-at-jobs.ts';
import { createRunKeeper } from '../records/keep-run.ts';
import { type Conducted, conductRun } from '../sending/conduct-run.ts';
import { type FrozenRun, lookAgain } from '../sending/send-run.ts';
import { showNotes } from '../sending/show-notes.ts';
import { showProgress } from '../sending/show-progress.ts';
import type { AtWork } from '../sending/window.ts';
import { listTargets } from '../targets/find-targets.ts';
import { windowOf } from '../targets/pick-nodes.ts';
import type { Answers } from './listen-again.ts';

/** Answers that came while the bot was away wait in its queue: it takes a moment until they are all here. */
export const SHORTEST_WAIT_MS = 3000;

/** How long the record of the last look at jobs is waited for. */
const RECORD_MS = 5000;

/** A run that keeps so many nodes at work, as an earlier process left it. */
export interface OpenWindow {
  readonly run: RunRecord;
  readonly order: FrozenOrder;
  readonly requests: readonly StoredRequest[];
  /** With those who are closed. */
  readonly tally: Tally;
  readonly active: ActiveRun;
  readonly late: LateAnswers;
  readonly answers: Answers;
}

/** What it takes to go on with a run after a restart; undefined where it was not kept, as for runs in waves. */
export const windowOrderOf = ({ order, nodes }: RunRecord): FrozenOrder | undefined =>
  order !== undefined && nodes !== undefined && windowOf(order) !== undefined ? order : undefined;

/**
 * Goes on with a run to its end: who was asked is waited for, and who was not is asked, never more at a time than before.
 * INVARIANT: nobody is asked twice, and nothing is asked that is not what is on record, or that the requester may not
 * do any more.
 */
export async function continueWindow(bot: Bot, open: OpenWindow, thread: RunThread | undefined): Promise<void> {
  const { run, active, late } = open;
  await cancelAgain(bot, run, active);
  const conducted = await goOn(bot, open, thread);
  const report = composeReport(findKnownAction(bot, run), {
    header: run.header,
    conducted: { ...conducted, problem: conducted.problem ?? explainUnknown(conducted) },
    startedAt: run.startedAt,
    // A clock that was set back does not make it end before it began.
    endedAt: Math.max(run.startedAt, bot.clock.now()),
    cancelled: active.signal.aborted ? { by: active.cancelledBy() } : undefined,
    refusedAnswers: 0,
    approvedBy: describeApprovers(run.approval),
    tellsOfJobs: bot.jobs !== undefined,
  });
  await finishRun(bot, { report, late }, { thread, trail: trailOfRun(bot, run), active });
}

/** Whoever cancelled it before the restart has cancelled it. */
async function cancelAgain({ trail, active }: Bot, { id }: RunRecord, { signal }: ActiveRun): Promise<void> {
  if (signal.aborted) return;
  const found = (await trail?.find({ run: id, events: ['cancelled'], max: 1 })) ?? [];
  if (found[0] !== undefined) active.cancel(id, found[0].record.caller ?? '');
}

async function goOn(bot: Bot, open: OpenWindow, thread: RunThread | undefined): Promise<Conducted> {
  const { run, order, tally, active, late, answers } = open;
  const { header, startedAt, approval } = run;
  const { clock } = bot;
  const trail = trailOfRun(bot, run);
  trail.know({ filter: order.filter });
  const approvedBy = describeApprovers(approval);
  const progress = thread && showProgress(thread, { header, targeted: tally.targeted, startedAt, clock, approvedBy });
  const notes = thread && showNotes(thread, { header, targeted: tally.targeted, clock });
  const over = new AbortController();
  const asked = new Set<string>();
  const show = (): void => progress?.update(tally.answered(), asked);
  const closed = createClosedNodes((node) => {
    asked.delete(node);
    show();
  });
  answers.watch(closed.note);
  const waiting = waitForOpen(bot, open, closed);
  for (const { node } of waiting) asked.add(node);
  let looking: Promise<void> = Promise.resolve();
  try {
    show();
    const checked = await checkOrder(bot, open, thread);
    const { frozen, denied, findDenial } = checked;
    const watch = { signal: active.signal, onProgress: progress?.update ?? (() => {}), onNote: notes?.add };
    const keeper = createRunKeeper(bot, run.id, trail);
    const atWork = waiting.filter(({ node }) => tally.isOpen(node));
    const action = findKnownAction(bot, run);
    const before = { tally, atWork, late, keep: answers.keep, requests: open.requests, denied };
    // INVARIANT: nothing is asked for somebody who may not do this any more, or that is not what is on record.
    if (action.isJob === true && denied === undefined) {
      const onAnswer = (node: string, answer: JobAnswer | undefined): void => {
        if (answer?.state !== 'ended' || !tally.isOpen(node)) return;
        const result = answers.keep(answer.result, answer.bytes);
        tally.recordResult(result);
        keeper.noteResult(result);
        closed.note(node);
      };
      const stillOpen = () => atWork.map(({ node }) => node).filter((node) => tally.isOpen(node));
      looking = askAfterJobs(bot, {
        about: run.id,
        reason: 'after a restart, those who have not answered are asked what came of their jobs',
        nodes: stillOpen,
        onAnswer,
        signal: over.signal,
      });
    }
    return await conductRun(bot, frozen, {
      targets: listTargets(order.nodes),
      action,
      watch,
      keeper,
      findDenial,
      before,
    });
  } finally {
    over.abort();
    await waitAtMost(clock, RECORD_MS, looking);
    notes?.stop();
    progress?.stop();
  }
}

/** Tells of nodes that are closed, each once. */
function createClosedNodes(onAny: (node: string) => void) {
  const waiting = new Map<string, () => void>();
  return {
    note(node: string): void {
      waiting.get(node)?.();
      onAny(node);
    },
    when: (node: string, act: () => void): unknown => waiting.set(node, act),
    wakeAll(): void {
      for (const wake of waiting.values()) wake();
    },
  };
}

/**
 * Those who were asked and have not answered, each until its time is up. Never longer than if it had been asked just now:
 * a clock that was set back must not make it wait for hours.
 */
function waitForOpen(
  bot: Bot,
  { run, order, requests, tally, active }: OpenWindow,
  closed: ReturnType<typeof createClosedNodes>,
): readonly AtWork[] {
  const { clock } = bot;
  const longestMs = (order.options.timeoutMs ?? findKnownAction(bot, run).timeoutMs) + ttlOf(order.options);
  const open = requests.flatMap(({ nodes, waitUntil }) => {
    const waitMs = Math.max(SHORTEST_WAIT_MS, Math.min(waitUntil - clock.now(), longestMs));
    return nodes
      .filter((node) => tally.isOpen(node))
      .map((node) => {
        const over = new AbortController();
        const wake = (): void => over.abort();
        closed.when(node, wake);
        const settled = sleep(clock, waitMs, over.signal).then(() => tally.close(node, 'unknown'));
        return { node, settled };
      });
  });
  active.signal.addEventListener('abort', closed.wakeAll, { once: true });
  if (active.signal.aborted) closed.wakeAll();
  return open;
}

interface Checked {
  readonly frozen: FrozenRun;
  /** Why nothing further may be sent. */
  readonly denied: McoError | undefined;
  findDenial(): Promise<McoError | undefined>;
}

/** Whether it may go on: it is what was put on record, and the requester may do this still. */
async function checkOrder(bot: Bot, open: OpenWindow, thread: RunThread | undefined): Promise<Checked> {
  const { run, order } = open;
  const { approval } = run;
  const digest = digestOrder(bot.hash, order);
  const trail = trailOfRun(bot, run);
  trail.know({ filter: order.filter });
  const frozen = thawOrder(run, order, { digest, rules: [], yes: approval?.yes });
  const decideAgain =
    approval === undefined
      ? () => verifyRights(bot, order, () => Promise.resolve(false))
      : createVerifier(bot, approval, frozen.approvedAt);
  const findDenial = () => lookAgain(frozen, { decideAgain, trail });
  try {
    if (thread === undefined) throw new McoError('failed/no-root', 'its chat is not configured any more');
    await thread.whenShown();
    await requireOnRecord(bot, run, digest);
    const denied = await findDenial();
    // INVARIANT: no record, no action.
    if (denied === undefined) {
      await trail.record('decided', {
        result: 'allow',
        digest,
        count: order.nodes.length,
        reason: 'goes on after a restart',
      });
    }
    return { frozen, denied, findDenial };
  } catch (thrown) {
    return { frozen, denied: toMcoError(thrown), findDenial };
  }
}

/** @throws McoError `untrusted/changed-order` when the store was changed; `failed/audit` */
async function requireOnRecord({ trail }: Bot, { id }: RunRecord, digest: string): Promise<void> {
  if (trail === undefined) return;
  const found = await trail.find({ run: id, events: ['intent'], max: 10 });
  const own = found.map(({ record }) => record).filter(({ run }) => run === id);
  if (own.length > 0 && own.every((record) => record.digest === digest)) return;
  throw new McoError('untrusted/changed-order', 'what is kept of this run is not what was put on record', {
    hint: 'somebody may have changed the store: tell whoever runs the bot',
  });
}

function explainUnknown({ results }: Conducted): McoError | undefined {
  if (results.every(({ outcome }) => outcome !== 'unknown')) return undefined;
  return new McoError('unreachable/restarted', 'the bot was restarted during this run');
}
