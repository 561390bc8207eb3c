import { createBackoff } from '../../core/backoff.ts';
import { McoError } from '../../core/errors.ts';
import type { Bus, BusMessage, Clock, Outgoing } from '../../core/ports.ts';
import type { BrokerFlavour } from './broker-flavour.ts';
import { type ConnectionEvent, ConnectionKeeper, type ConnectionState } from './connection-keeper.ts';
import { plainText } from './describe-failure.ts';
import type { Session } from './open-session.ts';
import { Outbox } from './outbox.ts';
import { prepareServer, type StompServer } from './stomp-server.ts';

/** For logs. A `refused` login is an operator's matter: it is retried only every half minute. */
export type BusEvent =
  | ConnectionEvent
  | { readonly type: 'handler-failed'; readonly destination: string; readonly reason: string };

export interface StompBusOptions {
  /** In order of preference. */
  readonly servers: readonly StompServer[];
  readonly login?: string;
  readonly passcode?: string;
  /** How often each side says it lives. Default 10 s. */
  readonly heartbeatMs?: number;
  /** From name lookup to the confirmed subscriptions. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** The largest body in either direction; a broker that sends more is dropped. Default 1 MiB and 64 KiB. */
  readonly maxBodyBytes?: number;
  /** A broker that leaves a message unconfirmed for this long is left, and the message sent again. Default 15 s. */
  readonly receiptTimeoutMs?: number;
  readonly flavour?: BrokerFlavour;
  /** For the jitter of reconnects. Default `Math.random`. */
  readonly random?: () => number;
  readonly onEvent?: (event: BusEvent) => void;
}

export interface StompBus extends Bus {
  /**
   * Resolves when a broker is connected and has confirmed every subscription made so far.
   * @throws McoError `unreachable/no-broker` after `timeoutMs`, or as soon as a broker refused the login
   */
  whenUp(timeoutMs: number): Promise<void>;
  /** Returns the function that stops the calls. */
  onStateChange(onState: (state: Bus['state']) => void): () => void;
  /** Says good-bye to the broker, within a second or so; what is still waiting is rejected. */
  close(): Promise<void>;
}

/** ActiveMQ takes header lines of 10 kB. */
const MAX_SIGNATURE_LENGTH = 10_000;
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024 + 64 * 1024;

/**
 * Connects to the first broker that answers and stays connected until `close`.
 * @throws McoError `usage/no-servers`, `usage/tls`, `usage/login`
 */
export function createStompBus(options: StompBusOptions): StompBus {
  return new ReconnectingBus(options);
}

const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  },
};

interface Subscriber {
  readonly destination: string;
  readonly onMessage: (message: BusMessage) => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: () => void;
}

class ReconnectingBus implements StompBus {
  readonly #options: StompBusOptions;
  readonly #maxBodyBytes: number;
  readonly #keeper: ConnectionKeeper;
  readonly #outbox: Outbox;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #stateListeners = new Set<(state: Bus['state']) => void>();
  readonly #waiters = new Set<Waiter>();
  #nextSubscription = 1;
  #refused = false;

