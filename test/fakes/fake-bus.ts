import { McoError } from '../../src/core/errors.ts';
import type { Bus, BusMessage, Outgoing } from '../../src/core/ports.ts';

/** A broker in memory: it hands every message to the subscribers of its destination, and can be cut off. */
export interface FakeBus extends Bus {
  readonly published: Outgoing[];
  deliver(destination: string, message: BusMessage): void;
  /** From now on nothing can be published. */
  cut(): void;
  mend(): void;
}

export function createFakeBus(): FakeBus {
  const subscribers = new Map<string, Set<(message: BusMessage) => void>>();
  const published: Outgoing[] = [];
  let state: Bus['state'] = 'up';
  let losses = 0;
  const deliver = (destination: string, message: BusMessage): void => {
    for (const receive of subscribers.get(destination) ?? []) queueMicrotask(() => receive(message));
  };
  return {
    published,
    deliver,
    cut() {
      state = 'down';
      losses++;
    },
    mend() {
      state = 'up';
    },
    async publish(message) {
      if (message.signal?.aborted) throw new McoError('unreachable/not-sent', 'it was withdrawn');
      if (state !== 'up') throw new McoError('unreachable/not-sent', 'no broker reachable: tried fake:61613');
      published.push(message);
      deliver(message.destination, { body: message.body, signature: message.signature });
    },
    subscribe(destination, onMessage) {
      const receivers = subscribers.get(destination) ?? new Set();
      subscribers.set(destination, receivers.add(onMessage));
      return () => receivers.delete(onMessage);
    },
    get losses() {
      return losses;
    },
    get state() {
      return state;
    },
    lastError: undefined,
  };
}
