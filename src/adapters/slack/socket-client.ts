import { SocketModeClient } from '@slack/socket-mode';
import { sdkLogger } from './sdk-logger.ts';
import { clientOptions } from './slack-api.ts';

/** The SDK pings three times in this long, and takes a socket for dead that has not answered for as long. */
const PONG_WITHIN_MS = 10_000;
const SERVER_PING_WITHIN_MS = 60_000;
const MAX_FRAME = 1_000_000;

export interface SocketClientOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  /** Slack is about to close this connection: another one is to take its place. */
  onRetiring(): void;
}

/**
 * The SDK's client for one connection. It neither reconnects nor closes by itself: its own way to do so rejects where
 * nobody listens, which would end the process, and is deaf meanwhile.
 */
export class SocketClient extends SocketModeClient {
  readonly #onRetiring: () => void;

  constructor({ appToken, apiUrl, onRetiring }: SocketClientOptions) {
    super({
      appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: PONG_WITHIN_MS,
      serverPingTimeout: SERVER_PING_WITHIN_MS,
      logger: sdkLogger,
      clientOptions: clientOptions(apiUrl),
    });
    this.#onRetiring = onRetiring;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'ws_message') return super.emit(event, ...args);
    const kind = readKind(args[0]);
    if (kind === 'disconnect') this.#onRetiring();
    // The SDK reads frames where an error would end the process: it gets those only that it can read.
    return kind === undefined || kind === 'disconnect' ? false : super.emit(event, ...args);
  }

  get isOpen(): boolean {
    return this.websocket?.isActive() ?? false;
  }
}

/** The type of a frame; undefined for one that the SDK can't read. */
function readKind(frame: unknown): string | undefined {
  if (typeof frame !== 'string' || frame.length > MAX_FRAME) return undefined;
  try {
    const { type, payload } = JSON.parse(frame) as { type?: unknown; payload?: { event?: { type?: unknown } } };
    if (type === 'events_api' && typeof payload?.event?.type !== 'string') return undefined;
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}
