import type { Backoff } from '../../core/backoff.ts';
import type { Clock } from '../../core/ports.ts';
import { describeFailure } from './describe-failure.ts';
import { openSession, type Session, type SessionEvents, type SessionSettings } from './open-session.ts';
import type { PreparedServer } from './stomp-server.ts';

export type ConnectionState = 'connecting' | 'up' | 'down' | 'closed';

/** What happened to the connection, for logs; texts are safe to print. */
export type ConnectionEvent =
  | { readonly type: 'up'; readonly server: string }
  | { readonly type: 'lost' | 'failed' | 'refused'; readonly server: string; readonly reason: string }
  | { readonly type: 'waiting'; readonly delayMs: number };

export interface KeeperSettings {
  readonly servers: readonly PreparedServer[];
  readonly session: SessionSettings;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly onConnected: (session: Session) => void;
  readonly onSettled: (session: Session, first: boolean) => void;
  readonly onMessage: SessionEvents['onMessage'];
  readonly onLost: () => void;
  readonly onState: (state: ConnectionState) => void;
  readonly onEvent: (event: ConnectionEvent) => void;
}

const HEALTHY_MS = 10_000;

/**
 * Keeps one session alive: tries every server of the list in turn, then waits, longer after every full round.
 * After a loss it goes on with the next server of the list.
 */
export class ConnectionKeeper {
  readonly #settings: KeeperSettings;
  #state: ConnectionState = 'connecting';
  #session: Session | undefined;
  #next = 0;
  #failures: string[] = [];
  #refused = false;
  #lastError: string | undefined;
  #losses = 0;
  #cancelWait: () => void = () => {};

  constructor(settings: KeeperSettings) {
    this.#settings = settings;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get losses(): number {
    return this.#losses;
  }

  /** The failures since the last good connection, of the latest full round at most. */
  get lastError(): string | undefined {
    return this.#failures.length > 0 ? this.#failures.join('; ') : this.#lastError;
  }

  /** The session in use, be it up or still connecting. */
  get session(): Session | undefined {
    return this.#session;
  }

  start(): void {
    const { servers, clock } = this.#settings;
    const server = servers[this.#next % servers.length];
    if (server === undefined || this.#state === 'closed') return;
    this.#next = (this.#next + 1) % servers.length;
    const name = `${server.host}:${server.port}`;
    let upAtMs: number | undefined;
    this.#setState('connecting');
    const session: Session = openSession(server, this.#settings.session, {
      onConnected: this.#settings.onConnected,
      onMessage: this.#settings.onMessage,
      onSettled: () => {
        const first = upAtMs === undefined;
        upAtMs ??= clock.now();
        if (first) this.#rise(name);
        this.#settings.onSettled(session, first);
      },
      onEnd: (error, refused) => {
        if (this.#state === 'closed') return;
        this.#session = undefined;
        const reason = describeFailure(server, error);
        if (upAtMs === undefined) this.#fail(name, reason, refused);
        else this.#lose(name, reason, clock.now() - upAtMs >= HEALTHY_MS);
      },
    });
    this.#session = session;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#setState('closed');
    this.#cancelWait();
    await session?.close();
  }

  #rise(server: string): void {
    this.#failures = [];
    this.#refused = false;
    this.#lastError = undefined;
    this.#setState('up');
    this.#settings.onEvent({ type: 'up', server });
  }

  #lose(server: string, reason: string, wasHealthy: boolean): void {
    this.#losses += 1;
    this.#lastError = reason;
    if (wasHealthy) this.#settings.backoff.reset();
    this.#setState('down');
    this.#settings.onLost();
    this.#settings.onEvent({ type: 'lost', server, reason });
    this.#wait(this.#settings.backoff.nextDelayMs());
  }

  #fail(server: string, reason: string, refused: boolean): void {
    const { servers, backoff, clock } = this.#settings;
    this.#failures.push(reason);
    this.#refused ||= refused;
    this.#settings.onEvent({ type: refused ? 'refused' : 'failed', server, reason });
    if (this.#failures.length < servers.length) {
      // Not at once: a failure may be reported from within the attempt.
      this.#cancelWait = clock.after(0, () => this.start());
      return;
    }
    this.#lastError = this.#failures.join('; ');
    this.#failures = [];
    const delayMs = this.#refused ? backoff.refusedDelayMs() : backoff.nextDelayMs();
    this.#setState('down');
    this.#refused = false;
    this.#wait(delayMs);
  }

  #wait(delayMs: number): void {
    if (this.#state === 'closed') return;
    this.#settings.onEvent({ type: 'waiting', delayMs });
    this.#cancelWait = this.#settings.clock.after(delayMs, () => this.start());
  }

  #setState(state: ConnectionState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#settings.onState(state);
  }
}
