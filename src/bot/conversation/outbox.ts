import type { Chat, PostRef } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { NewOutboxItem, OutboxItem, Store } from '../../core/store.ts';
import { type DrawFile, deliverItem } from './deliver-item.ts';
import { createLanes } from './lanes.ts';

/** What could not be delivered is tried again after so long, doubled each time up to the longest. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Who is told alone is gone by then, and whoever reads a channel after a day wants no old news. */
const GIVE_UP_WHISPER_MS = 15 * 60_000;
const GIVE_UP_MS = 24 * 60 * 60_000;

/** More than this may not wait: the service is gone, and commands are refused until it is back. */
const MAX_WAITING = 20_000;

/** An edit that could overtake an earlier one of unknown fate is made once more after this. */
const REPEAT_EDIT_MS = 15_000;

/**
 * Delivers what is in the store's outbox: each lane in order, the lanes side by side, again and again until the service
 * took it or refused it for good. It goes on after a restart where it stopped.
 */
export interface Outbox {
  /** Resolves when the items are on disk. @throws McoError `failed/store`, `unreachable/chat-backlog` */
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

export interface OutboxOptions {
  readonly store: Store;
  readonly chats: ReadonlyMap<string, Chat>;
  readonly clock: Clock;
  readonly drawFile: DrawFile;
  /**
   * Ends the progress edits of a run's root and waits for one that is under way. False: its fate is not known, and it
   * may still arrive after what comes now.
   */
  endProgress(run: string): Promise<boolean>;
  /** Something was given up. */
  onGivenUp(item: OutboxItem, error: McoError): void;
  onProblem(problem: McoError): void;
}

type Waiter = { resolve(post: PostRef | undefined): void; reject(error: McoError): void };

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, clock } = options;
  const waiters = new Map<number, Waiter[]>();
  const lanes = createLanes<OutboxItem>(clock, deliver);

  function settle({ id }: OutboxItem, act: (waiter: Waiter) => void): void {
    for (const waiter of waiters.get(id) ?? []) act(waiter);
    waiters.delete(id);
  }

  /** Returns when the item is delivered or given up, or when the outbox is stopped. */
  async function deliver(item: OutboxItem): Promise<void> {
    await lanes.sleep((item.notBefore ?? 0) - clock.now());
    const patience = createPatience(item, clock.now());
    let isSettled = true;
    let isNoted = false;
    while (!lanes.isStopped()) {
      const triedAt = clock.now();
      try {
        // Once is enough to know after a crash that it may have arrived.
        if (!isNoted) await store.outbox.noteAttempt(item.id, triedAt);
        isNoted = true;
        if (item.delivery.kind === 'edit') isSettled = (await options.endProgress(item.delivery.run)) && isSettled;
        const post = await deliverItem(item, { ...options, firstTriedAt: patience.firstTriedAt() });
        await noteDelivered(item, post);
        if (!isSettled) await repeatEdit(item);
        return settle(item, ({ resolve }) => resolve(post));
      } catch (thrown) {
        const error = toMcoError(thrown);
        const pauseMs = patience.pauseAfter(error, { triedAt, now: clock.now() });
        if (pauseMs === undefined) return await giveUp(item, error);
        if (error.code !== 'unreachable/chat-busy') options.onProblem(error);
        await lanes.sleep(pauseMs);
      }
    }
  }

  /**
   * It is there: a disk that does not take note of it must not have it delivered again and again. A root is tried again,
   * and found where it stands: without its place nothing more of its run could be told.
   */
  async function noteDelivered({ id, delivery }: OutboxItem, post: PostRef | undefined): Promise<void> {
    if (delivery.kind === 'root' && post !== undefined) {
      await store.outbox.noteDelivered(id, { run: delivery.run, post });
    } else {
      await store.outbox.noteDelivered(id).catch((thrown: unknown) => options.onProblem(toMcoError(thrown)));
    }
  }

  async function giveUp(item: OutboxItem, error: McoError): Promise<void> {
    const reason = `${error.code}: ${error.message}`;
    await store.outbox.noteFailed(item.id, reason).catch((thrown: unknown) => options.onProblem(toMcoError(thrown)));
    options.onGivenUp(item, error);
    settle(item, ({ reject }) => reject(error));
  }

  async function repeatEdit({ chat, lane, delivery }: OutboxItem): Promise<void> {
    await add([{ chat, lane, delivery, notBefore: clock.now() + REPEAT_EDIT_MS }]).catch((thrown: unknown) =>
      options.onProblem(toMcoError(thrown)),
    );
  }

  async function add(items: readonly NewOutboxItem[]): Promise<readonly OutboxItem[]> {
    requireRoom(lanes.count());
    const added = await store.outbox.add(items);
    lanes.add(added);
    return added;
  }

  return {
    add,
    take: lanes.add,
    whenDelivered: ({ id }) =>
      new Promise((resolve, reject) => {
        waiters.set(id, [...(waiters.get(id) ?? []), { resolve, reject }]);
      }),
    whenEmpty: lanes.whenEmpty,
    whenIdle: lanes.whenIdle,
    waiting: lanes.count,
    async resume() {
      lanes.add(await store.outbox.pending());
    },
    stop: lanes.stop,
  };
}

/** @throws McoError `unreachable/chat-backlog` */
function requireRoom(count: number): void {
  if (count < MAX_WAITING) return;
  throw new McoError('unreachable/chat-backlog', `${count} messages wait to be delivered`, {
    hint: '`health` says which chat does not take them',
  });
}

/** How long one item is tried, and whether an earlier try may have arrived. */
interface Patience {
  firstTriedAt(): number | undefined;
  /** How long to wait before the next try; undefined: it is given up. */
  pauseAfter(error: McoError, times: { readonly triedAt: number; readonly now: number }): number | undefined;
}

function createPatience(item: OutboxItem, bornAt: number): Patience {
  const limitMs = item.delivery.kind === 'whisper' ? GIVE_UP_WHISPER_MS : GIVE_UP_MS;
  // Whatever an earlier process tried may have arrived.
  let firstTriedAt = item.attempts > 0 ? item.firstTriedAt : undefined;
  let pauseMs = FIRST_PAUSE_MS;
  return {
    firstTriedAt: () => firstTriedAt,
    pauseAfter(error, { triedAt, now }) {
      const isTemporary = error.family === 'unreachable' || error.code === 'failed/store';
      if (!isTemporary || now - bornAt > limitMs) return undefined;
      // A limit that was told: nothing was done, and trying earlier would only be refused again.
      if (error.code === 'unreachable/chat-busy') return error.retryAfterMs ?? FIRST_PAUSE_MS;
      firstTriedAt ??= triedAt;
      const pause = pauseMs;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      return pause;
    },
  };
}
