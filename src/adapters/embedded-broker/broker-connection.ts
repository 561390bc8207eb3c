import type { Socket } from 'node:net';
import { encodeFrame, encodeRest, escapeHeader, type Frame } from './frame.ts';
import { FrameParser, type ParserLimits } from './frame-parser.ts';
import type { StoredMessage } from './message-queue.ts';
import type { MessageRouter } from './message-router.ts';

export interface ConnectionSettings {
  readonly router: MessageRouter;
  readonly limits: ParserLimits;
  readonly heartbeatMs: number;
  /** A reader that is further behind than this is dropped. */
  readonly maxBufferedBytes: number;
  readonly isAllowed: (login: string, passcode: string) => boolean;
  readonly newMessageId: () => string;
}

/** Headers that are the broker's to set, or that end with this hop. */
const ownHeaders = new Set(['receipt', 'subscription', 'message-id', 'content-length', 'transaction']);
const MAX_SUBSCRIPTIONS = 1000;

/** One client: reads its frames, writes what it subscribed to. Any error is answered with ERROR and the end. */
export class BrokerConnection {
  readonly #socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #parser: FrameParser;
  readonly #subscriptions = new Map<string, () => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #connected = false;
  #corked = false;
  #ended = false;

  constructor(socket: Socket, settings: ConnectionSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#parser = new FrameParser(settings.limits);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#clear());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // Half-open and silent peers must not stay.
    this.#timers.push(setTimeout(() => this.#connected || socket.destroy(), 10_000));
  }

  /** Ends it without a word, as when the power fails. */
  kill(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      for (const frame of this.#parser.push(chunk)) this.#handle(frame);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  #handle(frame: Frame): void {
    const { command } = frame;
    if (this.#ended) return;
    if (command === 'CONNECT' || command === 'STOMP') this.#connect(frame);
    else if (!this.#connected) throw new Error('not connected');
    else if (command === 'SEND') this.#publish(frame);
    else if (command === 'SUBSCRIBE') this.#subscribe(frame);
    else if (command === 'UNSUBSCRIBE') this.#unsubscribe(required(frame, 'id'));
    else if (command !== 'DISCONNECT') throw new Error(`the command ${command.slice(0, 20)} is not supported`);
    const receipt = frame.headers.get('receipt');
    if (receipt !== undefined && command !== 'CONNECT') this.#write(encodeFrame('RECEIPT', [['receipt-id', receipt]]));
    if (command === 'DISCONNECT') this.#finish();
  }

  #connect(frame: Frame): void {
    const { heartbeatMs, isAllowed } = this.#settings;
    const header = (name: string) => frame.headers.get(name) ?? '';
    if (this.#connected) throw new Error('connected already');
    if (!header('accept-version').split(',').includes('1.2')) throw new Error('this broker speaks STOMP 1.2 only');
    if (!isAllowed(header('login'), header('passcode'))) throw new Error('login or passcode is invalid');
    this.#connected = true;
    const [sendsMs, wantsMs] = parseHeartbeat(header('heart-beat'));
    if (wantsMs > 0) this.#every(Math.max(wantsMs, heartbeatMs), () => this.#write(Buffer.from('\n')));
    if (sendsMs > 0) this.#watch(Math.max(sendsMs, heartbeatMs) * 2);
    this.#write(Buffer.from(`CONNECTED\nversion:1.2\nheart-beat:${heartbeatMs},${heartbeatMs}\n\n\0\n`));
  }

  #publish(frame: Frame): void {
    const headers = [...frame.headers].filter(([name]) => !ownHeaders.has(name));
    headers.push(['content-length', String(frame.body.length)]);
    const expiresAt = Number(frame.headers.get('expires') ?? 0);
    if (!Number.isFinite(expiresAt)) throw new Error('`expires` must be a number');
    // The body is a part of the socket's buffer; encoding copies it.
    const message = { id: this.#settings.newMessageId(), rest: encodeRest(headers, frame.body), expiresAt };
    this.#settings.router.publish(required(frame, 'destination'), message, Date.now());
  }

  #subscribe(frame: Frame): void {
    const id = required(frame, 'id');
    if (this.#subscriptions.has(id)) throw new Error('this subscription id is in use');
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) throw new Error('too many subscriptions');
    if ((frame.headers.get('ack') ?? 'auto') !== 'auto') throw new Error('only ack:auto is supported');
    const prefix = `MESSAGE\nsubscription:${escapeHeader(id)}\nmessage-id:`;
    const receiver = { deliver: (message: StoredMessage) => this.#deliver(prefix, message) };
    this.#subscriptions.set(id, () => {});
    const end = this.#settings.router.subscribe(required(frame, 'destination'), receiver, Date.now());
    this.#subscriptions.set(id, end);
  }

  #unsubscribe(id: string): void {
    this.#subscriptions.get(id)?.();
    this.#subscriptions.delete(id);
  }

  #deliver(prefix: string, message: StoredMessage): void {
    if (this.#ended) return;
    this.#write(`${prefix}${message.id}\n`);
    this.#write(message.rest);
  }

  /** Everything that is written in one turn of the event loop leaves in one system call. */
  #write(bytes: Buffer | string): void {
    if (this.#ended || !this.#socket.writable) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#settings.maxBufferedBytes) this.#socket.destroy();
  }

  #refuse(message: string): void {
    this.#write(encodeFrame('ERROR', [['message', message]]));
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    this.#clear();
    this.#socket.end();
    // A peer that never closes its side.
    this.#timers.push(setTimeout(() => this.#socket.destroy(), 1000));
  }

  #every(intervalMs: number, call: () => void): void {
    this.#timers.push(setInterval(call, intervalMs));
  }

  #watch(intervalMs: number): void {
    let seen = -1;
    this.#every(intervalMs, () => {
      if (this.#socket.bytesRead === seen) this.#socket.destroy();
      seen = this.#socket.bytesRead;
    });
  }

  #clear(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    for (const end of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
  }
}

function required(frame: Frame, name: string): string {
  const value = frame.headers.get(name);
  if (value === undefined || value === '') throw new Error(`the header ${name} is missing`);
  return value;
}

/** What the client can send and what it wants, in milliseconds; nonsense counts as none. */
function parseHeartbeat(value: string): [number, number] {
  const match = /^(\d{1,8}),(\d{1,8})$/.exec(value);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
