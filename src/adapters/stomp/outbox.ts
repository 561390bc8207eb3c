import { type Backoff, createBackoff } from '../../core/backoff.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock, Outgoing } from '../../core/ports.ts';
import { plainText } from './describe-failure.ts';
import { Withdrawals } from './withdrawals.ts';

/** What the broker says to a message: it has it, or it does not take it. */
export interface Delivery {
  onConfirmed(): void;
  onRefused(reason: string): void;
}

/** Hands a message to the broker, which calls back once or never. */
export type SendNow = (message: Outgoing, delivery: Delivery) => void;

export interface OutboxSettings {
  readonly clock: Clock;
  /** Called when the broker left a message unconfirmed for too long: the connection has to go. */
  readonly onStuck: () => void;
  /** How many messages may wait for their receipt at a time. Default 500. */
  readonly window?: number;
  readonly maxMessages?: number;
  readonly maxBytes?: number;
  readonly receiptTimeoutMs?: number;
}

interface Entry {
  readonly message: Outgoing;
  readonly resolve: () => void;
  readonly reject: (error: McoError) => void;
  /** When it was last handed to a broker; undefined if never. */
  sentAtMs: number | undefined;
  /** Spaces out the attempts on a destination that had no room. */
  readonly backoff: Backoff;
  fullTimes: number;
  notBeforeMs: number;
}

/** What ActiveMQ says of a message when its destination is full: the others on it may be read in a moment. */
const FULL = /memory limit reached/i;
const MAX_FULL_TIMES = 5;

/**
 * What is on its way out: bounded, in order, kept across reconnects until confirmed or expired.
 * A message may reach the broker twice when the connection breaks before the receipt.
 */
export class Outbox {
  readonly #settings: Required<OutboxSettings>;
  #waiting = new Map<number, Entry>();
  readonly #inFlight = new Map<number, Entry>();
  #bytes = 0;
  #nextId = 1;
  #sendNow: SendNow | undefined;
  #closed = false;
  #expiryAtMs = Number.POSITIVE_INFINITY;
  #cancelExpiry: () => void = () => {};
  #cancelReceiptCheck: (() => void) | undefined;
  readonly #withdrawals = new Withdrawals((ids) => this.#withdraw(ids));

