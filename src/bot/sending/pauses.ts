import type { Clock } from '../../core/ports.ts';
import { sleep } from '../../core/waiting.ts';

/** Waits that can be ended early, one for each node. */
export interface Pauses {
  /** Resolves after so long, or as soon as its node is woken; at once when it is all over. */
  pause(node: string, ms: number): Promise<void>;
  wake(node: string): void;
  wakeAll(): void;
}

/** @param isOver nobody waits any more */
export function createPauses(clock: Clock, isOver: () => boolean): Pauses {
  const sleeping = new Map<string, () => void>();
  return {
    async pause(node, ms) {
      if (isOver() || ms <= 0) return;
      const over = new AbortController();
      sleeping.set(node, () => over.abort());
      await sleep(clock, ms, over.signal);
      sleeping.delete(node);
    },
    wake: (node) => sleeping.get(node)?.(),
    wakeAll() {
      for (const wake of [...sleeping.values()]) wake();
    },
  };
}
