import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import type { Store } from '../../../../src/core/store.ts';
import { CHAT, makeId, makeItem, makeRun, makeSeen } from './samples.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore({ path: ':memory:' });
});

test('a message is claimed once, also when it is delivered again at the same time or after it was closed', async () => {
  const claims = await Promise.all([1, 2, 3].map(() => store.inbox.claim(makeSeen('m1'))));
  assert.deepEqual(claims, [true, false, false]);
  await store.inbox.close(CHAT, 'm1');
  assert.equal(await store.inbox.claim(makeSeen('m1')), false);
  assert.equal(await store.inbox.claim({ ...makeSeen('m1'), chat: 'console' }), true);
});

test('messages that were not closed come back whole, the oldest first', async () => {
  for (const [id, at] of [
    ['a', 9],
    ['b', 3],
    ['c', 3],
    ['d', 1],
  ] as const)
    await store.inbox.claim(makeSeen(id, at));
  await store.inbox.close(CHAT, 'd');
  await store.inbox.close('console', 'b');
  await store.inbox.close(CHAT, 'unheard of');
  assert.deepEqual(await store.inbox.open(), [makeSeen('b', 3), makeSeen('c', 3), makeSeen('a', 9)]);
});

test('what waits to be delivered comes back in the order it was added, with ids that count up', async () => {
  const added = await store.outbox.add([makeItem('a', '1'), { ...makeItem('b', '2'), notBefore: 1234.5 }]);
  const later = await store.outbox.add([makeItem('a', '3')]);
  assert.deepEqual(await store.outbox.pending(), [...added, ...later]);
  assert.deepEqual(
    [...added, ...later].map(({ id, attempts }) => [id, attempts]),
    [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
  );
  assert.deepEqual(await store.outbox.add([]), []);
});

test('either all items are added or none', async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const broken = { ...makeItem('a'), delivery: circular } as never;
  await assert.rejects(store.outbox.add([makeItem('a'), broken]), { code: 'failed/store' });
  assert.deepEqual(await store.outbox.pending(), []);
  assert.equal((await store.outbox.add([makeItem('a')])).length, 1);
});

test('attempts are counted and the first one is kept', async () => {
  await store.outbox.add([makeItem('a')]);
  await store.outbox.noteAttempt(1, 100);
  await store.outbox.noteAttempt(1, 200);
  const [item] = await store.outbox.pending();
  assert.deepEqual([item?.attempts, item?.firstTriedAt], [2, 100]);
});

test('what was delivered or given up waits no more and can not be tried', async () => {
  await store.outbox.add([makeItem('a'), makeItem('b'), makeItem('c')]);
  await store.outbox.noteDelivered(1);
  await store.outbox.noteFailed(2, 'archived');
  assert.deepEqual(
    (await store.outbox.pending()).map(({ id }) => id),
    [3],
  );
  for (const id of [1, 2, 99]) await assert.rejects(store.outbox.noteAttempt(id, 1), { code: 'failed/store' });
});

test("where a run's root stands is kept with the run", async () => {
  await store.runs.begin(makeRun(1));
  await store.outbox.add([makeItem('r1')]);
  const post = { channel: 'C1', id: '17.1', thread: '16.9' };
  await store.outbox.noteDelivered(1, { run: makeId(1), post });
  assert.deepEqual((await store.runs.find(makeId(1)))?.root, post);
  assert.deepEqual(await store.outbox.pending(), []);
});

test('a check writes and reads back, as often as it is asked for', async () => {
  await store.check();
  await store.check();
  store.close();
  await assert.rejects(store.check(), { code: 'failed/store' });
});
