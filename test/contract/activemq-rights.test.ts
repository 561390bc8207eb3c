import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { createStompBus, type StompBus } from '../../src/adapters/stomp/stomp-bus.ts';
import {
  aliveDestination,
  broadcastDestination,
  nodeDestination,
  replyDestination,
} from '../../src/core/destinations.ts';
import { type Activemq, startActivemq, whyNoActivemq } from './activemq.ts';
import { waitFor } from './wait-for.ts';

const request = broadcastDestination('c');
const node = nodeDestination('c', 'web1.example.org');
const reply = replyDestination('c', 'bot1');
const alive = aliveDestination('c');

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
    bus.publish({ destination, body, signature: 'c2ln', expiresAt: Date.now() + 20_000 });

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

  for (const [who, passcode, destinations] of [
    ['bot', 'b', [request, node, '/topic/ActiveMQ.Advisory.Connection', '/queue/other']],
    ['agent', 'a', [reply, alive, '/topic/ActiveMQ.Advisory.Connection', '/queue/other', '/topic/>']],
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
    ['agent', 'a', [request, node, '/topic/other']],
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
