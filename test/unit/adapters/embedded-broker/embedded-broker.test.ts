import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import {
  type EmbeddedBroker,
  type EmbeddedBrokerOptions,
  startEmbeddedBroker,
} from '../../../../src/adapters/embedded-broker/embedded-broker.ts';

const open: Socket[] = [];
let broker: EmbeddedBroker;

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await broker.close();
});

/** Sends frames as they are and collects what comes back. */
function talk() {
  const socket = connect(broker.port, broker.host);
  open.push(socket);
  let text = '';
  let closed = false;
  const wakers: (() => void)[] = [];
  const wake = () => {
    for (const call of wakers.splice(0)) call();
  };
  socket.on('data', (chunk) => {
    text += chunk.toString();
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    wake();
  });
  const until = async (holds: () => boolean) => {
    const timer = setTimeout(() => socket.destroy(), 10_000);
    while (!holds()) await new Promise<void>((resolve) => wakers.push(resolve));
    clearTimeout(timer);
  };
  return {
    socket,
    send: (frame: string) => socket.write(frame),
    sees: (pattern: RegExp) => until(() => pattern.test(text) || closed).then(() => assert.match(text, pattern)),
    ends: () => until(() => closed),
  };
}

async function startWith(options: EmbeddedBrokerOptions = {}) {
  broker = await startEmbeddedBroker(options);
  return talk();
}

const CONNECT = 'CONNECT\naccept-version:1.1,1.2\nhost:x\n\n\0';

test('a client is let in, confirmed and let go', async () => {
  const client = await startWith();
  client.send(CONNECT);
  await client.sees(/^CONNECTED\nversion:1\.2\nheart-beat:10000,10000\n/);
  assert.equal(broker.connections, 1);
  client.send('SUBSCRIBE\nid:a\\cb\ndestination:/topic/t\nreceipt:r1\n\n\0');
  await client.sees(/RECEIPT\nreceipt-id:r1\n/);
  client.send('SEND\ndestination:/topic/t\nx-own:1\nreceipt:r2\n\nhello\0');
  await client.sees(
    /MESSAGE\nsubscription:a\\cb\nmessage-id:m\d+\ndestination:\/topic\/t\nx-own:1\ncontent-length:5\n\nhello\0/,
  );
  client.send('DISCONNECT\nreceipt:bye\n\n\0');
  await client.sees(/receipt-id:bye/);
  await client.ends();
});

for (const [what, frames] of [
  ['frames before CONNECT', 'SEND\ndestination:/topic/t\n\n\0'],
  ['STOMP 1.1', 'CONNECT\naccept-version:1.1\n\n\0'],
  ['a second CONNECT', `${CONNECT}${CONNECT}`],
  ['an unknown command', `${CONNECT}BEGIN\ntransaction:1\n\n\0`],
  ['an unknown destination', `${CONNECT}SEND\ndestination:/dsub/x\n\n\0`],
  ['a subscription without an id', `${CONNECT}SUBSCRIBE\ndestination:/topic/t\n\n\0`],
  ['a subscription id twice', `${CONNECT}${'SUBSCRIBE\nid:1\ndestination:/topic/t\n\n\0'.repeat(2)}`],
  ['acknowledgements', `${CONNECT}SUBSCRIBE\nid:1\nack:client\ndestination:/topic/t\n\n\0`],
  ['a body over the limit', `${CONNECT}SEND\ndestination:/topic/t\ncontent-length:999999999\n\n`],
  ['garbage', 'GET / HTTP/1.1\nx\n\n'],
] as const) {
  test(`${what} is answered with ERROR and the end`, async () => {
    const client = await startWith();
    client.send(frames);
    await client.sees(/ERROR\nmessage:.+/);
    await client.ends();
  });
}

test('a wrong login or passcode is refused, the right pair let in', async () => {
  const login = (name: string, code: string) => CONNECT.replace('host:x', `login:${name}\npasscode:${code}`);
  const first = await startWith({ login: 'mco', passcode: 'secret' });
  for (const [name, code] of [
    ['mco', 'wrong'],
    ['other', 'secret'],
    ['', ''],
  ] as const) {
    const client = talk();
    client.send(login(name, code));
    await client.sees(/ERROR\nmessage:login or passcode is invalid/);
    await client.ends();
  }
  first.send(login('mco', 'secret'));
  await first.sees(/^CONNECTED/);
});

test('a reader that is too far behind is dropped and others go on', async () => {
  const slow = await startWith({ maxBufferedBytes: 200_000 });
  slow.send(`${CONNECT}SUBSCRIBE\nid:1\ndestination:/topic/t\nreceipt:r\n\n\0`);
  await slow.sees(/receipt-id:r/);
  slow.socket.pause();
  const sender = talk();
  sender.send(CONNECT);
  const body = 'x'.repeat(1_000_000);
  for (let n = 0; n < 20; n += 1) sender.send(`SEND\ndestination:/topic/t\ncontent-length:${body.length}\n\n${body}\0`);
  sender.send('SEND\ndestination:/topic/other\nreceipt:done\n\n\0');
  await sender.sees(/receipt-id:done/);
  slow.socket.resume();
  await slow.ends();
});

test('heart-beats go out when asked for, and a silent client that promised some is dropped', async () => {
  const client = await startWith({ heartbeatMs: 50 });
  client.send(CONNECT.replace('host:x', 'heart-beat:50,50'));
  await client.sees(/CONNECTED[^\0]*\0\n\n/);
  await client.ends();
});

test('killing it ends every connection', async () => {
  const client = await startWith();
  client.send(CONNECT);
  await client.sees(/CONNECTED/);
  await broker.kill();
  await client.ends();
  assert.equal(broker.connections, 0);
});
