import type { PostRef } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Delivery, NewOutboxItem, OutboxItem } from '../../core/store.ts';
import { createDeliverer, type Delivered, type DelivererOptions } from './deliverer.ts';
import { findOtherWay } from './find-other-way.ts';
import { createLanes } from './lanes.ts';
import type { GivenUp } from './patience.ts';
import { createWhisperRoom } from './whisper-room.ts';

/** More than this may not wait, what people are told alone aside: the service is gone, and commands are refused until it is back. */
const MAX_WAITING = 20_000;

/** An edit that could overtake an earlier one of unknown fate is made once more after this. */
const REPEAT_EDIT_MS = 15_000;

/** Whoever asked too much is told nothing more for so long. */
const TOO_MUCH_PAUSE_MS = 10_000;

/**
 * Delivers what is in the store's outbox: each lane in order, the lanes side by side, again and again until the service
 * took it or refused it for good. It goes on after a restart where it stopped.
 */
export interface Outbox {
  /**
   * Resolves when the items are on disk. Of what one account is told alone, only a few answers may wait: more are left
   * out, and that is told later. @throws McoError `failed/store`, `unreachable/chat-backlog`
   */
  add(items: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]>;
  /** Takes over items that are on disk already. */
  take(items: readonly OutboxItem[]): void;
  /** Resolves when the item is delivered; rejects when it is given up. */
  whenDelivered(item: OutboxItem): Promise<PostRef | undefined>;
  /** Resolves when nothing of a lane waits. */
  whenEmpty(lane: string): Promise<void>;
  /** Resolves when nothing waits at all. */
  whenIdle(): Promise<void>;
  waiting(): number;
  /** Takes over what an earlier process left. */
  resume(): Promise<void>;
  /** Delivers nothing more; what waits stays on disk. */
  stop(): void;
}

export interface OutboxOptions extends DelivererOptions {
  /** Something was given up. */
  onGivenUp(item: OutboxItem, error: McoError): void;
}

type Whisper = Extract<Delivery, { kind: 'whisper' }>;

type Waiter = { resolve(post: PostRef | undefined): void; reject(error: McoError): void };

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, clock } = options;
  const waiters = new Map<number, Waiter[]>();
  const whispers = createWhisperRoom();
  const lanes = createLanes<OutboxItem>(clock, (item) => deliver(item));
  const deliver = createDeliverer(options, { lanes, conclude, giveUp });

  function settle({ id }: OutboxItem, act: (waiter: Waiter) => void): void {
    for (const waiter of waiters.get(id) ?? []) act(waiter);
    waiters.delete(id);
  }

  const tellProblem = (item: NewOutboxItem) => (thrown: unknown) => options.onProblem(toMcoError(thrown), item.chat);

  async function conclude(item: OutboxItem, { post, isSettled }: Delivered): Promise<void> {
    if (!isSettled) await repeatEdit(item);
    settle(item, ({ resolve }) => resolve(post));
    release(item);
  }

  async function giveUp(item: OutboxItem, error: McoError, why: GivenUp): Promise<void> {
    // First, so that a crash in between tells the end of a run twice rather than never.
    const other = why === 'late' ? undefined : await findOtherWay(store, item, error).catch(tellProblem(item));
    if (other !== undefined) await store.outbox.add([other]).then(take, tellProblem(item));
    await store.outbox.noteFailed(item.id, `${error.code}: ${error.message}`).catch(tellProblem(item));
    options.onGivenUp(item, error);
    settle(item, ({ reject }) => reject(error));
    release(item);
  }

  /** Nobody is left without a word: whoever asked too much learns that, after a pause that leaves the chat to others. */
  function release(item: NewOutboxItem): void {
    const { delivery } = item;
    if (!whispers.release(item) || delivery.kind !== 'whisper') return;
    void lanes.sleep(TOO_MUCH_PAUSE_MS).then(async () => {
      const left = lanes.isStopped() ? 0 : whispers.reopen(delivery.to.account);
      if (left > 0) await add([tellLeftOut({ ...item, delivery }, left)]).catch(tellProblem(item));
    });
  }

  async function repeatEdit(item: OutboxItem): Promise<void> {
    const { chat, lane, delivery } = item;
    await add([{ chat, lane, delivery, notBefore: clock.now() + REPEAT_EDIT_MS }]).catch(tellProblem(item));
  }

  function take(items: readonly OutboxItem[]): void {
    whispers.hold(items);
    lanes.add(items);
  }

  async function add(items: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]> {
    requireRoom(lanes.count() - whispers.count());
    const admitted = whispers.admit(items);
    const left = items.find((item) => !admitted.includes(item));
    if (left !== undefined) tellProblem(left)(describeLeftOut());
    try {
      const added = await store.outbox.add(admitted);
      lanes.add(added);
      return added;
    } catch (thrown) {
      for (const item of admitted) release(item);
      throw thrown;
    }
  }

  return {
    add,
    take,
    whenDelivered: ({ id }) =>
      new Promise((resolve, reject) => {
        waiters.set(id, [...(waiters.get(id) ?? []), { resolve, reject }]);
      }),
    whenEmpty: lanes.whenEmpty,
    whenIdle: lanes.whenIdle,
    waiting: lanes.count,
    async resume() {
      take(await store.outbox.pending());
    },
    stop: lanes.stop,
  };
}

function tellLeftOut(item: NewOutboxItem & { readonly delivery: Whisper }, count: number): NewOutboxItem {
  const { via: _, ...to } = item.delivery.to;
  const card = { header: `${count} more answers were left out: too many waited for you`, body: [] };
  return { chat: item.chat, lane: item.lane, delivery: { kind: 'whisper', to, card } };
}

const describeLeftOut = (): McoError =>
  new McoError('unreachable/chat-backlog', 'answers were left out: five wait for the same person already', {
    hint: 'the audit trail says who asks so much',
  });

/** @throws McoError `unreachable/chat-backlog` */
function requireRoom(count: number): void {
  if (count < MAX_WAITING) return;
  throw new McoError('unreachable/chat-backlog', `${count} messages wait to be delivered`, {
    hint: '`health` says which chat does not take them',
  });
}
