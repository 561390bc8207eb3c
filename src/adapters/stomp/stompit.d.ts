/**
 * stompit 1.0, as far as we use it. The published types are wrong (no `headers`, a `message.ack()` that does not exist,
 * mandatory `onError`). Members with an underscore are private there; `harden-stompit.ts` replaces them.
 */
declare module 'stompit' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Readable, Transform } from 'node:stream';
  import type { SecureContext } from 'node:tls';

  export type Headers = Record<string, string | undefined>;
  export type OutgoingHeaders = Record<string, string | number>;

  export interface IncomingFrame extends Readable {
    readonly command: string;
    readonly headers: Headers;
  }

  export interface ConnectError extends Error {
    code?: string;
    /** All connect options, the passcode among them. */
    connectArgs?: unknown;
    isApplicationError?(): boolean;
  }

  export interface ConnectOptions {
    host: string;
    port: number;
    timeout: number;
    ssl: boolean;
    secureContext?: SecureContext | undefined;
    servername?: string | undefined;
    rejectUnauthorized?: boolean;
    connectHeaders: OutgoingHeaders;
    commandHandlers: CommandHandlers;
    maxLineLength: number;
    maxHeaders: number;
    heartbeat: [number, number];
    heartbeatDelayMargin: number;
    heartbeatOutputMargin: number;
  }

  export type CommandHandler = (this: Client, frame: IncomingFrame, ...rest: unknown[]) => void;
  export type CommandHandlers = Record<string, CommandHandler>;

  export interface Subscription {
    unsubscribe(): void;
  }

  export interface Client extends EventEmitter {
    /** The headers of CONNECTED. */
    readonly headers?: Headers;
    send(headers: OutgoingHeaders, options?: { onReceipt?: () => void }): OutgoingFrame;
    subscribe(
      headers: OutgoingHeaders,
      listener: (error: Error | null, frame: IncomingFrame | undefined) => void,
    ): Subscription;
    disconnect(callback?: (error: Error | null) => void): void;
    destroy(error?: Error): void;
    getTransportSocket(): Socket;
    createApplicationError(message: string): ConnectError;
    setCommandHandlers(handlers: CommandHandlers): void;
    _destroyed: boolean;
    _incoming: FrameParser;
    _output: OutgoingStream;
    _commandHandlers: CommandHandlers;
    _receipts: Record<string, () => void>;
    _subscriptions: Record<string, unknown>;
    _runHeartbeat(inputMs: number, outputMs: number): void;
  }

  /** What a client needs of the frame that it is about to send. */
  export interface OutgoingFrame {
    on(event: 'error', listener: (error: Error) => void): void;
    /** Sends it, with this body or without, and calls back when the socket took it. */
    end(last?: Uint8Array | (() => void)): void;
  }

  export interface OutgoingStream {
    setVersion(version: string): void;
    frame(command: string, headers: OutgoingHeaders): OutgoingFrame;
    heartbeat(): void;
    finish(): void;
    hasFinished(): boolean;
  }

  export interface FrameParser extends Transform {
    _chunk: Buffer;
    _command: string;
    _headers: Headers;
    _numHeaders: number;
    _maxHeaders: number;
    _transformCallback: ((error?: Error) => void) | null;
    /** Ours: how long a body may be, and how much of it came. */
    maxBodyBytes?: number;
    bodyBytes?: number;
    _decode(text: string): string;
    _parseLine(): string | null;
    _parseCommandLine(): void;
    _parseHeaderLine(): void;
    _parseBody(): void;
    _beginBody(): void;
    _continueTransform(): void;
  }

  const stompit: {
    connect(options: ConnectOptions, callback: (error: ConnectError | null) => void): Client;
    IncomingFrameStream: { readonly prototype: FrameParser };
  };
  export default stompit;
}
