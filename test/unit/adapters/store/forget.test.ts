import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../../../src/adapters/store/database.ts';
import { createStore, prepareDatabase } from '../../../../src/adapters/store/open-store.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import {
  addFinishedRun,
  CHAT,
  makeId,
  makeItem,
  makeReport,
  makeResult,
  makeRun,
  makeSeen,
  numbersOf,
} from './samples.ts';

const throwProblem = (problem: McoError): never => {
  throw problem;
};

/** A store at a time that the test sets. */
function createTimedStore() {
  const time = { now: 0 };
  const database = openDatabase(':memory:');
  prepareDatabase(database);
  const store = createStore({ database, clock: { now: () => time.now }, noteProblem: throwProblem });
  const count = (table: string) => database.rows(`SELECT count(*) AS n FROM ${table}`)[0]?.n;
  return { time, database, store, count };
}

test('what is finished and older is forgotten; what is open or newer stays', async () => {
  const { time, store, count } = createTimedStore();
  const place = { chat: CHAT, channel: 'C1' };
  await store.runs.begin(makeRun(1));
  await store.outbox.add([makeItem('open')]);
  await store.inbox.claim(makeSeen('open'));
  for (const [n, at] of [
    [2, 100],
    [3, 200],
  ] as const) {
    time.now = at;
    await addFinishedRun(store, n, ['web1', 'web2']);
    await store.runs.addRequests([{ id: `q${n}`, run: makeId(n), nodes: ['web1'], sentAt: 1, waitUntil: 2 }]);
    await store.inbox.claim(makeSeen(`m${n}`));
    await store.inbox.close(CHAT, `m${n}`);
    const [sent, failed] = await store.outbox.add([makeItem('x'), makeItem('x')]);
    await store.outbox.noteDelivered(sent?.id ?? 0);
    await store.outbox.noteFailed(failed?.id ?? 0, 'archived');
  }
  await store.forgetBefore(200);
  assert.deepEqual(numbersOf(await store.runs.list({ ...place, max: 9 })), [3, 1]);
  assert.deepEqual(['runs', 'results', 'requests', 'inbox', 'outbox'].map(count), [2, 2, 1, 2, 3]);
  assert.equal((await store.outbox.pending()).length, 1);
  assert.equal(await store.inbox.claim(makeSeen('m3')), false);
  await store.forgetBefore(201);
  assert.deepEqual(['runs', 'results', 'requests', 'inbox', 'outbox'].map(count), [1, 0, 0, 1, 1]);
  assert.equal((await store.outbox.add([makeItem('x')]))[0]?.id, 6);
});

test('a run stays while something of it waits to be delivered', async () => {
  const { store, count } = createTimedStore();
  await addFinishedRun(store, 1);
  const [item] = await store.outbox.add([makeItem(makeId(1))]);
  await store.forgetBefore(1000);
  assert.equal(count('runs'), 1);
  await store.outbox.noteDelivered(item?.id ?? 0);
  await store.forgetBefore(1000);
  assert.equal(count('runs'), 0);
});

test('much is forgotten in small steps: others have their turn, and a half-forgotten run is not shown', async () => {
  const { store, count } = createTimedStore();
  for (let n = 0; n < 3; n++) {
    const results = Array.from({ length: 900 }, (_, i) => makeResult(`node${i}`));
    await store.runs.begin(makeRun(n));
    await store.runs.finish(makeReport(n, { results }));
  }
  const seen: unknown[] = [];
  let isDone = false;
  const forgetting = store.forgetBefore(1).then(() => {
    isDone = true;
  });
  while (!isDone) {
    assert.equal(await store.runs.find(makeId(1)), undefined);
    assert.deepEqual(await store.runs.findByEnd({ chat: CHAT, channel: 'C1' }, '1'), []);
    seen.push(count('results'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await forgetting;
  const steps = [...new Set(seen)];
  assert.deepEqual(steps, [2700, 1700, 700, 0]);
});

test('large results are forgotten a few at a time', async () => {
  const { store, count } = createTimedStore();
  const results = Array.from({ length: 9 }, (_, i) => makeResult(`node${i}`, { output: 'x'.repeat(1024 * 1024) }));
  await store.runs.begin(makeRun(1));
  await store.runs.finish(makeReport(1, { results }));
  const forgetting = store.forgetBefore(1);
  const seen = new Set<unknown>();
  for (let turn = 0; turn < 20; turn++) {
    seen.add(count('results'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await forgetting;
  assert.deepEqual([...seen], [9, 6, 3, 0]);
});

test('what was half forgotten when the bot ended is forgotten by the next call', async () => {
  const { database, store, count } = createTimedStore();
  await addFinishedRun(store, 1, ['web1', 'web2']);
  database.execute("UPDATE runs SET forgotten = 1; DELETE FROM results WHERE node = 'web1'");
  await store.forgetBefore(0);
  assert.deepEqual([count('runs'), count('results')], [0, 0]);
});
