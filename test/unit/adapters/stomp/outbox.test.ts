import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Outbox, type OutboxSettings, type SendNow } from '../../../../src/adapters/stomp/outbox.ts';
import type { Outgoing } from '../../../../src/core/ports.ts';

const START = 1_000_000;
let nowMs = START;
let timers: { atMs: number; fn: () => void }[] = [];
let sent: { text: string; confirm: () => void; refuse: (reason: string) => void }[] = [];
let stuck = 0;

const clock = {
  now: () => nowMs,
  after(delayMs: number, fn: () => void) {
    const timer = { atMs: nowMs + delayMs, fn };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  },
};

/** Lets time pass and runs what is due. */
function pass(ms: number): void {
  nowMs += ms;
  for (let due = timers.find(({ atMs }) => atMs <= nowMs); due; due = timers.find(({ atMs }) => atMs <= nowMs)) {
    timers = timers.filter((other) => other !== due);
    due.fn();
  }
}

function createOutbox(settings: Partial<OutboxSettings> = {}): Outbox {
  return new Outbox({ clock, onStuck: () => (stuck += 1), ...settings });
}

function message(text: string, livesMs = 60_000): Outgoing {
  return { destination: '/queue/x', body: Buffer.from(text), signature: 's', expiresAt: nowMs + livesMs };
}

const sendNow: SendNow = ({ body }, { onConfirmed, onRefused }) =>
  void sent.push({ text: Buffer.from(body).toString(), confirm: onConfirmed, refuse: onRefused });
const texts = () => sent.map(({ text }) => text);

beforeEach(() => {
  nowMs = START;
  timers = [];
  sent = [];
  stuck = 0;
});

test('a message waits for a broker and resolves with its receipt', async () => {
  const outbox = createOutbox();
  const done = outbox.add(message('a'));
  assert.deepEqual(texts(), []);
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['a']);
  assert.equal(outbox.size, 1);
  sent[0]?.confirm();
  await done;
  assert.equal(outbox.size, 0);
});

test('no more than the window is unconfirmed at a time, and order is kept', () => {
  const outbox = createOutbox({ window: 2 });
  outbox.attach(sendNow);
  for (const text of ['a', 'b', 'c', 'd']) void outbox.add(message(text));
  assert.deepEqual(texts(), ['a', 'b']);
  sent[1]?.confirm();
  assert.deepEqual(texts(), ['a', 'b', 'c']);
  sent[0]?.confirm();
  assert.deepEqual(texts(), ['a', 'b', 'c', 'd']);
});

test('what a lost broker did not confirm goes out first, in the old order', () => {
  const outbox = createOutbox({ window: 3 });
  outbox.attach(sendNow);
  for (const text of ['a', 'b', 'c', 'd']) void outbox.add(message(text));
  sent[1]?.confirm();
  outbox.detach();
  void outbox.add(message('e'));
  sent = [];
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['a', 'c', 'd']);
});

test('a receipt that arrives after the loss still counts and nothing is sent twice', async () => {
  const outbox = createOutbox();
  outbox.attach(sendNow);
  const done = outbox.add(message('a'));
  outbox.detach();
  sent[0]?.confirm();
  sent[0]?.confirm();
  await done;
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['a']);
});

test('a message that expires before any broker came was not sent', async () => {
  const outbox = createOutbox();
  const long = outbox.add(message('long', 5000));
  const done = outbox.add(message('short', 1000));
  pass(1000);
  await assert.rejects(done, { code: 'unreachable/not-sent' });
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['long']);
  sent[0]?.confirm();
  await long;
});

test('a message that expires after a broker had it unconfirmed may have been sent', async () => {
  const outbox = createOutbox();
  outbox.attach(sendNow);
  const done = outbox.add(message('a', 1000));
  outbox.detach();
  pass(1000);
  await assert.rejects(done, { code: 'unreachable/unconfirmed' });
  assert.equal(outbox.size, 0);
});

test('a message that has expired when a broker comes is not handed over', async () => {
  const outbox = createOutbox();
  const done = outbox.add(message('a', 1000));
  nowMs += 1000;
  outbox.attach(sendNow);
  await assert.rejects(done, { code: 'unreachable/not-sent' });
  assert.deepEqual(texts(), []);
});

