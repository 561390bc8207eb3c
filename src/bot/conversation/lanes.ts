import type { Clock } from '../../core/ports.ts';

const IDLE_LOOK_MS = 50;

/** What is done one after the other, and beside what. */
export interface Laned {
  readonly lane: string;
}

/** Queues side by side: each lane is worked on in order, and a slow one holds nobody else up. */
export interface Lanes<T extends Laned> {
  add(items: readonly T[]): void;
  count(): number;
  whenEmpty(lane: string): Promise<void>;
  whenIdle(): Promise<void>;
  /** Ends early when the lanes are stopped. */
  sleep(ms: number): Promise<void>;
  isStopped(): boolean;
  /** Begins nothing more. What waits is left alone. */
  stop(): void;
}

/** @param work never throws; an item counts as done when it is over */
export function createLanes<T extends Laned>(clock: Clock, work: (item: T) => Promise<void>): Lanes<T> {
  const queues = new Map<string, T[]>();
  const emptied = new Map<string, (() => void)[]>();
  const wakers = new Set<() => void>();
  let count = 0;
  let isStopped = false;

  async function workOff(lane: string, items: T[]): Promise<void> {
    for (let item = items[0]; item !== undefined; item = items[0]) {
      await work(item);
      if (isStopped) return;
      items.shift();
      count--;
    }
    queues.delete(lane);
    for (const resolve of emptied.get(lane) ?? []) resolve();
    emptied.delete(lane);
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (isStopped || ms <= 0) return resolve();
      const wake = (): void => {
        cancel();
        wakers.delete(wake);
        resolve();
      };
      const cancel = clock.after(ms, wake);
      wakers.add(wake);
    });
  }

  return {
    add(items) {
      for (const item of items) {
        count++;
        const queue = queues.get(item.lane);
        if (queue !== undefined) {
          queue.push(item);
          continue;
        }
        const opened = [item];
        queues.set(item.lane, opened);
        void workOff(item.lane, opened);
      }
    },
    count: () => count,
    whenEmpty: (lane) =>
      new Promise((resolve) => {
        if (!queues.has(lane)) return resolve();
        emptied.set(lane, [...(emptied.get(lane) ?? []), resolve]);
      }),
    async whenIdle() {
      while (count > 0 && !isStopped) await sleep(IDLE_LOOK_MS);
    },
    sleep,
    isStopped: () => isStopped,
    stop() {
      isStopped = true;
      for (const wake of [...wakers]) wake();
    },
  };
}
