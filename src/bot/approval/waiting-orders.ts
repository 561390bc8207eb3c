import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { ActiveRuns } from '../active-runs.ts';
import type { Bot } from '../bot.ts';

/** Orders that wait for approval: of one caller, and in all. Each keeps a list of nodes. */
const MAX_OF_ONE = 20;
const MAX_ORDERS = 200;

/** The longest time that an order may wait, whatever the clock says: it may have been set back. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** How soon a clock that was set forward is noticed, and how soon an end that could not be written is tried again. */
const LOOK_MS = 60_000;

/** The orders of this process that wait for approval, and when each of them expires. */
export interface WaitingOrders {
  /** @throws McoError `usage/too-many` when none of this caller may wait now; else it has its place until `release` */
  hold(run: string, caller: string): void;
  /** Calls `expire` when the time is up, by the clock or by what has passed; again and again until it resolves. */
  watch(run: string, order: { readonly caller: string; readonly expiresAt: number }, expire: Expire): void;
  release(run: string): void;
  /**
   * What is decided about one run is decided one after the other: this is done when all that came before is. Nothing in it
   * may wait for another turn of the same run.
   */
  inTurn<T>(run: string, decide: () => Promise<T>): Promise<T>;
  /** Who ended an order, until that is in its report. */
  noteEnd(run: string, by: string): void;
  endedBy(run: string): string | undefined;
  /** Watches nothing any more. */
  stop(): void;
}

type Expire = () => Promise<void>;

interface Entry {
  readonly caller: string;
  cancel(): void;
}

const ORDERS = new WeakMap<ActiveRuns, WaitingOrders>();

/** Those of a bot; like its runs under way they are of this process alone. */
export function waitingOrdersOf({ active, clock }: Pick<Bot, 'active' | 'clock'>): WaitingOrders {
  const known = ORDERS.get(active) ?? createWaitingOrders(clock);
  ORDERS.set(active, known);
  return known;
}

export function createWaitingOrders(clock: Clock): WaitingOrders {
  const orders = new Map<string, Entry>();
  const turns = new Map<string, Promise<void>>();
  const ended = new Map<string, string>();
  let isStopped = false;

  function put(run: string, entry: Entry): void {
    orders.get(run)?.cancel();
    orders.set(run, entry);
  }

  return {
    hold(run, caller) {
      const own = [...orders.values()].filter((entry) => entry.caller === caller).length;
      if (own >= MAX_OF_ONE || orders.size >= MAX_ORDERS) {
        const whose = own < MAX_OF_ONE ? `${orders.size} in all` : `${own} of yours`;
        throw new McoError('usage/too-many', `too many runs wait for approval: ${whose}`, {
          hint: 'wait until one is decided, or `withdraw` one',
        });
      }
      put(run, { caller, cancel: () => {} });
    },
    watch(run, { caller, expiresAt }, expire) {
      const entry: Entry = { caller, cancel: () => {} };
      put(run, entry);
      if (isStopped) return;
      let leftMs = Math.min(LONGEST_WAIT_MS, expiresAt - clock.now());
      const look = (): void => {
        const isDue = leftMs <= 0 || clock.now() >= expiresAt;
        const pauseMs = isDue ? 0 : Math.min(leftMs, expiresAt - clock.now(), LOOK_MS);
        entry.cancel = clock.after(pauseMs, () => {
          leftMs -= pauseMs;
          if (isDue) end();
          else look();
        });
      };
      const end = (): void => {
        expire().catch(() => {
          if (orders.get(run) === entry) entry.cancel = clock.after(LOOK_MS, end);
        });
      };
      look();
    },
    release(run) {
      orders.get(run)?.cancel();
      orders.delete(run);
    },
    inTurn(run, decide) {
      const turn = (turns.get(run) ?? Promise.resolve()).then(decide);
      const over: Promise<void> = turn
        .then(
          () => {},
          () => {},
        )
        .then(() => {
          if (turns.get(run) === over) turns.delete(run);
        });
      turns.set(run, over);
      return turn;
    },
    noteEnd(run, by) {
      const [oldest] = ended.keys();
      if (ended.size >= MAX_ORDERS && oldest !== undefined) ended.delete(oldest);
      ended.set(run, by);
    },
    endedBy: (run) => ended.get(run),
    stop() {
      isStopped = true;
      for (const { cancel } of orders.values()) cancel();
      orders.clear();
    },
  };
}
