/** A message as the broker keeps it: the shared part of its frame, encoded once. */
export interface StoredMessage {
  readonly id: string;
  readonly rest: Buffer;
  /** Milliseconds since the epoch; 0 means never. */
  readonly expiresAt: number;
}

/** Somebody who gets messages. */
export interface Receiver {
  deliver(message: StoredMessage): void;
}

const MAX_MESSAGES = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Each message goes to one consumer, in turn; without consumers it is kept until it expires. Full: the oldest goes. */
export class MessageQueue {
  readonly #consumers: Receiver[] = [];
  #waiting: StoredMessage[] = [];
  #bytes = 0;
  #turn = 0;

  get isUnused(): boolean {
    return this.#consumers.length === 0 && this.#waiting.length === 0;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  put(message: StoredMessage, nowMs: number): void {
    if (isExpired(message, nowMs)) return;
    const consumer = this.#consumers[this.#turn % Math.max(1, this.#consumers.length)];
    if (consumer !== undefined) {
      this.#turn = (this.#turn + 1) % this.#consumers.length;
      consumer.deliver(message);
      return;
    }
    this.#waiting.push(message);
    this.#bytes += message.rest.length;
    this.dropExpired(nowMs);
    while (this.#waiting.length > MAX_MESSAGES || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#waiting.shift()?.rest.length ?? 0;
    }
  }

  addConsumer(consumer: Receiver, nowMs: number): void {
    this.#consumers.push(consumer);
    this.dropExpired(nowMs);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const message of waiting) consumer.deliver(message);
  }

  removeConsumer(consumer: Receiver): void {
    const at = this.#consumers.indexOf(consumer);
    if (at !== -1) this.#consumers.splice(at, 1);
  }

  dropExpired(nowMs: number): void {
    if (!this.#waiting.some((message) => isExpired(message, nowMs))) return;
    this.#waiting = this.#waiting.filter((message) => !isExpired(message, nowMs));
    this.#bytes = this.#waiting.reduce((sum, message) => sum + message.rest.length, 0);
  }
}

export function isExpired(message: StoredMessage, nowMs: number): boolean {
  return message.expiresAt !== 0 && message.expiresAt <= nowMs;
}