  constructor(options: StompBusOptions) {
    checkOptions(options);
    this.#options = options;
    this.#maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    this.#outbox = new Outbox({
      clock: systemClock,
      receiptTimeoutMs: options.receiptTimeoutMs ?? 15_000,
      onStuck: () => this.#keeper.session?.end(new Error('it did not confirm a message in time')),
    });
    this.#keeper = new ConnectionKeeper({
      servers: options.servers.map(prepareServer),
      session: {
        login: options.login,
        passcode: options.passcode,
        heartbeatMs: options.heartbeatMs ?? 10_000,
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        maxBodyBytes: this.#maxBodyBytes,
        flavour: options.flavour ?? 'activemq',
      },
      backoff: createBackoff(options.random ?? Math.random),
      clock: systemClock,
      onConnected: (session) => {
        for (const [id, { destination }] of this.#subscribers) session.subscribe(id, destination);
      },
      onSettled: (session, first) => this.#settle(session, first),
      onMessage: (id, message) => this.#deliver(id, message),
      onLost: () => this.#outbox.detach(),
      onState: (state) => this.#announce(state),
      onEvent: (event) => this.#report(event),
    });
    this.#keeper.start();
  }

  get state(): ConnectionState {
    return this.#keeper.state;
  }

  get losses(): number {
    return this.#keeper.losses;
  }

  get lastError(): string | undefined {
    return this.#keeper.lastError;
  }

  async publish(message: Outgoing): Promise<void> {
    const size = message.body.byteLength;
    if (size > this.#maxBodyBytes) {
      throw new McoError('failed/too-large', `a message of ${size} bytes is over the limit of ${this.#maxBodyBytes}`);
    }
    if (message.signature.length > MAX_SIGNATURE_LENGTH) {
      throw new McoError('failed/too-large', `a signature of ${message.signature.length} characters is too long`);
    }
    await this.#outbox.add(message);
  }

  subscribe(destination: string, onMessage: (message: BusMessage) => void): () => void {
    const id = `s${this.#nextSubscription++}`;
    this.#subscribers.set(id, { destination, onMessage });
    this.#keeper.session?.subscribe(id, destination);
    return () => {
      if (this.#subscribers.delete(id)) this.#keeper.session?.unsubscribe(id);
    };
  }

  whenUp(timeoutMs: number): Promise<void> {
    if (this.#keeper.session?.isSettled) return Promise.resolve();
    if (this.state === 'closed') return Promise.reject(this.#noBroker());
    return new Promise((resolve, reject) => {
      const finish = (done: () => void) => () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        done();
      };
      const waiter = { resolve: finish(resolve), reject: finish(() => reject(this.#noBroker())) };
      const timer = setTimeout(waiter.reject, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  onStateChange(onState: (state: Bus['state']) => void): () => void {
    this.#stateListeners.add(onState);
    return () => this.#stateListeners.delete(onState);
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    this.#outbox.close();
    for (const waiter of [...this.#waiters]) waiter.reject();
  }

  #settle(session: Session, first: boolean): void {
    if (first) this.#outbox.attach((message, delivery) => session.send(message, delivery));
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  #deliver(id: string, message: BusMessage): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber === undefined) return;
    this.#guard(subscriber.destination, () => subscriber.onMessage(message));
  }

  #announce(state: ConnectionState): void {
    for (const listener of [...this.#stateListeners]) this.#guard('state', () => listener(state));
  }

  /** Callers' callbacks run inside the parser: what they throw must not end the connection or the process. */
  #guard(destination: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report({ type: 'handler-failed', destination, reason: plainText(error) });
    }
  }

  #report(event: BusEvent): void {
    if (event.type === 'refused') this.#refused = true;
    try {
      this.#options.onEvent?.(event);
    } catch {
      // A log that fails has nowhere left to say so.
    }
    if (event.type !== 'waiting' || !this.#refused) return;
    this.#refused = false;
    for (const waiter of [...this.#waiters]) waiter.reject();
  }

  #noBroker(): McoError {
    const tried = this.lastError ?? this.#options.servers.map(({ host, port }) => `${host}:${port}`).join(', ');
    const hint = 'check that the broker runs, its host and port, its certificate, and the login and passcode';
    return new McoError('unreachable/no-broker', `no broker took the connection: ${tried}`, { hint });
  }
}

function checkOptions({ servers, login, passcode }: StompBusOptions): void {
  if (servers.length === 0) throw new McoError('usage/no-servers', 'the list of brokers is empty');
  // The CONNECT frame knows no escapes (STOMP 1.2, "Value Encoding").
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const bad = [login, passcode].some((text) => text !== undefined && /[\x00-\x1f]/.test(text));
  if (bad) throw new McoError('usage/login', 'login and passcode must not hold control characters');
}
