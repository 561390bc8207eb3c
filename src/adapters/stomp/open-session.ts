import type { Client, ConnectError, ConnectOptions, IncomingFrame, Subscription } from 'stompit';
import stompit from 'stompit';
import type { BusMessage, Outgoing } from '../../core/ports.ts';
import { type BrokerFlavour, headersForConnect, headersForSend, headersForSubscribe } from './broker-flavour.ts';
import { guardClient, hardenStompit } from './harden-stompit.ts';
import type { Delivery } from './outbox.ts';
import type { PreparedServer } from './stomp-server.ts';

export interface SessionSettings {
  readonly login: string | undefined;
  readonly passcode: string | undefined;
  readonly heartbeatMs: number;
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly flavour: BrokerFlavour;
}

export interface SessionEvents {
  /** The broker let us in: subscribe now. */
  onConnected(session: Session): void;
  /** Every subscription so far is confirmed. The first time also ends the connect timeout. */
  onSettled(): void;
  onMessage(subscriptionId: string, message: BusMessage): void;
  /** Once, and nothing after it. `refused` when the broker did not accept the login or forbade something. */
  onEnd(error: unknown, refused: boolean): void;
}

/** One connection to one broker, from the first packet to its end. It ends at the first error. */
export interface Session {
  readonly isSettled: boolean;
  /** Does nothing before `onConnected`. */
  subscribe(id: string, destination: string): void;
  unsubscribe(id: string): void;
  send(message: Outgoing, delivery: Delivery): void;
  /** Says good-bye, waits a second at most for the broker's receipt, and ends. */
  close(): Promise<void>;
  end(error: unknown): void;
}

const GOODBYE_MS = 1000;

/** Connects; never throws, every failure comes as `onEnd`, after this function returned. */
export function openSession(server: PreparedServer, settings: SessionSettings, events: SessionEvents): Session {
  hardenStompit();
  return new StompitSession(server, settings, events);
}

class StompitSession implements Session {
  readonly #settings: SessionSettings;
  readonly #events: SessionEvents;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #unconfirmed = new Set<string>();
  /** What was sent and has no answer yet, by its receipt. */
  readonly #sent = new Map<string, Delivery>();
  #lastReceipt = 0;
  #refusedMessage = false;
  readonly #timer: NodeJS.Timeout;
  #client: Client | undefined;
  #connected = false;
  #ended = false;
  #corked = false;

