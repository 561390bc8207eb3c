import type { Card } from '../../core/card.ts';
import type { Chat, PostRef, Recipient } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { RunReport } from '../../core/report.ts';
import type { Delivery, NewOutboxItem, OutboxItem, RunPlace, Store } from '../../core/store.ts';
import type { RootView, RunThread, Surface } from '../../core/surface.ts';
import { limitTime } from '../../core/waiting.ts';
import { drawAwaitedCards, isListFiled } from '../../render/draw-awaited-cards.ts';
import { drawJobsCard } from '../../render/draw-jobs-card.ts';
import { drawLateCard } from '../../render/draw-late-card.ts';
import { drawNoteCard } from '../../render/draw-note-card.ts';
import { drawRefusalCard } from '../../render/draw-refusal-card.ts';
import { drawRootCard } from '../../render/draw-root-card.ts';
import { drawTellCards } from '../../render/draw-tell-cards.ts';
import { drawThreadCards } from '../../render/draw-thread-cards.ts';
import { isUnapproved } from '../../render/outcome-words.ts';
import type { Outbox } from './outbox.ts';
import type { Progress } from './progress.ts';

/** No root, no run: without a place to show it nothing is asked of the nodes. */
const ROOT_WITHIN_MS = 60_000;

/** One chat with what delivers to it. */
export interface Channelled {
  readonly chat: Chat;
  readonly progress: Progress;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly clock: Clock;
}

/** Where one command is answered: its place, whom to answer alone, and the lane for what belongs to no run. */
export interface AnswerPlace {
  readonly place: RunPlace;
  readonly recipient: Recipient;
  readonly lane: string;
}

/** A chat as the place where one command is answered. Everything but progress goes through the outbox. */
export function createChatSurface(chatting: Channelled, { place, recipient, lane }: AnswerPlace): Surface {
  const { chat, outbox } = chatting;
  const { channel, thread } = place;
  const whisper = (cards: readonly Card[]): NewOutboxItem[] =>
    cards.map((card) => ({ chat: chat.name, lane, delivery: { kind: 'whisper', to: recipient, card } }));

  return {
    async open(view) {
      const { header } = view.state === 'done' ? view.report : view;
      const card = drawRootCard(view, chat.traits);
      const delivery: Delivery = { kind: 'root', run: header.run, channel, thread, card };
      const items = await outbox.add([{ chat: chat.name, lane: header.run, delivery }]);
      const shown = whenShown(chatting, items[0]);
      return openThread(chatting, { run: header.run, shown, tellAlone: (told) => whisper([told]) });
    },
    async refuse(refusal) {
      await outbox.add(whisper([drawRefusalCard(refusal)]));
    },
    async tell(answer) {
      await outbox.add(whisper(drawTellCards(answer, chat.traits)));
    },
    async show(report) {
      const { run, options } = report.header;
      const cards = [drawRootCard({ state: 'done', report }, chat.traits), ...drawThreadCards(report, chat.traits)];
      const post = (card: Card): Delivery => ({ kind: 'post', channel, thread, card });
      const posts = cards.map((card) => ({ chat: chat.name, lane, delivery: post(card) }));
      // In a thread it is for everybody there; in the open channel it would be noise.
      const items: NewOutboxItem[] = thread === undefined ? whisper(cards) : posts;
      const file: Delivery | undefined =
        chat.traits.hasFiles && options.format !== 'text' ? { kind: 'file', run, format: options.format } : undefined;
      await outbox.add([...items, ...(file === undefined ? [] : [{ chat: chat.name, lane, delivery: file }])]);
    },
  };
}

export interface ThreadParts {
  readonly run: string;
  /** Where the root stands, when it does. */
  readonly shown: Promise<PostRef | undefined>;
  /** How to tell the requester alone what the channel can't be told. */
  readonly tellAlone?: ((card: Card) => readonly NewOutboxItem[]) | undefined;
}