test('a full queue refuses by number and by size, and takes more once there is room', async () => {
  const outbox = createOutbox({ maxMessages: 3, maxBytes: 10 });
  void outbox.add(message('12345'));
  void outbox.add(message('12345'));
  await assert.rejects(outbox.add(message('1')), { code: 'unreachable/not-sent', message: /10 bytes/ });
  void outbox.add(message(''));
  await assert.rejects(outbox.add(message('')), { code: 'unreachable/not-sent', message: /3 messages/ });
  outbox.attach(sendNow);
  sent[0]?.confirm();
  void outbox.add(message('12345'));
  assert.equal(outbox.size, 3);
});

test('a message without a receipt for too long is reported, counted from the oldest', () => {
  const outbox = createOutbox({ receiptTimeoutMs: 15_000 });
  outbox.attach(sendNow);
  void outbox.add(message('a'));
  pass(10_000);
  void outbox.add(message('b'));
  sent[0]?.confirm();
  pass(5000);
  assert.equal(stuck, 0);
  pass(10_000);
  assert.equal(stuck, 1);
});

test('closing gives up what is left and leaves no timer behind', async () => {
  const outbox = createOutbox({ window: 1 });
  outbox.attach(sendNow);
  const first = outbox.add(message('a'));
  const second = outbox.add(message('b'));
  outbox.close();
  await assert.rejects(first, { code: 'unreachable/unconfirmed' });
  await assert.rejects(second, { code: 'unreachable/not-sent' });
  await assert.rejects(outbox.add(message('c')), { code: 'unreachable/not-sent' });
  assert.deepEqual(timers, []);
});

test('a message that the broker does not take is given up and not sent again', async () => {
  const outbox = createOutbox();
  outbox.attach(sendNow);
  const refused = outbox.add(message('a'));
  const other = outbox.add(message('b'));
  sent[0]?.refuse('not authorized\u001b[2J');
  await assert.rejects(refused, { code: 'unreachable/refused', message: /not authorized\?\[2J/ });
  outbox.detach();
  sent = [];
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['b']);
  sent[0]?.confirm();
  await other;
});

test('a withdrawn message that has not left never does', async () => {
  const outbox = createOutbox();
  const cancel = new AbortController();
  const all = ['a', 'b', 'c'].map((text) => outbox.add({ ...message(text), signal: cancel.signal }));
  const other = outbox.add(message('d'));
  cancel.abort();
  for (const one of all) await assert.rejects(one, { code: 'unreachable/not-sent' });
  await assert.rejects(outbox.add({ ...message('e'), signal: cancel.signal }), { code: 'unreachable/not-sent' });
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['d']);
  sent[0]?.confirm();
  await other;
});

test('a withdrawn message that was handed to a broker may have arrived, and is not sent again', async () => {
  const outbox = createOutbox({ window: 1 });
  outbox.attach(sendNow);
  const cancel = new AbortController();
  const first = outbox.add({ ...message('a'), signal: cancel.signal });
  const second = outbox.add(message('b'));
  cancel.abort();
  await assert.rejects(first, { code: 'unreachable/unconfirmed' });
  assert.deepEqual(texts(), ['a', 'b'], 'its place is free again');
  sent[0]?.confirm();
  outbox.detach();
  outbox.attach(sendNow);
  assert.deepEqual(texts(), ['a', 'b', 'b']);
  sent[2]?.confirm();
  await second;
});

test('a message that a full destination refused is sent again, later each time, and given up after five times', async () => {
  const outbox = createOutbox();
  outbox.attach(sendNow);
  const gone = outbox.add(message('a', 600_000));
  const fullReason = 'Usage Manager Memory Limit reached on queue://mco.c.reply.bot';
  for (let times = 1; times <= 5; times++) {
    sent.at(-1)?.refuse(fullReason);
    assert.equal(sent.length, times, 'not at once');
    pass(40_000);
    assert.equal(sent.length, times + 1);
  }
  sent.at(-1)?.refuse(fullReason);
  await assert.rejects(gone, { code: 'unreachable/refused' });
  assert.equal(outbox.size, 0);
});

test('a message that waits for room holds up no other, and still expires', async () => {
  const outbox = createOutbox();
  outbox.attach(sendNow);
  const gone = outbox.add(message('a', 100));
  sent[0]?.refuse('Memory Limit reached');
  void outbox.add(message('b'));
  assert.deepEqual(texts(), ['a', 'b']);
  pass(100);
  await assert.rejects(gone, { code: 'unreachable/unconfirmed' });
});
