import type { Delivery } from '../../core/store.ts';

/** What is urgent may fill all of them; what is less so leaves some free for it. */
const SLOTS: readonly number[] = [8, 6, 4];

const RANKS: Readonly<Record<Delivery['kind'], number>> = { root: 0, edit: 0, reply: 1, file: 1, post: 1, whisper: 2 };

/** Bounds how many deliveries to one chat are under way. When one is over, the most urgent that waits comes next. */
export interface Slots {
  run<Result>(kind: Delivery['kind'], work: () => Promise<Result>): Promise<Result>;
}

export function createSlots(): Slots {
  const waiting: (() => void)[][] = SLOTS.map(() => []);
  let underWay = 0;

  function startNext(): void {
    for (const [rank, max] of SLOTS.entries()) {
      while (underWay < max) {
        const start = waiting[rank]?.shift();
        if (start === undefined) break;
        underWay++;
        start();
      }
    }
  }

  return {
    async run(kind, work) {
      await new Promise<void>((resolve) => {
        waiting[RANKS[kind]]?.push(resolve);
        startNext();
      });
      try {
        return await work();
      } finally {
        underWay--;
        startNext();
      }
    },
  };
}
