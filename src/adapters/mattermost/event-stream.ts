import { createBackoff } from '../../core/backoff.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { limitTime } from '../../core/waiting.ts';
import { openSocket, type Socket } from './open-socket.ts';
import type { SocketFrame } from './socket-frame.ts';

type Posted = Extract<SocketFrame, { kind: 'posted' }>;

/** How long a connection has to last before the next loss is met with a short wait again. */
const HEALTHY_MS = 10_000;

export interface EventStreamOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Before each connection; when it throws, that attempt has failed. */
  prepare(): Promise<void>;
  onPosted(posted: Posted): void;
  /** Something may have been missed since that moment: connected again, or a number of the sequence was left out. */
  onGap(since: number): void;
  /** Nothing is missing up to that moment, but for what `onGap` named; after every round trip. */
  onWhole(until: number): void;
  onProblem(problem: McoError): void;
}

/** A WebSocket that is connected again for ever, and notices when it is deaf. */
export interface EventStream {
  /** Resolves when connected, or when the first attempt failed. */
  start(): Promise<void>;
  stop(): void;
  /** A round trip. @throws McoError `unreachable/chat` when it is not connected */
  check(): Promise<void>;
}

export function createEventStream(options: EventStreamOptions): EventStream {
  const stream = new ReconnectingStream(options);
  return { start: () => stream.start(), stop: () => stream.stop(), check: () => stream.check() };
}

class ReconnectingStream {
  readonly #options: EventStreamOptions;
  readonly #backoff;
  #socket: Socket | undefined;
  #upAt: number | undefined;
  #downAt: number | undefined;
  /** The latest moment at which nothing was missing. */
  #wholeUntil: number;
  #connection = '';
  #nextSeq = 0;
  #lastProblem: string | undefined;
  #stopped = false;
  #cancelWait = (): void => {};
  #settleStart = (): void => {};

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#backoff = createBackoff(options.random);
    this.#wholeUntil = options.clock.now();
  }

  start(): Promise<void> {
    const started = new Promise<void>((resolve) => {
      this.#settleStart = resolve;
    });
    void this.#connect();
    return started;
  }

  stop(): void {
    this.#stopped = true;
    this.#upAt = undefined;
    this.#cancelWait();
    this.#socket?.close();
    this.#settleStart();
  }

  async check(): Promise<void> {
    const { clock } = this.#options;
    if (this.#upAt === undefined || this.#socket === undefined) {
      throw new McoError('unreachable/chat', `the WebSocket is down: ${this.#lastProblem ?? 'not connected yet'}`);
    }
    const answered = this.#socket.ping();
    const describeLate = (): McoError => new McoError('unreachable/chat', 'the WebSocket does not answer');
    await limitTime(clock, answered, { limitMs: 5000, describeLate });
  }

  async #connect(): Promise<void> {
    try {
      await this.#options.prepare();
    } catch (error) {
      return this.#end(toMcoError(error));
    }
    if (this.#stopped) return;
    const { url, token, clock } = this.#options;
    const query = new URLSearchParams({ connection_id: this.#connection, sequence_number: String(this.#nextSeq) });
    const target = { url: `${url.replace(/^http/, 'ws')}/api/v4/websocket?${query}`, token, clock };
    this.#socket = openSocket(target, {
      onAlive: () => this.#noteAlive(),
      onFrame: (frame) => this.#take(frame),
      onEnd: (reason) => this.#end(reason),
    });
  }

  #noteAlive(): void {
    const { clock, onGap, onWhole, onProblem } = this.#options;
    const now = clock.now();
    if (this.#upAt === undefined) {
      this.#upAt = now;
      // Also where the server replays: what it sends twice is taken once.
      onGap(this.#wholeUntil);
      if (this.#downAt !== undefined) {
        const seconds = Math.ceil((now - this.#downAt) / 1000);
        onProblem(new McoError('unreachable/chat', `the WebSocket is connected again after ${seconds} s`));
      }
      this.#downAt = undefined;
      this.#lastProblem = undefined;
      this.#settleStart();
    }
    this.#wholeUntil = now;
    onWhole(now);
  }

  #take(frame: Exclude<SocketFrame, { kind: 'reply' }>): void {
    if (frame.kind === 'hello') {
      if (frame.connection !== this.#connection) this.#nextSeq = frame.seq;
      this.#connection = frame.connection;
    }
    if (frame.seq > this.#nextSeq) {
      this.#options.onProblem(
        new McoError('unreachable/chat', 'the WebSocket left something out: it is being fetched'),
      );
      this.#options.onGap(this.#wholeUntil);
    }
    this.#nextSeq = Math.max(this.#nextSeq, frame.seq + 1);
    if (frame.kind === 'posted') this.#options.onPosted(frame);
  }

  #end(reason: McoError): void {
    if (this.#stopped) return;
    const { clock, onProblem } = this.#options;
    const now = clock.now();
    if (this.#upAt !== undefined && now - this.#upAt >= HEALTHY_MS) this.#backoff.reset();
    // A server that won't take up the old connection must not keep the bot out.
    if (this.#upAt === undefined) this.#connection = '';
    const verb = this.#upAt === undefined ? 'could not be made' : 'was lost';
    this.#socket = undefined;
    this.#upAt = undefined;
    this.#downAt ??= now;
    if (this.#lastProblem !== reason.message) {
      onProblem(new McoError('unreachable/chat', `the WebSocket ${verb}: ${reason.message}`, { hint: reason.hint }));
    }
    this.#lastProblem = reason.message;
    this.#settleStart();
    const delayMs = Math.max(this.#backoff.nextDelayMs(), reason.retryAfterMs ?? 0);
    this.#cancelWait = clock.after(delayMs, () => void this.#connect());
  }
}