/** The root message of a run and its thread. */
export function openThread(chatting: Channelled, { run, shown, tellAlone }: ThreadParts): RunThread {
  const { chat, progress, outbox, store } = chatting;
  let isOver = false;
  let unseen: McoError | undefined;
  const isShown = shown.then(
    (root) => {
      if (root !== undefined && !isOver) progress.begin(run, root);
    },
    (error: unknown) => {
      unseen = toMcoError(error);
      throw error;
    },
  );
  isShown.catch(() => undefined);
  return {
    whenShown: () => isShown,
    update(view) {
      const { options } = view.state === 'done' ? view.report.header : view.header;
      if (!isOver && !options.noProgress && !options.quiet) progress.show(run, drawRootCard(view, chat.traits));
    },
    async park(view, approval) {
      // INVARIANT: a run waits on disk in the same stroke as the question does: neither is without the other.
      outbox.take(await store.runs.park(run, approval, drawQuestion(chat, view)));
    },
    async remind(view) {
      const [item] = await outbox.add([
        toItem(chat, run, { kind: 'edit', run, card: drawRootCard(view, chat.traits) }),
      ]);
      // It ends the progress of before: what the run does next is shown from then on.
      const shownAgain = item && outbox.whenDelivered(item);
      shownAgain?.then((root) => root && !isOver && progress.begin(run, root)).catch(() => undefined);
    },
    async finish(report) {
      isOver = true;
      const told = unseen && tellAlone?.(drawRootCard({ state: 'done', report }, chat.traits));
      // A root that was refused for good will never be there to be edited.
      const end = unseen?.family === 'failed' ? [] : drawEnd(chat, report);
      // INVARIANT: a run ends on disk in the same stroke as its last message waits there: neither is without the other.
      outbox.take(await store.runs.finish(report, [...end, ...(told ?? [])]));
    },
    async note(note) {
      if (isOver) return;
      const delivery: Delivery = { kind: 'reply', run, card: drawNoteCard(note) };
      await outbox.add([toItem(chat, run, delivery)]);
    },
    async append(late) {
      const delivery: Delivery = { kind: 'reply', run, card: drawLateCard(late) };
      await outbox.add([{ chat: chat.name, lane: run, delivery }]);
    },
    async appendJobs(news) {
      const delivery: Delivery = { kind: 'reply', run, card: drawJobsCard(news) };
      await outbox.add([{ chat: chat.name, lane: run, delivery }]);
    },
  };
}

/** What ends a run: its root as the summary, its details, and the file with everything. */
function drawEnd(chat: Chat, report: RunReport): NewOutboxItem[] {
  const { traits } = chat;
  const { run, options } = report.header;
  const replies = drawThreadCards(report, traits).map((card): Delivery => ({ kind: 'reply', run, card }));
  const format = options.format === 'json' ? 'json' : 'csv';
  const hasFile = traits.hasFiles && report.results.length > 0 && !isUnapproved(report.outcome);
  const deliveries: Delivery[] = [
    { kind: 'edit', run, card: drawRootCard({ state: 'done', report }, traits) },
    ...replies,
    ...(hasFile ? [{ kind: 'file', run, format } as const] : []),
  ];
  return deliveries.map((delivery) => toItem(chat, run, delivery));
}

const toItem = ({ name }: Chat, run: string, delivery: Delivery): NewOutboxItem => ({
  chat: name,
  lane: run,
  delivery,
});

/** Its root as the question, and what exactly is asked. */
function drawQuestion(chat: Chat, view: Extract<RootView, { state: 'awaiting' }>): NewOutboxItem[] {
  const { traits } = chat;
  const { run } = view.header;
  const deliveries: Delivery[] = [
    { kind: 'edit', run, card: drawRootCard(view, traits) },
    ...drawAwaitedCards(view, traits).map((card): Delivery => ({ kind: 'reply', run, card })),
    ...(isListFiled(view, traits) ? [{ kind: 'file', run, format: 'json' } as const] : []),
  ];
  return deliveries.map((delivery) => toItem(chat, run, delivery));
}

/** @throws McoError `unreachable/chat-root` when it takes too long; what the chat says when it does not take it */
function whenShown({ chat, outbox, clock }: Channelled, item: OutboxItem | undefined): Promise<PostRef | undefined> {
  if (item === undefined) return Promise.resolve(undefined);
  const describeLate = (): McoError =>
    new McoError('unreachable/chat-root', `${chat.name} did not take the run's message within a minute`);
  return limitTime(clock, outbox.whenDelivered(item), { limitMs: ROOT_WITHIN_MS, describeLate });
}
