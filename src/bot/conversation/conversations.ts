import type { Card } from '../../core/card.ts';
import type { Chat, ChatRefusal, PostRef } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { NewOutboxItem, OutboxItem, RunRecord } from '../../core/store.ts';
import type { RunThread } from '../../core/surface.ts';
import { waitAtMost } from '../../core/waiting.ts';
import { drawOrderFile } from '../../render/draw-order-file.ts';
import { drawRefusalCard } from '../../render/draw-refusal-card.ts';
import { drawResultFile } from '../../render/draw-result-file.ts';
import { describeAwaited } from '../approval/describe-awaited.ts';
import { watchWaiting } from '../approval/expire-run.ts';
import { waitingOrdersOf } from '../approval/waiting-orders.ts';
import type { Bot } from '../bot.ts';
import { reportOf } from '../control/load-report.ts';
import { createJobFollower } from '../jobs/create-job-follower.ts';
import type { JobFollower } from '../jobs/job-follower.ts';
import { type Channelled, openThread } from './chat-surface.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createProblemDigest } from './problem-digest.ts';
import { createProgress } from './progress.ts';
import { type ResumedRun, resumeRuns } from './resume-runs.ts';
import { createMessageTaker } from './take-messages.ts';

export interface ConversationOptions {
  readonly chats: readonly Chat[];
  onRefusal(chat: string, refusal: ChatRefusal): void;
  onProblem(problem: McoError): void;
}

/** The bot in its chats: what it takes from people, what it delivers to them, and what an earlier process left. */
export interface Conversations {
  readonly outbox: Outbox;
  readonly jobs: JobFollower;
  /** What delivers to a chat, for a terminal that hands its commands over itself. */
  of(chat: Chat): Channelled;
  /** The thread of a run that an earlier command began; undefined where its chat is gone. */
  openThread(run: RunRecord): RunThread | undefined;
  /** Listens again to the requests of runs that were left open. Before the reply queue is read. */
  resume(): Promise<void>;
  /** Delivers what waits, ends what was left open, and takes what people say. */
  start(): Promise<void>;
  /** Takes nothing more, and waits so long for what is under way. What is not done then is taken up at the next start. */
  stop(withinMs: number): Promise<void>;
}

export function createConversations(bot: Bot, { chats, onRefusal, onProblem }: ConversationOptions): Conversations {
  const { store, clock } = bot;
  const byName = new Map(chats.map((chat) => [chat.name, chat]));
  const { outbox, of } = createDelivery(bot, byName, onProblem);
  const jobs = createJobFollower(bot, { hasChat: (name) => byName.has(name), deliver: outbox.take, onProblem });
  const takers = chats.map((chat) => ({
    chat,
    taker: createMessageTaker({
      bot,
      chatting: of(chat),
      onRefusal: (refusal) => onRefusal(chat.name, refusal),
      onProblem,
    }),
  }));
  let resumed: readonly ResumedRun[] = [];

  /** @param waitingRoot its root, where it is still to be delivered */
  async function finishResumed({ id, finish }: ResumedRun, waitingRoot: OutboxItem | undefined): Promise<void> {
    const run = await store.runs.find(id);
    const chat = run === undefined ? undefined : byName.get(run.place.chat);
    await finish(run === undefined || chat === undefined ? undefined : openAgain(of(chat), run, waitingRoot));
  }

  function openKnown(run: RunRecord): RunThread | undefined {
    const chat = byName.get(run.place.chat);
    return chat && openAgain(of(chat), run);
  }

  return {
    outbox,
    jobs,
    of,
    openThread: openKnown,
    async resume() {
      resumed = await resumeRuns(bot);
    },
    async start() {
      const waiting = await findWaitingRoots(bot);
      await outbox.resume();
      await answerForgotten(bot, { outbox, chats: byName }).catch((thrown: unknown) => onProblem(toMcoError(thrown)));
      for (const run of resumed) {
        finishResumed(run, waiting.get(run.id)).catch((thrown: unknown) => onProblem(toMcoError(thrown)));
      }
      if (bot.jobs !== undefined) await jobs.resume().catch((thrown: unknown) => onProblem(toMcoError(thrown)));
      await watchWaiting(bot);
      await Promise.all(takers.map(({ chat, taker }) => chat.start(taker.receiver)));
    },
    async stop(withinMs) {
      waitingOrdersOf(bot).stop();
      jobs.stop();
      const drained = Promise.all(takers.map(({ taker }) => taker.drain())).then(() => outbox.whenIdle());
      await waitAtMost(clock, withinMs, drained);
      for (const { taker } of takers) taker.abandon();
      outbox.stop();
      await Promise.all(chats.map((chat) => chat.stop()));
    },
  };
}