  constructor(server: PreparedServer, settings: SessionSettings, events: SessionEvents) {
    this.#settings = settings;
    this.#events = events;
    // From name lookup to the last receipt of SUBSCRIBE: a peer that accepts and says nothing must not hold us.
    this.#timer = setTimeout(
      () => this.end(new Error(`no answer within ${settings.connectTimeoutMs} ms`)),
      settings.connectTimeoutMs,
    );
    try {
      this.#client = this.#connect(connectOptions(server, settings));
    } catch (error) {
      setImmediate(() => this.end(error));
    }
  }

  get isSettled(): boolean {
    return this.#connected && !this.#ended && this.#unconfirmed.size === 0;
  }

  subscribe(id: string, destination: string): void {
    const client = this.#liveClient();
    if (client === undefined || !this.#connected) return;
    this.#coalesce(client);
    const receipt = `subscribe-${id}`;
    this.#unconfirmed.add(id);
    client._receipts[receipt] = () => {
      this.#unconfirmed.delete(id);
      this.#settle();
    };
    const headers = { ...headersForSubscribe(this.#settings.flavour, destination), id, receipt };
    const subscription = client.subscribe(headers, (error, frame) => {
      if (error === null && frame !== undefined) this.#receive(id, frame);
    });
    this.#subscriptions.set(id, subscription);
  }

  unsubscribe(id: string): void {
    this.#subscriptions.get(id)?.unsubscribe();
    this.#subscriptions.delete(id);
    delete this.#client?._subscriptions[id];
  }

  send(message: Outgoing, delivery: Delivery): void {
    const client = this.#liveClient();
    if (client === undefined) return;
    this.#coalesce(client);
    const headers = headersForSend(this.#settings.flavour, message, Date.now());
    const receipt = `send-${++this.#lastReceipt}`;
    this.#sent.set(receipt, delivery);
    client._receipts[receipt] = () => {
      this.#sent.delete(receipt);
      delivery.onConfirmed();
    };
    client.send({ ...headers, receipt }).end(message.body);
  }

  async close(): Promise<void> {
    const client = this.#liveClient();
    if (client !== undefined && this.#connected) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, GOODBYE_MS);
        client.disconnect(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.end(new Error('closed'));
  }

  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#client?.destroy();
    // One message without a right costs the connection, but is no reason to stay away from the broker for long.
    const isRefused = !this.#refusedMessage && isRefusal(error, this.#connected);
    this.#events.onEnd(withoutSecrets(error), isRefused);
  }

  #refuseMessage(receipt: string, reason: string): void {
    const delivery = this.#sent.get(receipt);
    if (delivery === undefined) return;
    this.#refusedMessage = true;
    delivery.onRefused(reason);
  }

  #liveClient(): Client | undefined {
    return this.#ended ? undefined : this.#client;
  }

  /** All that is written in one turn of the event loop leaves together. */
  #coalesce(client: Client): void {
    if (this.#corked) return;
    this.#corked = true;
    const socket = client.getTransportSocket();
    socket.cork();
    setImmediate(() => {
      this.#corked = false;
      socket.uncork();
    });
  }

  #connect(options: ConnectOptions): Client {
    const client = stompit.connect(options, (error) => {
      if (error) this.end(error);
      else this.#greet();
    });
    guardClient(client, {
      maxBodyBytes: this.#settings.maxBodyBytes,
      onRefused: (receipt, reason) => this.#refuseMessage(receipt, reason),
    });
    client.on('error', (error) => this.end(error));
    client.on('end', () => this.end(new Error('the broker ended the connection')));
    client.once('socket-connect', () => {
      // Small frames would wait up to 44 ms for the other side's delayed acknowledgement otherwise.
      client.getTransportSocket().setNoDelay(true);
      client.getTransportSocket().setKeepAlive(true, this.#settings.heartbeatMs);
    });
    return client;
  }

  #greet(): void {
    if (this.#ended) return;
    const version = this.#client?.headers?.version;
    if (version !== '1.2') {
      this.end(new Error(`it speaks STOMP ${version ?? '1.0'}, not 1.2`));
      return;
    }
    this.#connected = true;
    this.#events.onConnected(this);
    this.#settle();
  }

  #settle(): void {
    if (!this.isSettled) return;
    clearTimeout(this.#timer);
    this.#events.onSettled();
  }

  #receive(id: string, frame: IncomingFrame): void {
    const chunks: Buffer[] = [];
    frame.on('data', (chunk: Buffer) => chunks.push(chunk));
    frame.on('end', () => {
      if (this.#ended) return;
      this.#events.onMessage(id, { body: Buffer.concat(chunks), signature: frame.headers.mco_sig });
    });
  }
}

function connectOptions(server: PreparedServer, settings: SessionSettings): ConnectOptions {
  const { login, passcode, heartbeatMs, flavour } = settings;
  return {
    host: server.host,
    port: server.port,
    timeout: 0,
    ssl: server.tls !== undefined,
    ...(server.tls ?? {}),
    // INVARIANT: said aloud, since an environment variable can turn the default off.
    rejectUnauthorized: true,
    connectHeaders: {
      ...headersForConnect(flavour),
      ...(login === undefined ? {} : { login }),
      ...(passcode === undefined ? {} : { passcode }),
    },
    commandHandlers: Object.create(null),
    maxLineLength: 65_536,
    maxHeaders: 1100,
    heartbeat: [heartbeatMs, heartbeatMs],
    heartbeatDelayMargin: heartbeatMs,
    heartbeatOutputMargin: Math.floor(heartbeatMs / 5),
  };
}

/** INVARIANT: stompit hangs all connect options, with the passcode, on the errors that it reports. */
function withoutSecrets(error: unknown): unknown {
  if (error instanceof Error) delete (error as ConnectError).connectArgs;
  return error;
}

function isRefusal(error: unknown, connected: boolean): boolean {
  if (!(error instanceof Error) || (error as ConnectError).isApplicationError?.() !== true) return false;
  return !connected || /authori[sz]|not allowed|denied|refused/i.test(error.message);
}
