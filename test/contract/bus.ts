import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { createStompBus, type StompBus, type StompBusOptions } from '../../src/adapters/stomp/stomp-bus.ts';
import type { BusMessage, Outgoing } from '../../src/core/ports.ts';
import { waitFor } from './wait-for.ts';

/** A broker that a contract suite runs against. */
export interface BrokerUnderTest {
  readonly port: number;
  readonly login: string;
  readonly passcode: string;
  kill(): Promise<void>;
  /** On the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** A second connector with TLS for 127.0.0.1 and localhost, if the broker has one. */
  readonly tls?: { readonly port: number; readonly ca: string; readonly otherCa: string };
}

export interface BusContractOptions {
  readonly skip?: string | false;
  /** Whether `start` gives a TLS connector. */
  readonly tls?: boolean;
}

/** What every broker must do for us through the port `Bus`. */
export function describeBusContract(
  name: string,
  start: () => Promise<BrokerUnderTest>,
  { skip = false, tls = false }: BusContractOptions = {},
): void {
  describe(`the bus over ${name}`, { skip, timeout: 180_000 }, () => {
    let broker: BrokerUnderTest;
    const open: StompBus[] = [];
    const connect = async (options: Partial<StompBusOptions> = {}) => {
      const bus = createBus(options);
      await bus.whenUp(10_000);
      return bus;
    };
    const createBus = (options: Partial<StompBusOptions> = {}) => {
      const { port, login, passcode } = broker;
      const bus = createStompBus({ servers: [{ host: '127.0.0.1', port }], login, passcode, ...options });
      open.push(bus);
      return bus;
    };
    const received = async (bus: StompBus, destination: string) => {
      const messages: BusMessage[] = [];
      bus.subscribe(destination, (message) => messages.push(message));
      await bus.whenUp(10_000);
      return messages;
    };

    before(async () => {
      broker = await start();
    });
    after(() => broker?.stop());
    afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));

    test('a message on a topic reaches every subscriber, byte for byte, with its signature', async () => {
      const [first, second, sender] = await Promise.all([connect(), connect(), connect()]);
      const inboxes = await Promise.all([first, second].map((bus) => received(bus, '/topic/mco.c.request')));
      const body = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      await sender.publish(outgoing('/topic/mco.c.request', body, 'AAA+/=:\\n,BBB='));
      for (const inbox of inboxes) {
        await waitFor(() => inbox.length === 1);
        assert.deepEqual(new Uint8Array(inbox[0]?.body ?? []), body);
        assert.equal(inbox[0]?.signature, 'AAA+/=:\\n,BBB=');
      }
    });

    test('a message on a queue reaches one subscriber only', async () => {
      const [first, second, sender] = await Promise.all([connect(), connect(), connect()]);
      const inboxes = await Promise.all([first, second].map((bus) => received(bus, '/queue/mco.c.once')));
      await Promise.all(Array.from({ length: 10 }, (_, n) => sender.publish(outgoing('/queue/mco.c.once', `${n}`))));
      const total = () => inboxes.reduce((sum, inbox) => sum + inbox.length, 0);
      await waitFor(() => total() === 10);
      assert.ok(inboxes.every((inbox) => inbox.length > 0));
      assert.equal(new Set(inboxes.flat().map(bodyText)).size, 10);
    });

    test('two thousand messages arrive in the order they were published', async () => {
      const [reader, sender] = await Promise.all([connect(), connect()]);
      const inbox = await received(reader, '/queue/mco.c.order');
      const sent = Array.from({ length: 2000 }, (_, n) => `${n}`);
      await Promise.all(sent.map((text) => sender.publish(outgoing('/queue/mco.c.order', text))));
      await waitFor(() => inbox.length === 2000);
      assert.deepEqual(inbox.map(bodyText), sent);
    });

    test('a queue keeps a message for a node that is away, until it expires', async () => {
      const sender = await connect();
      const expiresAt = Date.now() + 1500;
      await sender.publish({ ...outgoing('/queue/mco.c.node.away', 'short'), expiresAt });
      await sender.publish(outgoing('/queue/mco.c.node.away', 'long'));
      await waitFor(() => Date.now() > expiresAt + 200);
      const inbox = await received(await connect(), '/queue/mco.c.node.away');
      await waitFor(() => inbox.length > 0);
      await sender.publish(outgoing('/queue/mco.c.node.away', 'last'));
      await waitFor(() => inbox.length > 1);
      assert.deepEqual(inbox.map(bodyText), ['long', 'last']);
    });

    test('a message that has expired already is refused and never sent', async () => {
      const bus = await connect();
      const expired = { ...outgoing('/topic/mco.c.request', 'late'), expiresAt: Date.now() - 1 };
      await assert.rejects(bus.publish(expired), { code: 'unreachable/not-sent' });
    });

    test('after unsubscribing nothing comes any more', async () => {
      const [bus, sender] = await Promise.all([connect(), connect()]);
      const inbox: BusMessage[] = [];
      const unsubscribe = bus.subscribe('/topic/mco.c.stop', (message) => inbox.push(message));
      const other = await received(bus, '/topic/mco.c.stop');
      await sender.publish(outgoing('/topic/mco.c.stop', '1'));
      await waitFor(() => inbox.length === 1 && other.length === 1);
      unsubscribe();
      unsubscribe();
      await sender.publish(outgoing('/topic/mco.c.stop', '2'));
      await waitFor(() => other.length === 2);
      assert.equal(inbox.length, 1);
    });

    test('a handler that throws is reported and the next message still comes', async () => {
      const reasons: string[] = [];
      const bus = await connect({ onEvent: (e) => e.type === 'handler-failed' && reasons.push(e.reason) });
      let calls = 0;
      bus.subscribe('/topic/mco.c.throws', () => {
        calls += 1;
        throw new Error('a mistake');
      });
      await bus.whenUp(10_000);
      await bus.publish(outgoing('/topic/mco.c.throws', '1'));
      await bus.publish(outgoing('/topic/mco.c.throws', '2'));
      await waitFor(() => calls === 2);
      assert.deepEqual(reasons, ['a mistake', 'a mistake']);
      assert.equal(bus.losses, 0);
    });

    test('a body of one mebibyte passes and a larger one is refused on our side', async () => {
      const bus = await connect();
      const inbox = await received(bus, '/queue/mco.c.large');
      await bus.publish(outgoing('/queue/mco.c.large', new Uint8Array(1024 * 1024).fill(7)));
      await waitFor(() => inbox.length === 1);
      assert.equal(inbox[0]?.body.byteLength, 1024 * 1024);
      const tooLarge = outgoing('/queue/mco.c.large', new Uint8Array(1024 * 1024 + 64 * 1024 + 1));
      await assert.rejects(bus.publish(tooLarge), { code: 'failed/too-large' });
      assert.equal(bus.state, 'up');
    });

    test('a wrong passcode is reported at once, loudly and without the passcode', async () => {
      const events: unknown[] = [];
      const bus = createBus({ passcode: 'not-the-secret', onEvent: (event) => events.push(event) });
      await assert.rejects(bus.whenUp(30_000), { code: 'unreachable/no-broker', message: /password|passcode/ });
      assert.equal(bus.state, 'down');
      assert.match(JSON.stringify(events), /"type":"refused"/);
      assert.doesNotMatch(JSON.stringify([events, bus.lastError]), /not-the-secret/);
    });

    test('a broker that is killed and started again gets the subscriptions and the waiting messages', async () => {
      const [node, bot] = await Promise.all([connect({ random: () => 0.3 }), connect({ random: () => 0.5 })]);
      const inbox = await received(node, '/queue/mco.c.node.n1');
      await bot.publish(outgoing('/queue/mco.c.node.n1', 'before'));
      await waitFor(() => inbox.length === 1);
      await broker.kill();
      await waitFor(() => node.state !== 'up' && bot.state !== 'up');
      const waiting = Promise.all(['a', 'b'].map((text) => bot.publish(outgoing('/queue/mco.c.node.n1', text))));
      await broker.restart();
      await waiting;
      await waitFor(() => inbox.length >= 3);
      assert.deepEqual(inbox.map(bodyText), ['before', 'a', 'b']);
      assert.deepEqual([node.losses, bot.losses], [1, 1]);
    });

    test('closing ends cleanly: nothing is delivered, published or reconnected any more', async () => {
      const [bus, sender] = await Promise.all([connect(), connect()]);
      const states: string[] = [];
      bus.onStateChange((state) => states.push(state));
      const inbox = await received(bus, '/topic/mco.c.closing');
      await bus.close();
      await bus.close();
      assert.deepEqual(states, ['closed']);
      await sender.publish(outgoing('/topic/mco.c.closing', 'x'));
      await assert.rejects(bus.publish(outgoing('/topic/mco.c.closing', 'y')), { code: 'unreachable/not-sent' });
      await assert.rejects(bus.whenUp(1000), { code: 'unreachable/no-broker' });
      assert.equal(inbox.length, 0);
      assert.equal(bus.losses, 0);
    });

    if (!tls) return;
    describe('with TLS', () => {
      const over = (more: { ca?: string; servername?: string } = {}) => ({
        servers: [{ host: '127.0.0.1', port: broker.tls?.port ?? 0, tls: { ca: broker.tls?.ca ?? '', ...more } }],
      });

      test('the right CA and name let us in', async () => {
        const bus = await connect(over());
        const inbox = await received(bus, '/topic/mco.c.tls');
        await bus.publish(outgoing('/topic/mco.c.tls', 'secret'));
        await waitFor(() => inbox.length === 1);
      });

      test('a certificate of another CA is refused', async () => {
        const bus = createBus(over({ ca: broker.tls?.otherCa ?? '' }));
        await assert.rejects(bus.whenUp(2000), { code: 'unreachable/no-broker', message: /CA did not issue/ });
      });

      test('a certificate for another name is refused', async () => {
        const bus = createBus(over({ servername: 'amq.example.org' }));
        await assert.rejects(bus.whenUp(2000), { code: 'unreachable/no-broker', message: /another host name/ });
      });
    });
  });
}

function outgoing(destination: string, body: string | Uint8Array, signature = 'c2ln'): Outgoing {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { destination, body: bytes, signature, expiresAt: Date.now() + 60_000 };
}

function bodyText(message: BusMessage): string {
  return new TextDecoder().decode(message.body);
}
