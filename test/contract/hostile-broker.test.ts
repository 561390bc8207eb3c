import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/adapters/embedded-broker/embedded-broker.ts';
import {
  type BusEvent,
  createStompBus,
  type StompBus,
  type StompBusOptions,
} from '../../src/adapters/stomp/stomp-bus.ts';
import type { BusMessage } from '../../src/core/ports.ts';
import { CONNECTED, type HostilePeer, startHostilePeer, type Victim } from './hostile-peer.ts';
import { waitFor } from './wait-for.ts';

const MAX_BODY = 100_000;
const MEGABYTES_20 = 20_000_000;
const message = (headers: string, body: string) => `MESSAGE\nsubscription:s1\nmessage-id:1\n${headers}\n${body}\0\n`;

/** Peers that a bus must leave for the good broker that is next in its list. */
const hostile: { readonly does: string; readonly script: (victim: Victim) => unknown; readonly reason: RegExp }[] = [
  { does: 'accepts and never answers', script: () => {}, reason: /no answer within/ },
  { does: 'disconnects at once', script: ({ socket }) => socket.destroy(), reason: /connection|ended/ },
  { does: 'disconnects politely at once', script: ({ socket }) => socket.end(), reason: /connection|ended/ },
  {
    does: 'answers garbage',
    script: ({ write }) => write('HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\n'),
    reason: /unknown command/,
  },
  {
    does: 'answers random bytes',
    script: ({ write }) => write(Buffer.alloc(9000, '\xfe\n\x80', 'latin1')),
    reason: /colon/,
  },
  {
    does: 'answers STOMP 1.0',
    script: ({ write }) => write('CONNECTED\nsession:1\n\n\0'),
    reason: /STOMP 1\.0, not 1\.2/,
  },
  { does: 'answers STOMP 1.1', script: ({ write }) => write('CONNECTED\nversion:1.1\n\n\0'), reason: /STOMP 1\.1/ },
  {
    does: 'answers another version',
    script: ({ write }) => write('CONNECTED\nversion:__proto__\n\n\0'),
    reason: /__proto__/,
  },
  {
    does: 'answers half a frame and ends',
    script: ({ socket }) => socket.end('CONNECTED\nversion:1.2\nhe'),
    reason: /unexpected end/,
  },
  {
    does: 'answers half a frame and waits',
    script: ({ write }) => write('CONNECTED\nversion:1.2\nhe'),
    reason: /no answer within/,
  },
  { does: 'never confirms the subscription', script: ({ write }) => write(CONNECTED), reason: /no answer within/ },
  {
    does: 'sends heart-beats and nothing else',
    script: ({ write }) => write('\n'.repeat(100_000)),
    reason: /unknown command/,
  },
  {
    does: 'sends CONNECTED with a body',
    script: ({ write }) => write('CONNECTED\nversion:1.2\n\nbody\0'),
    reason: /empty body/,
  },
  {
    does: 'answers a short ERROR as plain text',
    script: ({ write }) => write('ERROR\nmessage:Bad CONNECT\ncontent-type:text/plain\ncontent-length:3\n\nno!\0'),
    reason: /Bad CONNECT/,
  },
  {
    does: 'answers an ERROR without anything',
    script: ({ write }) => write('ERROR\n\n\0'),
    reason: /without a message/,
  },
  {
    does: 'sends an ERROR in the middle',
    script: async ({ greet, write }) => {
      await greet();
      write('ERROR\nmessage:slow\ncontent-type:text/plain\ncontent-length:4\n\nslow\0');
    },
    reason: /slow/,
  },
  {
    does: 'announces an endless body',
    script: async ({ greet, write, flood }) => {
      await greet();
      write('MESSAGE\nsubscription:s1\ncontent-length:1000000000000\n\n');
      await flood('x'.repeat(65_536), MEGABYTES_20);
    },
    reason: /more than 100000 bytes/,
  },
  {
    does: 'sends an endless body without a word',
    script: async ({ greet, write, flood }) => {
      await greet();
      write('MESSAGE\nsubscription:s1\n\n');
      assert.ok((await flood('x'.repeat(65_536), MEGABYTES_20)) < MEGABYTES_20);
    },
    reason: /more than 100000 bytes/,
  },
  {
    does: 'sends an endless body in CONNECTED',
    script: ({ write, flood }) => {
      write('CONNECTED\nversion:1.2\n\n');
      return flood('x'.repeat(65_536), MEGABYTES_20);
    },
    reason: /empty body|more than/,
  },
  {
    does: 'sends a negative content-length',
    script: ({ write }) => write('CONNECTED\ncontent-length:-5\n\nabcdef\0'),
    reason: /content-length/,
  },
  {
    does: 'sends an endless header',
    script: ({ write, flood }) => {
      write('CONNECTED\na:');
      return flood('x'.repeat(9999), MEGABYTES_20);
    },
    reason: /maximum line length/,
  },
  {
    does: 'sends an endless command',
    script: ({ flood }) => flood('X'.repeat(9999), MEGABYTES_20),
    reason: /maximum line length/,
  },
  {
    does: 'sends endless NUL bytes',
    script: ({ flood }) => flood('\0'.repeat(9999), MEGABYTES_20),
    reason: /maximum line length/,
  },
  {
    does: 'sends NUL bytes by the line',
    script: ({ flood }) => flood('\0\0\0\n\n\0'.repeat(999), MEGABYTES_20),
    reason: /unknown command/,
  },
  {
    does: 'sends too many headers',
    script: ({ write, flood }) => {
      write('CONNECTED\n');
      let line = 0;
      return flood(Array.from({ length: 2000 }, () => `h${line++}:x`).join('\n'), 100_000);
    },
    reason: /too many headers/,
  },
  {
    does: 'sends an unknown escape',
    script: ({ greet, write }) => greet().then(() => write(message('a:\\x\n', ''))),
    reason: /escape/,
  },
  {
    does: 'sends a header without a colon',
    script: ({ greet, write }) => greet().then(() => write(message('nothing\n', ''))),
    reason: /colon/,
  },
  {
    does: 'confirms what was never sent',
    script: ({ greet, write }) => greet().then(() => write('RECEIPT\nreceipt-id:77\n\n\0')),
    reason: /invalid receipt/,
  },
  {
    does: 'confirms `constructor`',
    script: ({ greet, write }) => greet().then(() => write('RECEIPT\nreceipt-id:constructor\n\n\0')),
    reason: /invalid receipt/,
  },
  {
    does: 'confirms nothing by name',
    script: ({ greet, write }) => greet().then(() => write('RECEIPT\n\n\0')),
    reason: /invalid receipt/,
  },
  {
    does: 'sends the command `constructor`',
    script: ({ greet, write }) => greet().then(() => write('constructor\n\n\0')),
    reason: /unknown command/,
  },
  {
    does: 'goes silent in the middle of a frame',
    script: ({ greet, write }) => greet(CONNECTED.replace('0,0', '100,100')).then(() => write('MESSAGE\nsubs')),
    reason: /timed out/,
  },
  {
    does: 'ends in the middle of a frame',
    script: ({ greet, socket }) => greet().then(() => socket.end('MESSAGE\nsubscription:s1\ncontent-length:9\n\nabc')),
    reason: /unexpected end/,
  },
  {
    does: 'sends terminal codes as its error',
    script: ({ write }) => write('ERROR\nmessage:\x1b[31mred\x07 \xe4\n\n\0'),
    reason: /^[\x20-\x7e]*\?\[31mred\? [\x20-\x7e]+$/,
  },
];

/** Peers that do odd things which are no reason to leave. */
const odd: { readonly does: string; readonly send: string }[] = [
  {
    does: 'a header named `hasOwnProperty` before another',
    send: message('hasOwnProperty:1\nnext:2\nmco_sig:c2ln\n', 'payload'),
  },
  {
    does: 'headers named `__proto__` and `constructor`',
    send: message('__proto__:1\nconstructor:2\nmco_sig:c2ln\n', 'payload'),
  },
  {
    does: 'ninety headers of 9 kB',
    send: message(
      `${Array.from({ length: 90 }, (_, n) => `h${n}:${'v'.repeat(9000)}`).join('\n')}\nmco_sig:c2ln\n`,
      'payload',
    ),
  },
  {
    does: 'a thousand headers',
    send: message(`${Array.from({ length: 1000 }, (_, n) => `h${n}:v`).join('\n')}\nmco_sig:c2ln\n`, 'payload'),
  },
  {
    does: 'a message for an unknown subscription first',
    send: `${message('', 'x').replace('s1', 's99')}${message('mco_sig:c2ln\n', 'payload')}`,
  },
  {
    does: 'a message for the subscription `constructor` first',
    send: `${message('', 'x').replace('s1', 'constructor')}${message('mco_sig:c2ln\n', 'payload')}`,
  },
  { does: 'a message for no subscription first', send: `MESSAGE\n\nbody\0\n${message('mco_sig:c2ln\n', 'payload')}` },
  { does: 'line ends with carriage returns', send: message('mco_sig:c2ln\n', 'payload').replaceAll('\n', '\r\n') },
];

describe('a broker that means harm', { timeout: 120_000 }, () => {
  let good: EmbeddedBroker;
  let peer: HostilePeer;
  let bus: StompBus;
  const events: BusEvent[] = [];
  const inbox: BusMessage[] = [];
  const visit = async (
    script: (victim: Victim) => unknown,
    options: Partial<StompBusOptions> = {},
    alone?: 'alone',
  ) => {
    peer = await startHostilePeer(script);
    const servers = (alone ? [peer] : [peer, good]).map(({ port }) => ({ host: '127.0.0.1', port }));
    const onEvent = (event: BusEvent) => void events.push(event);
    const limits = { connectTimeoutMs: 500, heartbeatMs: 100, maxBodyBytes: MAX_BODY, random: () => 0.01 };
    bus = createStompBus({ servers, onEvent, ...limits, ...options });
    bus.subscribe('/topic/mco.c.request', (message) => inbox.push(message));
  };
  const failure = () =>
    events.find((event) => event.type === 'failed' || event.type === 'lost' || event.type === 'refused');

  before(async () => {
    good = await startEmbeddedBroker();
  });
  after(() => good.close());
  afterEach(async () => {
    await Promise.all([bus.close(), peer.close()]);
    events.length = 0;
    inbox.length = 0;
  });

  for (const { does, script, reason } of hostile) {
    test(`that ${does} is left for the next one`, async () => {
      await visit(script);
      await waitFor(() => failure() !== undefined && bus.state === 'up');
      const event = failure();
      const text = event !== undefined && 'reason' in event ? event.reason : '';
      assert.match(text, reason);
      assert.doesNotMatch(text, /[^\x20-\x7e]/);
      const atGoodBroker = () => events.some((e) => e.type === 'up' && e.server.endsWith(`:${good.port}`));
      await waitFor(() => atGoodBroker() && bus.state === 'up');
      await bus.publish({
        destination: '/topic/mco.c.request',
        body: Buffer.from('ok'),
        signature: '',
        expiresAt: Date.now() + 9999,
      });
      await waitFor(() => inbox.some(({ body }) => Buffer.from(body).toString() === 'ok'));
    });
  }

  for (const { does, send } of odd) {
    test(`${does}: the connection stays and the message arrives`, async () => {
      await visit(({ greet, write }) => greet().then(() => write(send)));
      await waitFor(() => inbox.length === 1);
      assert.equal(Buffer.from(inbox[0]?.body ?? []).toString(), 'payload');
      assert.equal(inbox[0]?.signature, 'c2ln');
      assert.equal(bus.losses, 0);
    });
  }

  test('frames that come byte by byte are whole in the end', async () => {
    await visit(async ({ greet, write }) => {
      await greet();
      for (const char of message('mco_sig:c2ln\n', 'payload').replaceAll('\n', '\r\n')) {
        write(char);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    await waitFor(() => inbox.length === 1);
    assert.equal(inbox[0]?.signature, 'c2ln');
  });

  test('absurd heart-beats neither flood nor end the connection', async () => {
    let beats = 0;
    await visit(async ({ greet, socket, write }) => {
      await greet(CONNECTED.replace('0,0', '99999999999,99999999999'));
      socket.on('data', () => (beats += 1));
      setTimeout(() => write(message('mco_sig:c2ln\n', 'payload')), 300);
    });
    await waitFor(() => inbox.length === 1);
    assert.equal(bus.losses, 0);
    assert.ok(beats < 5);
  });

  test('a message that is never confirmed is sent again to the next broker', async () => {
    await visit(({ greet }) => greet(), { receiptTimeoutMs: 200 });
    await waitFor(() => bus.state === 'up');
    const body = Buffer.from('once');
    await bus.publish({ destination: '/topic/mco.c.request', body, signature: 's', expiresAt: Date.now() + 20_000 });
    assert.equal(bus.losses, 1);
    await waitFor(() => inbox.length === 1);
  });

  test('a peer that keeps ending good connections is met ever less often', async () => {
    await visit(({ greet, socket }) => greet().then(() => socket.destroy()), { random: () => 0.2 }, 'alone');
    const waits = () => events.flatMap((event) => (event.type === 'waiting' ? [event.delayMs] : []));
    await waitFor(() => waits().length >= 3);
    assert.deepEqual(waits().slice(0, 3), [200, 400, 800]);
    assert.ok(bus.losses >= 3);
  });
});