/** What brings the bot's words to its chats: the outbox for what must arrive, and progress for what may be dropped. */
function createDelivery(
  bot: Bot,
  chats: ReadonlyMap<string, Chat>,
  onProblem: (problem: McoError) => void,
): { readonly outbox: Outbox; of(chat: Chat): Channelled } {
  const { store, clock } = bot;
  const noteProblem = createProblemDigest(clock, onProblem);
  const progress = new Map([...chats].map(([name, chat]) => [name, createProgress(chat, clock)]));
  const outbox = createOutbox({
    store,
    chats,
    clock,
    async drawFile(run: RunRecord, format) {
      const report = await reportOf(bot, run);
      // What is to be approved; when that is over already, what came of it.
      if (report === undefined && run.approval !== undefined)
        return drawOrderFile(describeAwaited(bot, run, run.approval));
      if (report === undefined) throw new McoError('bug/open-run', `run ${run.id} has a file before its end`);
      return drawResultFile(report, format);
    },
    async endProgress(run) {
      const ends = await Promise.all([...progress.values()].map((one) => one.end(run)));
      return ends.every(Boolean);
    },
    onGivenUp(item, error) {
      // Without a root the rest of its run has nowhere to go: that was told with the root.
      if (error.code !== 'failed/no-root') noteProblem(describeLoss(item, error), item.chat);
    },
    onProblem: noteProblem,
  });
  return {
    outbox,
    of: (chat) => ({ chat, progress: progress.get(chat.name) ?? createProgress(chat, clock), outbox, store, clock }),
  };
}

/** A message without a run was not begun: nobody waits for an answer in vain. */
async function answerForgotten(
  { store }: Bot,
  { outbox, chats }: { readonly outbox: Outbox; readonly chats: ReadonlyMap<string, Chat> },
): Promise<void> {
  const card = drawForgotten();
  for (const { chat, message } of await store.inbox.open()) {
    const { id, account, channel, thread, via } = message;
    const to = { account, channel, thread, via };
    if (chats.has(chat)) await outbox.add([{ chat, lane: id, delivery: { kind: 'whisper', to, card } }]);
    await store.inbox.close(chat, id);
  }
}

/** A run whose root never was on its way has no thread to tell anything in: then the requester is told alone. */
function openAgain(chatting: Channelled, run: RunRecord, waitingRoot?: OutboxItem): RunThread {
  const { id, root, account, place } = run;
  const { channel, thread } = place;
  const to = { account, channel, thread };
  const tellAlone = (card: Card): NewOutboxItem[] => [
    { chat: chatting.chat.name, lane: id, delivery: { kind: 'whisper', to, card } },
  ];
  const shown = root === undefined ? waitForRoot(chatting, waitingRoot) : Promise.resolve(root);
  return openThread(chatting, { run: id, shown, tellAlone });
}

const waitForRoot = ({ outbox }: Channelled, item: OutboxItem | undefined): Promise<PostRef | undefined> =>
  item === undefined
    ? Promise.reject(new McoError('failed/no-root', 'it was not shown before the bot was restarted'))
    : outbox.whenDelivered(item);

/** Roots that are still to be delivered, by their run. */
async function findWaitingRoots({ store }: Bot): Promise<ReadonlyMap<string, OutboxItem>> {
  const pending = await store.outbox.pending();
  return new Map(pending.flatMap((item) => (item.delivery.kind === 'root' ? [[item.delivery.run, item]] : [])));
}

function drawForgotten(): Card {
  const error = new McoError('unreachable/restarted', 'the bot was restarted before it began with this', {
    hint: 'nothing was sent: give the command again',
  });
  return drawRefusalCard({ outcome: 'NOT SENT', error, rules: [] });
}

function describeLoss({ chat, delivery }: OutboxItem, error: McoError): McoError {
  return new McoError(error.code, `a message (${delivery.kind}) to ${chat} was given up: ${error.message}`, {
    hint: error.hint,
    cause: error,
  });
}
