import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageRouter, wildcardToRegExp } from '../../../../src/adapters/embedded-broker/message-router.ts';

const message = (id: string, expiresAt = 0) => ({ id, rest: Buffer.from(id), expiresAt });
const createReceiver = () => {
  const got: string[] = [];
  return { got, deliver: ({ id }: { id: string }) => void got.push(id) };
};

test('a topic reaches every subscriber, a queue one in turn', () => {
  const router = new MessageRouter();
  const [a, b] = [createReceiver(), createReceiver()];
  for (const destination of ['/topic/t', '/queue/q']) {
    router.subscribe(destination, a, 0);
    router.subscribe(destination, b, 0);
  }
  for (const id of ['1', '2']) router.publish('/topic/t', message(id), 0);
  for (const id of ['3', '4']) router.publish('/queue/q', message(id), 0);
  assert.deepEqual(
    [a.got, b.got],
    [
      ['1', '2', '3'],
      ['1', '2', '4'],
    ],
  );
});

test('a queue without readers keeps its messages until they expire', () => {
  const router = new MessageRouter();
  router.publish('/queue/q', message('short', 10), 0);
  router.publish('/queue/q', message('long', 100), 0);
  router.publish('/queue/q', message('late', 5), 5);
  assert.equal(router.waitingIn('/queue/q'), 2);
  const reader = createReceiver();
  router.subscribe('/queue/q', reader, 10);
  assert.deepEqual(reader.got, ['long']);
});

test('a full queue lets the oldest go', () => {
  const router = new MessageRouter();
  for (let n = 0; n < 1005; n += 1) router.publish('/queue/q', message(`${n}`), 0);
  const reader = createReceiver();
  router.subscribe('/queue/q', reader, 0);
  assert.equal(reader.got.length, 1000);
  assert.equal(reader.got[0], '5');
});

test('after the sweep an empty queue is gone', () => {
  const router = new MessageRouter();
  router.publish('/queue/q', message('a', 10), 0);
  router.dropExpired(10);
  assert.equal(router.waitingIn('/queue/q'), 0);
});

test('an expired message reaches no topic', () => {
  const router = new MessageRouter();
  const reader = createReceiver();
  const end = router.subscribe('/topic/t', reader, 0);
  router.publish('/topic/t', message('late', 5), 5);
  router.publish('/topic/t', message('good', 6), 5);
  end();
  router.publish('/topic/t', message('after', 6), 5);
  assert.deepEqual(reader.got, ['good']);
});

test('a destination of another kind is refused', () => {
  const router = new MessageRouter();
  for (const destination of ['/temp-queue/x', '/queue/a.>', 'x', '']) {
    assert.throws(() => router.publish(destination, message('x'), 0), /destination/);
  }
});

test('wildcards stand for one name or for all that follows', () => {
  const matches = (pattern: string, destination: string) => wildcardToRegExp(pattern).test(destination);
  assert.ok(matches('/topic/mco.*.request', '/topic/mco.c.request'));
  assert.ok(!matches('/topic/mco.*.request', '/topic/mco.c.d.request'));
  assert.ok(!matches('/topic/mco.*.request', '/topic/mco.c.requests'));
  assert.ok(matches('/topic/mco.>', '/topic/mco.c.request'));
  assert.ok(!matches('/topic/mco.>', '/topic/mcox.c'));
  assert.ok(matches('/topic/>', '/topic/anything.at.all'));
  assert.ok(matches('/topic/*', '/topic/one'));
  assert.ok(!matches('/topic/a+(b)', '/topic/aab'));

  const router = new MessageRouter();
  const reader = createReceiver();
  const end = router.subscribe('/topic/mco.>', reader, 0);
  router.publish('/topic/mco.c.alive', message('1'), 0);
  end();
  router.publish('/topic/mco.c.alive', message('2'), 0);
  assert.deepEqual(reader.got, ['1']);
});
