import assert from 'node:assert/strict';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createStompBus, type StompBus } from '../../src/adapters/stomp/stomp-bus.ts';
import { checkBroker } from '../../src/bot/check-broker.ts';
import {
  aliveDestination,
  broadcastDestination,
  echoDestination,
  nodeDestination,
  replyDestination,
} from '../../src/core/destinations.ts';
import { type Activemq, startActivemq, whyNoActivemq } from './activemq.ts';
import { waitFor } from './wait-for.ts';

const request = broadcastDestination('c');
const node = nodeDestination('c', 'web1.example.org');
const reply = replyDestination('c', 'bot1');
const alive = aliveDestination('c');
const echo = echoDestination('c', 'bot1');

/** A broker that is being flooded may take its time: on a slow machine, most of a minute. */
const PATIENCE_MS = 90_000;

describe('the configuration for ActiveMQ that we ship', { skip: whyNoActivemq(), timeout: 120_000 }, () => {
  let broker: Activemq;
  const open: StompBus[] = [];

  before(async () => {
    broker = await startActivemq({
      configFile: resolve('deploy/activemq/activemq.xml'),
      tls: true,
      properties: {
        'mco.bot.passcode': 'b',
        'mco.agent.passcode': 'a',
        'mco.admin.passcode': 'x',
        'mco.keystore.password': 'changeit',
      },
    });
  });
  after(() => broker?.stop());
  afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())));

  const connect = (login: string, passcode: string) => {
    const tls = { ca: broker.ca ?? '' };
    const servers = [{ host: '127.0.0.1', port: broker.tlsPort ?? 0, tls }];
    const bus = createStompBus({ servers, login, passcode });
    open.push(bus);
    return bus;
  };
  const publish = (bus: StompBus, destination: string, body: Uint8Array = Buffer.from('{}')) =>
    bus.publish({ destination, body, signature: 'c2ln', expiresAt: Date.now() + PATIENCE_MS });

  test('a bot and an agent can do all they need', async () => {
    const [bot, agent] = [connect('bot', 'b'), connect('agent', 'a')];
    const got: string[] = [];
    for (const destination of [reply, alive]) bot.subscribe(destination, () => got.push(destination));
    for (const destination of [request, node]) agent.subscribe(destination, () => got.push(destination));
    await Promise.all([bot.whenUp(20_000), agent.whenUp(20_000)]);
    await Promise.all([publish(bot, request), publish(bot, node), publish(agent, reply), publish(agent, alive)]);
    await waitFor(() => got.length === 4);
    assert.deepEqual(got.sort(), [reply, node, request, alive].sort());
  });

  test('an agent may not create a reply queue, only write to one that a bot has', async () => {
    const agent = connect('agent', 'a');
    await agent.whenUp(20_000);
    await assert.rejects(publish(agent, replyDestination('c', 'nobody')), {
      code: 'unreachable/refused',
      message: /not authorized to create/,
    });
    // The broker ends the connection for it; the next message gets through all the same, and soon.
    await waitFor(() => agent.losses === 1);
    await publish(agent, alive);
    assert.equal(agent.losses, 1);
    await agent.close();
  });

  const check = (bus: StompBus, destination = echo) =>
    checkBroker({ bus, clock: systemClock, newId: newUuid }, destination);

  test('a bot gets back what it sends itself, again and again', async () => {
    const bot = connect('bot', 'b');
    await bot.whenUp(20_000);
    for (let round = 0; round < 3; round++) assert.ok((await check(bot)).roundTripMs >= 0);
    assert.equal(bot.losses, 0);
  });

  for (const [why, login, passcode, destination] of [
    ['an agent', 'agent', 'a', echo],
    ['a bot whose broker lacks the right', 'bot', 'b', '/queue/other'],
  ] as const) {
    test(`${why} that sends itself something is told that it may not, and is back soon`, async () => {
      const bus = connect(login, passcode);
      await bus.whenUp(20_000);
      await assert.rejects(check(bus, destination), {
        code: 'unreachable/broker',
        message: /not authorized/,
        hint: /mco\.\*\.echo\.>/,
      });
      await waitFor(() => bus.losses === 1);
      await bus.whenUp(5000);
      assert.equal(bus.losses, 1);
    });
  }

  /** A login that need not keep to what our own client does. */
  const connectRaw = async (login: string, passcode: string): Promise<{ socket: TLSSocket; said(): string }> => {
    let said = '';
    const socket = connectTls({ host: '127.0.0.1', port: broker.tlsPort ?? 0, ca: broker.ca ?? '' });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-65_536);
    });
    socket.write(`CONNECT\naccept-version:1.2\nhost:x\nlogin:${login}\npasscode:${passcode}\n\n\0`);
    await waitFor(() => said.includes('CONNECTED'));
    return { socket, said: () => said };
  };
  const frame = (destination: string, headers: string, body: string) =>
    Buffer.from(`SEND\ndestination:${destination}\n${headers}content-length:${body.length}\n\n${body}\0`);

  /**
   * What a full queue does not take must not wait for room in the broker's heap, where no limit counts it: 500 MB of
   * it were an OutOfMemoryError. If it waited, the later message would be confirmed first.
   */
  const assertRefusedAtOnce = async (full: string) => {
    const { socket, said } = await connectRaw('agent', 'a');
    socket.write(frame(full, 'receipt:full\n', 'x'));
    socket.write(frame(alive, 'receipt:later\n', 'x'));
    await waitFor(() => said().includes('receipt-id:later'), PATIENCE_MS);
    assert.match(said(), /ERROR\n[^\0]*receipt-id:full\n[^\0]*Memory Limit.*receipt-id:later/s);
    socket.destroy();
  };

  for (const [how, headers] of [
    ['', ''],
    [' with receipts', 'receipt:r\n'],
    [' as persistent messages', 'persistent:true\n'],
  ] as const) {
    test(`an agent that floods a queue nobody reads${how} stops nobody else`, async () => {
      const unread = replyDestination('c', `unread${headers.length}`);
      const owner = connect('bot', 'b');
      owner.subscribe(unread, () => {});
      await owner.whenUp(20_000);
      await owner.close();
      const sockets = await Promise.all([1, 2, 3].map(async () => (await connectRaw('agent', 'a')).socket));
      const message = frame(unread, headers, 'x'.repeat(100_000));
      // 600 MB, more than the broker has; or as much as it takes.
      await Promise.all(sockets.map((socket) => writeAll(socket, message, 2000)));
      await assertRefusedAtOnce(unread);
      const [bot, agent, admin] = [connect('bot', 'b'), connect('agent', 'a'), connect('admin', 'x')];
      const got: string[] = [];
      bot.subscribe(reply, () => got.push(reply));
      agent.subscribe(request, () => got.push(request));
      agent.subscribe(node, () => got.push(node));
      admin.subscribe('/queue/admins', () => got.push('admin'));
      await Promise.all([bot.whenUp(PATIENCE_MS), agent.whenUp(PATIENCE_MS), admin.whenUp(PATIENCE_MS)]);
      const body = new Uint8Array(1024 * 1024);
      const sent = [publish(bot, request), publish(bot, node, body), publish(agent, reply, body)];
      await Promise.all([...sent, publish(admin, '/queue/admins')]);
      await waitFor(() => got.length === 4, PATIENCE_MS);
      // A broker that ran out of memory drops connections, and with them what was on its way to a topic.
      assert.deepEqual([bot.losses, agent.losses, admin.losses], [0, 0, 0]);
      for (const socket of sockets) socket.destroy();
    });
  }

  test('a message ends at last, also without an end or with a far one, and does not stay as a dead letter', async () => {
    const owner = connect('bot', 'b');
    owner.subscribe(replyDestination('c', 'stamped'), () => {});
    await owner.whenUp(20_000);
    await owner.close();
    const { socket, said } = await connectRaw('agent', 'a');
    const to = replyDestination('c', 'stamped');
    const before = Date.now();
    const wishes = ['', 'expires:0\n', `expires:${before + 1e9}\n`, 'expires:-1\n'];
    for (const wish of wishes) socket.write(frame(to, `${wish}receipt:ok\n`, 'x'));
    socket.write(frame(to, `expires:${before + 200}\npersistent:true\nreceipt:ok\n`, 'x'));
    await waitFor(() => said().split('receipt-id:ok').length === wishes.length + 2);
    socket.destroy();
    await sleep(300);
    const admin = await connectRaw('admin', 'x');
    admin.socket.write(`SUBSCRIBE\nid:1\ndestination:${to}\n\n\0`);
    admin.socket.write(`SUBSCRIBE\nid:2\ndestination:/queue/ActiveMQ.DLQ\nreceipt:all\n\n\0`);
    await waitFor(() => admin.said().includes('receipt-id:all'));
    await waitFor(() => admin.said().split('\nMESSAGE\n').length > wishes.length);
    const ends = [...admin.said().matchAll(/\nexpires:(-?\d+)/g)].map(([, at]) => Number(at));
    assert.equal(ends.length, wishes.length);
    for (const at of ends) assert.ok(at > before && at <= Date.now() + 720_000, `${at}`);
    assert.ok(!admin.said().includes('ActiveMQ.DLQ'));
    admin.socket.destroy();
  });

  for (const [who, passcode, destinations] of [
    ['bot', 'b', [request, node, '/topic/ActiveMQ.Advisory.Connection', '/queue/other']],
    ['agent', 'a', [reply, alive, echo, '/topic/ActiveMQ.Advisory.Connection', '/queue/other', '/topic/>']],
  ] as const) {
    for (const destination of destinations) {
      test(`${who} may not read ${destination}`, async () => {
        const bus = connect(who, passcode);
        bus.subscribe(destination, () => {});
        await assert.rejects(bus.whenUp(20_000), { code: 'unreachable/no-broker', message: /not authorized to read/ });
      });
    }
  }

  for (const [who, passcode, destinations] of [
    ['bot', 'b', [reply, alive, '/queue/other']],
    ['agent', 'a', [request, node, echo, '/topic/other']],
  ] as const) {
    for (const destination of destinations) {
      test(`${who} may not write ${destination}`, async () => {
        const bus = connect(who, passcode);
        await bus.whenUp(20_000);
        const sent = publish(bus, destination).catch(() => {});
        await waitFor(() => bus.losses === 1);
        assert.match(bus.lastError ?? '', /not authorized/);
        await bus.close();
        await sent;
      });
    }
  }

  test('nobody gets in without a password', async () => {
    const bus = connect('', '');
    await assert.rejects(bus.whenUp(20_000), { code: 'unreachable/no-broker' });
  });

  test('a body of one mebibyte passes and a larger one costs its sender the connection', async () => {
    const agent = createStompBus({
      servers: [{ host: '127.0.0.1', port: broker.tlsPort ?? 0, tls: { ca: broker.ca ?? '' } }],
      login: 'agent',
      passcode: 'a',
      maxBodyBytes: 9_000_000,
    });
    open.push(agent);
    await agent.whenUp(20_000);
    await publish(agent, reply, new Uint8Array(1024 * 1024));
    assert.equal(agent.losses, 0);
    const sent = publish(agent, reply, new Uint8Array(2 * 1024 * 1024)).catch(() => {});
    await waitFor(() => agent.losses > 0);
    await agent.close();
    await sent;
  });
});

/** Writes a frame many times, until the other side takes no more for two seconds. */
async function writeAll(socket: TLSSocket, message: Buffer, times: number): Promise<void> {
  for (let n = 0; n < times && !socket.destroyed; n++) {
    if (socket.write(message)) continue;
    const stop = new AbortController();
    const { signal } = stop;
    const drained = once(socket, 'drain', { signal }).then(() => true);
    const ended = Promise.race([once(socket, 'close', { signal }), sleep(2000, undefined, { signal })]);
    const goesOn = await Promise.race([drained, ended.then(() => false)]).catch(() => false);
    stop.abort();
    await Promise.allSettled([drained, ended]);
    if (!goesOn) return;
  }
}