  constructor(settings: OutboxSettings) {
    this.#settings = {
      window: 500,
      maxMessages: 10_000,
      maxBytes: 64 * 1024 * 1024,
      receiptTimeoutMs: 15_000,
      ...settings,
    };
  }

  /** How many messages are neither confirmed nor given up. */
  get size(): number {
    return this.#waiting.size + this.#inFlight.size;
  }

  /** @throws McoError `unreachable/not-sent`, `unreachable/unconfirmed` */
  add(message: Outgoing): Promise<void> {
    const { maxMessages, maxBytes, clock } = this.#settings;
    const size = message.body.byteLength;
    if (this.#closed) return Promise.reject(notSent('the connection is closed'));
    if (message.signal?.aborted) return Promise.reject(notSent(WITHDRAWN));
    if (message.expiresAt <= clock.now()) return Promise.reject(notSent('the message had expired already'));
    if (this.size >= maxMessages) return Promise.reject(notSent(`${maxMessages} messages are waiting already`));
    if (this.#bytes + size > maxBytes) return Promise.reject(notSent(`${this.#bytes} bytes are waiting already`));
    return new Promise((resolve, reject) => {
      this.#bytes += size;
      const id = this.#nextId++;
      this.#waiting.set(id, {
        message,
        resolve,
        reject,
        sentAtMs: undefined,
        backoff: createBackoff(Math.random),
        fullTimes: 0,
        notBeforeMs: 0,
      });
      if (message.signal !== undefined) this.#withdrawals.watch(message.signal, id);
      this.#pump();
      if (this.#waiting.size > 0) this.#scheduleExpiry(message.expiresAt);
    });
  }

  /** A broker is there: send what waits. */
  attach(sendNow: SendNow): void {
    this.#sendNow = sendNow;
    this.#pump();
  }

  /** The broker is gone: what it has not confirmed goes to the front of the queue. */
  detach(): void {
    this.#sendNow = undefined;
    this.#cancelReceiptCheck?.();
    this.#cancelReceiptCheck = undefined;
    this.#waiting = new Map([...this.#inFlight, ...this.#waiting]);
    this.#inFlight.clear();
    this.#dropExpired();
  }

  /** Gives up everything that is left. */
  close(): void {
    this.#closed = true;
    this.detach();
    this.#cancelExpiry();
    for (const [id, entry] of this.#waiting) this.#giveUp(id, entry, 'the connection was closed');
  }

  #pump(): void {
    const { window, clock } = this.#settings;
    for (const [id, entry] of this.#waiting) {
      if (this.#sendNow === undefined || this.#inFlight.size >= window) return;
      if (entry.message.expiresAt <= clock.now()) {
        this.#giveUp(id, entry, 'it expired while waiting for a broker');
        continue;
      }
      if (entry.notBeforeMs > clock.now()) continue;
      this.#waiting.delete(id);
      this.#inFlight.set(id, entry);
      entry.sentAtMs = clock.now();
      this.#scheduleReceiptCheck(this.#settings.receiptTimeoutMs);
      this.#sendNow(entry.message, {
        onConfirmed: () => this.#confirm(id),
        onRefused: (reason) => this.#refuse(id, reason),
      });
    }
  }

  #confirm(id: number): void {
    // Also found among the waiting: a receipt that was still under way when the connection broke counts.
    const entry = this.#inFlight.get(id) ?? this.#waiting.get(id);
    if (entry === undefined) return;
    this.#forget(id, entry);
    entry.resolve();
    this.#pump();
  }

  /** Sent again, it would cost the connection again, and every other message its way. Only room may come back. */
  #refuse(id: number, reason: string): void {
    const entry = this.#inFlight.get(id);
    if (entry === undefined) return;
    if (FULL.test(reason) && entry.fullTimes < MAX_FULL_TIMES) return this.#putOff(id, entry);
    this.#forget(id, entry);
    entry.reject(new McoError('unreachable/refused', `the broker does not take this message: ${plainText(reason)}`));
  }

  #putOff(id: number, entry: Entry): void {
    const delayMs = entry.backoff.nextDelayMs();
    entry.fullTimes += 1;
    entry.notBeforeMs = this.#settings.clock.now() + delayMs;
    this.#inFlight.delete(id);
    this.#waiting.set(id, entry);
    this.#settings.clock.after(delayMs, () => this.#pump());
    this.#scheduleExpiry(entry.message.expiresAt);
  }

  #giveUp(id: number, entry: Entry, reason: string): void {
    this.#forget(id, entry);
    entry.reject(entry.sentAtMs === undefined ? notSent(reason) : unconfirmed(reason));
  }

  #withdraw(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#waiting.get(id) ?? this.#inFlight.get(id);
      if (entry !== undefined) this.#giveUp(id, entry, WITHDRAWN);
    }
    this.#pump();
  }

  #forget(id: number, entry: Entry): void {
    if (entry.message.signal !== undefined) this.#withdrawals.unwatch(entry.message.signal, id);
    this.#waiting.delete(id);
    this.#inFlight.delete(id);
    this.#bytes -= entry.message.body.byteLength;
  }

  #dropExpired(): void {
    const now = this.#settings.clock.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const [id, entry] of this.#waiting) {
      if (entry.message.expiresAt <= now) this.#giveUp(id, entry, 'it expired while waiting for a broker');
      else earliest = Math.min(earliest, entry.message.expiresAt);
    }
    this.#cancelExpiry();
    this.#expiryAtMs = Number.POSITIVE_INFINITY;
    if (earliest !== Number.POSITIVE_INFINITY) this.#scheduleExpiry(earliest);
  }

  #scheduleExpiry(atMs: number): void {
    if (atMs >= this.#expiryAtMs) return;
    const { clock } = this.#settings;
    this.#cancelExpiry();
    this.#expiryAtMs = atMs;
    // Timers end at 2^31 ms; an early look only schedules the next one.
    this.#cancelExpiry = clock.after(Math.min(Math.max(1, atMs - clock.now()), 3_600_000), () => this.#dropExpired());
  }

  #scheduleReceiptCheck(delayMs: number): void {
    this.#cancelReceiptCheck ??= this.#settings.clock.after(delayMs, () => this.#checkReceipts());
  }

  #checkReceipts(): void {
    this.#cancelReceiptCheck = undefined;
    const oldest = this.#inFlight.values().next().value;
    if (oldest?.sentAtMs === undefined) return;
    const leftMs = oldest.sentAtMs + this.#settings.receiptTimeoutMs - this.#settings.clock.now();
    if (leftMs <= 0) this.#settings.onStuck();
    else this.#scheduleReceiptCheck(leftMs);
  }
}

const WITHDRAWN = 'it was withdrawn';

function notSent(reason: string): McoError {
  return new McoError('unreachable/not-sent', `the message was not sent: ${reason}`);
}

function unconfirmed(reason: string): McoError {
  return new McoError('unreachable/unconfirmed', `the message may or may not have reached a broker: ${reason}`);
}
