import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { BrokerConnection } from './broker-connection.ts';
import { MessageRouter } from './message-router.ts';

export interface EmbeddedBrokerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system picks a free one. */
  readonly port?: number;
  /** Both or neither; without them everybody is let in. */
  readonly login?: string;
  readonly passcode?: string;
  /** Default 10 s. */
  readonly heartbeatMs?: number;
  /** Default 2 MiB. */
  readonly maxBodyBytes?: number;
  /** How much may wait for one slow reader before it is dropped. Default 32 MiB. */
  readonly maxBufferedBytes?: number;
}

export interface EmbeddedBroker {
  readonly host: string;
  readonly port: number;
  /** How many clients are connected right now. */
  readonly connections: number;
  /** How many messages wait in a queue nobody reads. */
  waitingIn(destination: string): number;
  /** Ends everything without a word, as SIGKILL does; what was waiting is lost. */
  kill(): Promise<void>;
  /** The same for now: clients see the end of the connection and come back. */
  close(): Promise<void>;
}

/**
 * A small STOMP 1.2 broker inside this process, for the playground and quick tests: topics with ActiveMQ's wildcards,
 * queues, expiry, receipts and heart-beats; no persistence, no transactions, acknowledgement `auto` only.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
  const host = options.host ?? '127.0.0.1';
  const router = new MessageRouter();
  const connections = new Set<BrokerConnection>();
  let lastMessage = 0;
  const server = createServer((socket) => {
    const connection = new BrokerConnection(socket, {
      router,
      limits: { maxHeadBytes: 65_536, maxHeaders: 1000, maxBodyBytes: options.maxBodyBytes ?? 2 * 1024 * 1024 },
      heartbeatMs: options.heartbeatMs ?? 10_000,
      maxBufferedBytes: options.maxBufferedBytes ?? 32 * 1024 * 1024,
      isAllowed: (login, passcode) => isAllowed(options, login, passcode),
      newMessageId: () => `m${++lastMessage}`,
    });
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  const port = await listen(server, host, options.port ?? 0);
  const sweep = setInterval(() => router.dropExpired(Date.now()), 1000);
  const stop = async () => {
    clearInterval(sweep);
    const closed = new Promise((resolve) => server.close(resolve));
    for (const connection of connections) connection.kill();
    await closed;
  };
  return {
    host,
    port,
    get connections() {
      return connections.size;
    },
    waitingIn: (destination) => router.waitingIn(destination),
    kill: stop,
    close: stop,
  };
}

function isAllowed(expected: EmbeddedBrokerOptions, login: string, passcode: string): boolean {
  if (expected.login === undefined && expected.passcode === undefined) return true;
  // INVARIANT: both are compared in constant time, whatever their length.
  const loginHolds = equalSecrets(login, expected.login ?? '');
  const passcodeHolds = equalSecrets(passcode, expected.passcode ?? '');
  return loginHolds && passcodeHolds;
}

function equalSecrets(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, 4096, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
