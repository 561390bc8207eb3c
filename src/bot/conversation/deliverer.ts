import type { PostRef } from '../../core/chat.ts';
import { type McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { OutboxItem } from '../../core/store.ts';
import { type DeliveryTools, deliverItem } from './deliver-item.ts';
import type { Lanes } from './lanes.ts';
import { createPatience, type GivenUp } from './patience.ts';
import { createSlots, type Slots } from './slots.ts';

/** Nothing is held back for longer, whatever the clock says. */
const LONGEST_HOLD_MS = 60_000;

export interface DelivererOptions extends Omit<DeliveryTools, 'firstTriedAt'> {
  readonly clock: Clock;
  /**
   * Ends the progress edits of a run's root and waits for one that is under way. False: its fate is not known, and it
   * may still arrive after what comes now.
   */
  endProgress(run: string): Promise<boolean>;
  onProblem(problem: McoError, chat: string): void;
}

export interface Delivered {
  readonly post: PostRef | undefined;
  /** False: an earlier edit of unknown fate may still overtake this one. */
  readonly isSettled: boolean;
}

/** Where an item ends. Neither throws. */
export interface DeliveryEnds {
  readonly lanes: Pick<Lanes<OutboxItem>, 'sleep' | 'isStopped'>;
  conclude(item: OutboxItem, delivered: Delivered): Promise<void>;
  giveUp(item: OutboxItem, error: McoError, why: GivenUp): Promise<void>;
}

interface TryState {
  isSettled: boolean;
  isNoted: boolean;
  triedAt: number;
}

/** Tries an item until it is delivered or given up, or the lanes are stopped. */
export function createDeliverer(
  options: DelivererOptions,
  { lanes, conclude, giveUp }: DeliveryEnds,
): (item: OutboxItem) => Promise<void> {
  const { clock } = options;
  const chats = new Map<string, { readonly slots: Slots; delivered: number }>();

  function findChat(name: string): { readonly slots: Slots; delivered: number } {
    const known = chats.get(name) ?? { slots: createSlots(), delivered: 0 };
    chats.set(name, known);
    return known;
  }

  async function attempt(item: OutboxItem, state: TryState, firstTriedAt: number | undefined): Promise<void> {
    if (lanes.isStopped()) return;
    state.triedAt = clock.now();
    const post = await tryOnce(options, item, { state, firstTriedAt });
    findChat(item.chat).delivered++;
    await conclude(item, { post, isSettled: state.isSettled });
  }

  return async (item) => {
    await lanes.sleep(Math.min((item.notBefore ?? 0) - clock.now(), LONGEST_HOLD_MS));
    const chat = findChat(item.chat);
    const patience = createPatience(item);
    const state: TryState = { isSettled: true, isNoted: false, triedAt: clock.now() };
    while (!lanes.isStopped()) {
      try {
        const { delivery } = item;
        if (delivery.kind === 'edit') state.isSettled = (await options.endProgress(delivery.run)) && state.isSettled;
        return await chat.slots.run(delivery.kind, () => attempt(item, state, patience.firstTriedAt()));
      } catch (thrown) {
        const error = toMcoError(thrown);
        const { triedAt } = state;
        const pause = patience.pauseAfter(error, { triedAt, now: clock.now(), delivered: chat.delivered });
        if (typeof pause === 'string') return await giveUp(item, error, pause);
        if (error.code !== 'unreachable/chat-busy') options.onProblem(error, item.chat);
        await lanes.sleep(pause);
      }
    }
  };
}

async function tryOnce(
  options: DelivererOptions,
  item: OutboxItem,
  { state, firstTriedAt }: { readonly state: TryState; readonly firstTriedAt: number | undefined },
): Promise<PostRef | undefined> {
  // Once is enough to know after a crash that it may have arrived.
  if (!state.isNoted) await options.store.outbox.noteAttempt(item.id, state.triedAt);
  state.isNoted = true;
  // After a clock that was set back it must not be looked for in the future.
  const since = firstTriedAt === undefined ? undefined : Math.min(firstTriedAt, state.triedAt);
  const post = await deliverItem(item, { ...options, firstTriedAt: since });
  await noteDelivered(options, item, post);
  return post;
}

/**
 * It is there: a disk that does not take note of it must not have it delivered again and again. A root is tried again,
 * and found where it stands: without its place nothing more of its run could be told.
 */
async function noteDelivered(
  { store, onProblem }: DelivererOptions,
  { id, chat, delivery }: OutboxItem,
  post: PostRef | undefined,
): Promise<void> {
  if (delivery.kind === 'root' && post !== undefined) {
    await store.outbox.noteDelivered(id, { run: delivery.run, post });
  } else {
    await store.outbox.noteDelivered(id).catch((thrown: unknown) => onProblem(toMcoError(thrown), chat));
  }
}
