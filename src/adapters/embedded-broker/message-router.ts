import { isExpired, MessageQueue, type Receiver, type StoredMessage } from './message-queue.ts';

const MAX_QUEUES = 20_000;

/** Who gets what: topics go to every matching subscriber, queues to one consumer. */
export class MessageRouter {
  readonly #topics = new Map<string, Set<Receiver>>();
  readonly #patterns = new Map<Receiver, RegExp>();
  readonly #queues = new Map<string, MessageQueue>();

  /** How many messages wait in the queue of this destination. */
  waitingIn(destination: string): number {
    return this.#queues.get(destination)?.waiting ?? 0;
  }

  /** @throws Error on a destination that is neither a topic nor a queue, or when there are too many queues */
  publish(destination: string, message: StoredMessage, nowMs: number): void {
    if (isQueue(destination)) {
      this.#queue(destination).put(message, nowMs);
      return;
    }
    if (isExpired(message, nowMs)) return;
    for (const receiver of this.#topics.get(destination) ?? []) receiver.deliver(message);
    for (const [receiver, pattern] of this.#patterns) if (pattern.test(destination)) receiver.deliver(message);
  }

  /** @returns the function that ends the subscription */
  subscribe(destination: string, receiver: Receiver, nowMs: number): () => void {
    if (isQueue(destination)) {
      const queue = this.#queue(destination);
      queue.addConsumer(receiver, nowMs);
      return () => {
        queue.removeConsumer(receiver);
        if (queue.isUnused) this.#queues.delete(destination);
      };
    }
    if (/[*>]/.test(destination)) {
      this.#patterns.set(receiver, wildcardToRegExp(destination));
      return () => this.#patterns.delete(receiver);
    }
    const receivers = this.#topics.get(destination) ?? new Set();
    this.#topics.set(destination, receivers.add(receiver));
    return () => {
      receivers.delete(receiver);
      if (receivers.size === 0) this.#topics.delete(destination);
    };
  }

  dropExpired(nowMs: number): void {
    for (const [destination, queue] of this.#queues) {
      queue.dropExpired(nowMs);
      if (queue.isUnused) this.#queues.delete(destination);
    }
  }

  #queue(destination: string): MessageQueue {
    const known = this.#queues.get(destination);
    if (known !== undefined) return known;
    if (this.#queues.size >= MAX_QUEUES) throw new Error('too many queues');
    const queue = new MessageQueue();
    this.#queues.set(destination, queue);
    return queue;
  }
}

function isQueue(destination: string): boolean {
  if (destination.startsWith('/topic/')) return false;
  if (destination.startsWith('/queue/') && !/[*>]/.test(destination)) return true;
  throw new Error('a destination must be /topic/NAME or /queue/NAME');
}

/** ActiveMQ's wildcards: `*` stands for one name between dots, `>` at the end for all that follows. */
export function wildcardToRegExp(destination: string): RegExp {
  const parts = destination.replace(/\.?>$/, '').split('.').map(partToPattern);
  const tail = !destination.endsWith('>') ? '' : destination.endsWith('.>') ? '(\\..*)?' : '.*';
  return new RegExp(`^${parts.join('\\.')}${tail}$`, 's');
}

function partToPattern(part: string): string {
  if (part === '*') return '[^.]+';
  if (part === '/topic/*') return '/topic/[^.]+';
  return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
