import type { Clock } from '../../core/ports.ts';
import { limitTime } from '../../core/waiting.ts';
import { chatUnreachable, toChatError } from './chat-error.ts';
import { SocketClient } from './socket-client.ts';

const HELLO_WITHIN_MS = 15_000;
/** Slack closes a retiring connection about ten seconds after it said so. */
const RETIRE_AFTER_MS = 10_000;
const CLOSE_WITHIN_MS = 1000;

/** A payload, and how to acknowledge it. */
export interface Envelope {
  readonly body: unknown;
  ack(response?: Record<string, unknown>): Promise<void>;
}

export interface SocketPoolOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  onEnvelope(envelope: Envelope): void;
  onLost(client: SocketClient): void;
  onRetiring(client: SocketClient): void;
}

/** The SDK's clients that are alive: the one in use, and those that are being made or retired. */
export interface SocketPool {
  readonly isOpen: boolean;
  /**
   * Makes a connection.
   *
   * @returns undefined when all were closed meanwhile
   * @throws McoError as the port `Chat` says
   */
  connect(): Promise<SocketClient | undefined>;
  isRetiring(client: SocketClient): boolean;
  /** Without another word from it. */
  drop(client: SocketClient): void;
  closeAll(): Promise<void>;
}

export function createSocketPool({ appToken, apiUrl, clock, ...listener }: SocketPoolOptions): SocketPool {
  /** Each with what keeps it from being dropped later. */
  const clients = new Map<SocketClient, () => void>();
  const retiring = new WeakSet<SocketClient>();

  function create(): SocketClient {
    const client = new SocketClient({ appToken, apiUrl, onRetiring: () => retire(client) });
    clients.set(client, () => {});
    client.on('slack_event', (envelope: Envelope) => {
      if (clients.has(client)) listener.onEnvelope(envelope);
    });
    client.on('disconnected', () => listener.onLost(client));
    return client;
  }

  function retire(client: SocketClient): void {
    if (!clients.has(client)) return;
    retiring.add(client);
    clients.get(client)?.();
    clients.set(
      client,
      clock.after(RETIRE_AFTER_MS, () => drop(client)),
    );
    listener.onRetiring(client);
  }

  function drop(client: SocketClient): void {
    clients.get(client)?.();
    if (clients.delete(client)) close(client, clock).catch(() => {});
  }

  return {
    get isOpen() {
      return [...clients.keys()].some((client) => client.isOpen);
    },
    async connect() {
      const client = create();
      try {
        await greet(client, clock);
      } catch (thrown) {
        drop(client);
        // The SDK rejects with nothing when the socket was closed before the greeting.
        throw thrown === undefined
          ? chatUnreachable('slack closed a new connection')
          : toChatError('apps.connections.open', thrown);
      }
      if (clients.has(client)) return client;
      // Closed while it asked for its address: the SDK went on regardless.
      await close(client, clock);
      return undefined;
    },
    isRetiring: (client) => retiring.has(client),
    drop,
    async closeAll() {
      const closing = [...clients].map(([client, cancelRetirement]) => {
        cancelRetirement();
        return close(client, clock);
      });
      clients.clear();
      await Promise.allSettled(closing);
    },
  };
}

/** Resolves with Slack's `hello`. Rejects with whatever the SDK throws, or an McoError when it takes too long. */
async function greet(client: SocketClient, clock: Clock): Promise<void> {
  const describeLate = (): Error => chatUnreachable('slack did not greet on a new connection');
  await limitTime(clock, client.start(), { limitMs: HELLO_WITHIN_MS, describeLate });
}

async function close(client: SocketClient, clock: Clock): Promise<void> {
  client.removeAllListeners('disconnected');
  const closing = client.disconnect();
  // The second call ends it without waiting for the other side.
  const cancel = clock.after(CLOSE_WITHIN_MS, () => client.websocket?.disconnect());
  await closing;
  cancel();
  // Of one that was still connecting, the SDK leaves a timer behind that keeps the process alive.
  client.websocket?.disconnect();
}
