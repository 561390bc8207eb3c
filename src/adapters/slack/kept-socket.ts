import type { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { chatUnreachable, toChatError } from './chat-error.ts';
import type { SocketClient } from './socket-client.ts';
import { createSocketPool, type Envelope } from './socket-pool.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;
const STEADY_AFTER_MS = 10_000;

export interface KeptSocketOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  onEnvelope(envelope: Envelope): void;
  onProblem(problem: McoError): void;
}

/** One Socket Mode connection that is made again whenever it is lost. */
export interface KeptSocket {
  readonly isOpen: boolean;
  /** Resolves when connected. Rejects with the first attempt's McoError; it goes on trying all the same. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createKeptSocket({ onProblem, ...options }: KeptSocketOptions): KeptSocket {
  const { clock } = options;
  const pool = createSocketPool({ ...options, onLost: lose, onRetiring: replace });
  let current: SocketClient | undefined;
  let connectedAt = 0;
  let failures = 0;
  let isStopped = false;
  let cancelTimer = (): void => {};

  async function connect(): Promise<void> {
    try {
      current = await pool.connect();
      // Lost or stopped as soon as it was there.
      if (current === undefined) throw chatUnreachable('slack closed a new connection');
      connectedAt = clock.now();
      // Slack may announce the end before the greeting was noticed.
      if (pool.isRetiring(current)) replace(current);
    } catch (thrown) {
      const error = toChatError('apps.connections.open', thrown);
      failures += 1;
      schedule(Math.max(error.retryAfterMs ?? 0, delayAfter(failures)));
      throw error;
    }
  }

  function lose(client: SocketClient): void {
    pool.drop(client);
    if (client !== current || isStopped) return;
    current = undefined;
    onProblem(chatUnreachable('a connection to slack was lost; it is being made again'));
    countLoss();
    schedule(delayAfter(failures));
  }

  /** After a time that was good, trouble starts anew. */
  function countLoss(): void {
    failures = clock.now() - connectedAt > STEADY_AFTER_MS ? 1 : failures + 1;
  }

  /** The new connection is made while the old one still works. */
  function replace(client: SocketClient): void {
    if (client !== current || isStopped) return;
    current = undefined;
    countLoss();
    schedule(failures > 1 ? delayAfter(failures) : 0);
  }

  function schedule(delayMs: number): void {
    cancelTimer();
    if (isStopped) return;
    cancelTimer = clock.after(delayMs, () => {
      connect().catch((thrown: unknown) => onProblem(toChatError('apps.connections.open', thrown)));
    });
  }

  return {
    get isOpen() {
      return pool.isOpen;
    },
    start: connect,
    async stop() {
      isStopped = true;
      cancelTimer();
      await pool.closeAll();
    },
  };
}

/** Doubling, and between half of it and the whole: bots that lost Slack together do not come back together. */
function delayAfter(failures: number): number {
  const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10));
  return delayMs * (0.5 + Math.random() / 2);
}
