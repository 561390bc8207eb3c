import type { ActionDescription } from '../../core/agent-description.ts';
import { McoError } from '../../core/errors.ts';
import type { NodeResult } from '../../core/report.ts';
import type { RunRecord, StoredRequest } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';
import { composeReport } from '../compose-report.ts';
import { createRunKeeper } from '../keep-run.ts';
import { createLateAnswers, type LateAnswers } from '../late-answers.ts';
import { followLate, recordOutcome } from '../perform-run.ts';
import { createTally, resultOf, type Tally } from '../tally.ts';
import { startTrail, type Trail } from '../trail.ts';
import { originOf } from './chat-origin.ts';

/** Answers that came while the bot was away wait in its queue: it takes a moment until they are all here. */
const SHORTEST_WAIT_MS = 3000;

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
 * counts. Nothing is sent again: whoever was not asked stays unasked, and whoever does not answer is unknown.
 */
export async function resumeRuns(bot: Bot): Promise<readonly ResumedRun[]> {
  const runs = await bot.store.runs.open();
  return await Promise.all(runs.map((run) => resumeRun(bot, run)));
}

async function resumeRun(bot: Bot, run: RunRecord): Promise<ResumedRun> {
  const requests = await bot.store.runs.requestsOf(run.id);
  const tally = createTally(run.nodes ?? []);
  for (const result of await bot.store.runs.resultsOf(run.id)) tally.recordResult(result);
  const active = bot.active.start(run.id);
  const late = createLateAnswers(bot.clock);
  const listening = listen(bot, run, { requests, tally, late });
  return {
    id: run.id,
    async finish(thread) {
      await waitForAnswers(bot, { requests, tally, signal: active.signal });
      const asked = new Set(requests.flatMap(({ nodes }) => nodes));
      for (const node of tally.openNodes()) tally.close(node, asked.has(node) ? 'unknown' : 'notSent');
      const report = composeReport(describeAction(bot, run), {
        header: run.header,
        conducted: { results: tally.results(), unexpected: [], problem: explain(run, tally) },
        startedAt: run.startedAt,
        endedAt: bot.clock.now(),
        cancelled: active.signal.aborted ? { by: active.cancelledBy() } : undefined,
        refusedAnswers: 0,
      });
      const trail = trailOf(bot, run);
      const recorded = await recordOutcome(report, trail);
      try {
        await thread?.finish(recorded);
        await bot.store.runs.finish(recorded);
        if (thread !== undefined) followLate(late, { thread, trail, report: recorded });
      } finally {
        late.hold(listening, bot.clock.now() + LATE_MS);
        active.end();
      }
    },
  };
}

function listen(
  bot: Bot,
  run: RunRecord,
  { requests, tally, late }: { requests: readonly StoredRequest[]; tally: Tally; late: LateAnswers },
): (() => void)[] {
  const keeper = createRunKeeper(bot, run.id);
  return requests.map(({ id, nodes, sentAt }) => {
    const asked = new Set(nodes.filter((node) => tally.isOpen(node)));
    return bot.collector.open(id, {
      expects: (node) => asked.has(node),
      onUnexpected: () => {},
      onReply(reply) {
        if (reply.kind !== 'result') return;
        const result: NodeResult = resultOf(reply, bot.clock.now() - sentAt);
        if (!tally.isOpen(reply.sender)) return late.note(result);
        tally.recordResult(result);
        keeper.noteResult(result);
      },
    });
  });
}

/** Resolves when every node that was asked has answered, or when no answer can come any more. */
async function waitForAnswers(
  { clock }: Bot,
  { requests, tally, signal }: { requests: readonly StoredRequest[]; tally: Tally; signal: AbortSignal },
): Promise<void> {
  const asked = requests.flatMap(({ nodes }) => nodes);
  const until = Math.max(clock.now() + SHORTEST_WAIT_MS, ...requests.map(({ waitUntil }) => waitUntil));
  while (!signal.aborted && clock.now() < until && asked.some((node) => tally.isOpen(node))) {
    await new Promise<void>((resolve) => clock.after(100, resolve));
  }
}

/** The description may be gone with an upgrade: then results are shown without labels and summaries. */
function describeAction({ agents }: Bot, { header }: RunRecord): ActionDescription {
  const known = agents.find(({ agent }) => agent === header.agent)?.actions[header.action];
  return known ?? { about: '', effect: header.effect, timeoutMs: 0, input: {}, output: {} };
}

function explain({ nodes }: RunRecord, tally: Tally): McoError | undefined {
  if (nodes === undefined) {
    return new McoError('unreachable/restarted', 'the bot was restarted before anything was asked', {
      hint: 'give the command again',
    });
  }
  const isWhole = tally.results().every(({ status }) => status !== undefined);
  return isWhole ? undefined : new McoError('unreachable/restarted', 'the bot was restarted during this run');
}

function trailOf(bot: Bot, { id, account, caller, place, header }: RunRecord): Trail {
  const origin = originOf(place);
  const trail = startTrail(bot, { text: header.command, account, origin });
  trail.know({ run: id, caller, action: `${header.agent}.${header.action}` });
  return trail;
}
