import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { createHostNet } from '../../agent/plugins/nettest/host-net.ts';
import { systemClock as clock } from '../../src/adapters/clock/system-clock.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { connectPort } from '../../src/adapters/net/connect-port.ts';

const hasPing = existsSync('/bin/ping') || existsSync('/usr/bin/ping');
const skip = process.env.CI !== 'true' && !hasPing ? 'ping is not installed (Debian package iputils-ping)' : false;
const net = createHostNet({ runner: createProcessRunner(), clock, connect: connectPort });
const { signal } = new AbortController();
let server: Server;
let port: number;
let closedPort: number;

const listen = (one: Server): Promise<number> =>
  new Promise((resolve) => {
    one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port));
  });

before(async () => {
  server = createServer((socket) => socket.on('error', () => undefined));
  port = await listen(server);
  const other = createServer();
  closedPort = await listen(other);
  await new Promise((resolve) => other.close(resolve));
});
after(() => server.close());

test('this machine answers to itself', { skip }, async () => {
  const { address, sent, received, times } = await net.ping('127.0.0.1', 2, signal);
  assert.deepEqual([address, sent, received], ['127.0.0.1', 2, 2]);
  assert.ok(times !== undefined && times.min <= times.average && times.average <= times.max);
});

test('a host that nobody knows is told', { skip }, async () => {
  await assert.rejects(net.ping('no-such-host.invalid', 1, signal), { code: 'failed/no-such-host' });
  assert.deepEqual(await net.resolve('no-such-host.invalid', 'any', signal), []);
  const target = { host: 'no-such-host.invalid', port: 1, timeoutMs: 1000 };
  assert.deepEqual(await net.connect(target, signal), { state: 'unknown host', address: '' });
});

test('a port that listens is open, another refused', async () => {
  const open = await net.connect({ host: '127.0.0.1', port, timeoutMs: 5000 }, signal);
  assert.deepEqual([open.state, open.address, open.elapsedMs !== undefined], ['open', '127.0.0.1', true]);
  const closed = await net.connect({ host: '127.0.0.1', port: closedPort, timeoutMs: 5000 }, signal);
  assert.deepEqual(closed, { state: 'refused', address: '127.0.0.1' });
});

test('names are looked up as the node does it', async () => {
  assert.deepEqual(await net.resolve('localhost', 'a', signal), ['127.0.0.1']);
  assert.deepEqual(await net.resolve('::1', 'any', signal), ['::1']);
});

test('a connection that is given up is closed', async () => {
  assert.equal(await connectPort({ address: '127.0.0.1', port }, AbortSignal.abort()), 'no answer');
  const stop = new AbortController();
  const asked = connectPort({ address: '127.0.0.1', port }, stop.signal);
  // Before the event loop turns there is no connection yet.
  stop.abort();
  assert.equal(await asked, 'no answer');
});
