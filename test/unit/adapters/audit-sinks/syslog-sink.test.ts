import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyslogSink, type SyslogOptions } from '../../../../src/adapters/audit-sinks/syslog-sink.ts';
import type { ChainedRecord } from '../../../../src/core/audit-trail.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import type { Clock } from '../../../../src/core/ports.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { listenTcp, listenUdp } from './syslog-listeners.ts';

/** Waits are short here. */
const hastyClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs / 50);
    return () => clearTimeout(timer);
  },
};

const makeRecord = (seq: number, command = ''): ChainedRecord => ({
  seq,
  hash: 'a'.repeat(64),
  record: { at: '2026-11-22T10:00:03.120Z', by: 'bot:mcobot', event: 'decided', command },
});

function openSink(options: Pick<SyslogOptions, 'port' | 'protocol'> & Partial<SyslogOptions>) {
  const problems: McoError[] = [];
  const onProblem = (problem: McoError) => problems.push(problem);
  return { problems, sink: createSyslogSink({ host: '127.0.0.1', clock: hastyClock, onProblem, ...options }) };
}

const seqsOf = (messages: readonly { readonly body: Record<string, unknown> }[]) =>
  messages.map(({ body }) => body.seq);

test('over UDP each record is a datagram of at most 8 kB', async () => {
  const listener = await listenUdp();
  const { sink, problems } = openSink({ port: listener.port, protocol: 'udp' });
  for (const seq of [1, 2, 3]) sink.take(makeRecord(seq, seq === 2 ? 'ü'.repeat(20_000) : 'short'));
  await listener.waitFor(3);
  assert.deepEqual(seqsOf(listener.messages), [1, 2, 3]);
  assert.ok(listener.sizes.every((size) => size <= 8192));
  await sink.close();
  await listener.close();
  assert.deepEqual([problems, sink.lost], [[], 0]);
});

test('over UDP a server that is not there is told of once, and used again when it is back', async () => {
  const first = await listenUdp();
  const { port } = first;
  await first.close();
  const { sink, problems } = openSink({ port, protocol: 'udp' });
  for (let seq = 1; seq <= 20; seq++) {
    sink.take(makeRecord(seq));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['unreachable/syslog'],
  );
  assert.match(problems[0]?.message ?? '', /ECONNREFUSED/);
  const again = await listenUdp(port);
  sink.take(makeRecord(21));
  await again.waitFor(1);
  await sink.close();
  await again.close();
});

test('over TCP records are counted frames, in order, however many', async () => {
  const listener = await listenTcp();
  const { sink } = openSink({ port: listener.port, protocol: 'tcp' });
  for (let seq = 1; seq <= 500; seq++) sink.take(makeRecord(seq, 'é'.repeat(seq)));
  await listener.waitFor(500);
  assert.deepEqual(
    seqsOf(listener.messages),
    Array.from({ length: 500 }, (_, n) => n + 1),
  );
  assert.equal(listener.connections(), 1);
  await sink.close();
  await listener.close();
});

test('over TCP it waits for a server that is away, connects again, and keeps the order', async () => {
  const first = await listenTcp();
  const { port } = first;
  const { sink, problems } = openSink({ port, protocol: 'tcp' });
  sink.take(makeRecord(1));
  await first.waitFor(1);
  await first.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let seq = 2; seq <= 50; seq++) sink.take(makeRecord(seq));
  await new Promise((resolve) => setTimeout(resolve, 60));
  const again = await listenTcp(port);
  await again.waitFor(49);
  assert.deepEqual(
    seqsOf(again.messages),
    Array.from({ length: 49 }, (_, n) => n + 2),
  );
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['unreachable/syslog'],
  );
  assert.equal(sink.lost, 0);
  await sink.close();
  await again.close();
});

test('what waits is bounded and counted, nobody is held up, and at the end it gives up', async () => {
  const gone = await listenTcp();
  await gone.close();
  const clock = createFakeClock();
  const { sink, problems } = openSink({ port: gone.port, protocol: 'tcp', clock });
  for (let seq = 1; seq <= 12_000; seq++) sink.take(makeRecord(seq));
  assert.equal(sink.lost, 2000);
  assert.equal(problems.length, 1);
  const closing = sink.close();
  await clock.advance(2000);
  await closing;
  assert.equal(sink.lost, 12_000);
  sink.take(makeRecord(12_001));
  assert.equal(sink.lost, 12_001);
});

test('at the end what waits is sent if that works', async () => {
  const listener = await listenTcp();
  const { sink } = openSink({ port: listener.port, protocol: 'tcp' });
  for (let seq = 1; seq <= 100; seq++) sink.take(makeRecord(seq));
  await sink.close();
  await listener.waitFor(100);
  assert.equal(sink.lost, 0);
  await listener.close();
});
