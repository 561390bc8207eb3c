import type { Chat, PostRef } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { NewOutboxItem, OutboxItem, Store } from '../../core/store.ts';
import { type DrawFile, deliverItem } from './deliver-item.ts';

/** What could not be delivered is tried again after so long, doubled each time up to the longest. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** Who is told alone is gone by then, and whoever reads a channel after a day wants no old news. */
const GIVE_UP_WHISPER_MS = 15 * 60_000;
const GIVE_UP_MS = 24 * 60 * 60_000;

/** More than this may not wait: the service is gone, and commands are refused until it is back. */
const MAX_WAITING = 20_000;

const IDLE_LOOK_MS = 50;

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
  const lanes = new Map<string, OutboxItem[]>();
  const waiters = new Map<number, Waiter[]>();
  const emptied = new Map<string, (() => void)[]>();
  const wakers = new Set<() => void>();
  let count = 0;
  let isStopped = false;

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (isStopped || ms <= 0) return resolve();
      const wake = (): void => {
        cancel();
        wakers.delete(wake);
        resolve();
      };
      const cancel = clock.after(ms, wake);
      wakers.add(wake);
    });

  async function work(lane: string, items: OutboxItem[]): Promise<void> {
    for (let item = items[0]; item !== undefined && !isStopped; item = items[0]) {
      await sleep((item.notBefore ?? 0) - clock.now());
      await deliver(item);
      if (isStopped) return;
      items.shift();
      count--;
    }
    if (isStopped) return;
    lanes.delete(lane);
    for (const resolve of emptied.get(lane) ?? []) resolve();
    emptied.delete(lane);
  }

  /** Returns when the item is delivered or given up, or when the outbox is stopped. */
  async function deliver(item: OutboxItem): Promise<void> {
    // Whatever an earlier process tried may have arrived.
    let firstTriedAt = item.attempts > 0 ? item.firstTriedAt : undefined;
    let pauseMs = FIRST_PAUSE_MS;
    const bornAt = clock.now();
    let isSettled = true;
    while (!isStopped) {
      const triedAt = clock.now();
      try {
        await store.outbox.noteAttempt(item.id, triedAt);
        if (item.delivery.kind === 'edit') isSettled = (await options.endProgress(item.delivery.run)) && isSettled;
        const post = await deliverItem(item, { ...options, firstTriedAt });
        await noteDelivered(item, post);
        if (!isSettled) await repeatEdit(item);
        return;
      } catch (thrown) {
        const error = toMcoError(thrown);
        const isBusy = error.code === 'unreachable/chat-busy';
        const limitMs = item.delivery.kind === 'whisper' ? GIVE_UP_WHISPER_MS : GIVE_UP_MS;
        if (error.family !== 'unreachable' && error.code !== 'failed/store') return await giveUp(item, error);
        if (clock.now() - bornAt > limitMs) return await giveUp(item, error);
        if (!isBusy) {
          firstTriedAt ??= triedAt;
          options.onProblem(error);
        }
        await sleep(isBusy ? (error.retryAfterMs ?? FIRST_PAUSE_MS) : pauseMs);
        if (!isBusy) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
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
    for (const waiter of waiters.get(id) ?? []) waiter.resolve(post);
    waiters.delete(id);
  }

  async function giveUp(item: OutboxItem, error: McoError): Promise<void> {
    const reason = `${error.code}: ${error.message}`;
    await store.outbox.noteFailed(item.id, reason).catch((thrown: unknown) => options.onProblem(toMcoError(thrown)));
    options.onGivenUp(item, error);
    for (const waiter of waiters.get(item.id) ?? []) waiter.reject(error);
    waiters.delete(item.id);
  }

  async function repeatEdit({ chat, lane, delivery }: OutboxItem): Promise<void> {
    await outbox
      .add([{ chat, lane, delivery, notBefore: clock.now() + REPEAT_EDIT_MS }])
      .catch((thrown: unknown) => options.onProblem(toMcoError(thrown)));
  }

  const outbox: Outbox = {
    async add(items) {
      if (count >= MAX_WAITING) {
        throw new McoError('unreachable/chat-backlog', `${count} messages wait to be delivered`, {
          hint: '`health` says which chat does not take them',
        });
      }
      const added = await store.outbox.add(items);
      outbox.take(added);
      return added;
    },
    take(items) {
      for (const item of items) {
        count++;
        const lane = lanes.get(item.lane);
        if (lane !== undefined) {
          lane.push(item);
          continue;
        }
        const queue = [item];
        lanes.set(item.lane, queue);
        void work(item.lane, queue);
      }
    },
    whenDelivered: ({ id }) =>
      new Promise((resolve, reject) => {
        waiters.set(id, [...(waiters.get(id) ?? []), { resolve, reject }]);
      }),
    whenEmpty: (lane) =>
      new Promise((resolve) => {
        if (!lanes.has(lane)) return resolve();
        emptied.set(lane, [...(emptied.get(lane) ?? []), resolve]);
      }),
    async whenIdle() {
      while (count > 0 && !isStopped) await sleep(IDLE_LOOK_MS);
    },
    waiting: () => count,
    async resume() {
      outbox.take(await store.outbox.pending());
    },
    stop() {
      isStopped = true;
      for (const wake of [...wakers]) wake();
    },
  };
  return outbox;
}
