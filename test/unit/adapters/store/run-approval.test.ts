import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { openDatabase } from '../../../../src/adapters/store/database.ts';
import { MIGRATIONS, migrate } from '../../../../src/adapters/store/migrations.ts';
import { createStore, openStore, prepareDatabase } from '../../../../src/adapters/store/open-store.ts';
import type { Store } from '../../../../src/core/store.ts';
import { CHAT, makeApproval, makeId, makeItem, makeReport, makeRun, makeYes, numbersOf } from './samples.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore({ path: ':memory:' });
  await store.runs.begin(makeRun(1));
});

const approvalOf = async (n: number) => (await store.runs.find(makeId(n)))?.approval;

test('an order is kept as it was frozen, with its nodes, in the same stroke as what tells of it', async () => {
  const added = await store.runs.park(makeId(1), makeApproval(1), [makeItem('r1')]);
  assert.deepEqual(added, await store.outbox.pending());
  const run = await store.runs.find(makeId(1));
  assert.deepEqual([run?.approval, run?.nodes], [makeApproval(1), ['web1', 'web2']]);
});

test('an order never changes: the first stays, and nothing is told of a second', async () => {
  await store.runs.park(makeId(1), makeApproval(1));
  const other = makeApproval(1, { digest: 'ffffff' });
  assert.deepEqual(await store.runs.park(makeId(1), other, [makeItem('r1')]), []);
  assert.deepEqual([await approvalOf(1), await store.outbox.pending()], [makeApproval(1), []]);
});

test('a run that is over does not wait; one that is not there is an error', async () => {
  await store.runs.finish(makeReport(1));
  assert.deepEqual(await store.runs.park(makeId(1), makeApproval(1), [makeItem('r1')]), []);
  assert.equal(await approvalOf(1), undefined);
  await assert.rejects(store.runs.park(makeId(2), makeApproval(2)), { code: 'failed/store' });
});

test('of two changes to the same order one wins', async () => {
  const was = makeApproval(1);
  await store.runs.park(makeId(1), was);
  const ends = (['approved', 'rejected'] as const).map((state) => makeApproval(1, { state, yes: [makeYes('raj')] }));
  const results = await Promise.all(ends.map((end) => store.runs.changeApproval(makeId(1), was, end)));
  assert.deepEqual(results, [true, false]);
  assert.deepEqual(await approvalOf(1), ends[0]);
});

test('a change counts only for an order that waits still, with the same yeses and the same digest', async () => {
  const was = makeApproval(1);
  const once = makeApproval(1, { yes: [makeYes('raj')] });
  const end = makeApproval(1, { state: 'approved', yes: [makeYes('raj'), makeYes('bob')] });
  const change = (from: typeof was, to: typeof was) => store.runs.changeApproval(makeId(1), from, to);
  assert.equal(await change(was, once), false, 'it does not wait yet');
  await store.runs.park(makeId(1), was);
  assert.equal(await change({ ...was, digest: 'ffffff' }, once), false);
  assert.equal(await change({ ...was, state: 'rejected' }, once), false);
  assert.equal(await change(was, once), true);
  assert.equal(await change(was, once), false);
  assert.equal(await change(once, end), true);
  for (const from of [was, once, end]) assert.equal(await change(from, was), false, 'it never waits again');
  assert.deepEqual(await approvalOf(1), end);
  await store.runs.begin(makeRun(3));
  await store.runs.park(makeId(3), makeApproval(3));
  const rejected = makeApproval(3, { state: 'rejected' });
  assert.equal(await store.runs.changeApproval(makeId(3), makeApproval(3), rejected), true);
  const late = makeApproval(3, { state: 'approved', yes: [makeYes('raj')] });
  assert.equal(await store.runs.changeApproval(makeId(3), makeApproval(3), late), false, 'it is decided');
  assert.equal(await store.runs.changeApproval(makeId(2), was, once), false);
});

test('the approval of a run that is over can not be changed', async () => {
  await store.runs.park(makeId(1), makeApproval(1));
  await store.runs.finish(makeReport(1));
  assert.equal(
    await store.runs.changeApproval(makeId(1), makeApproval(1), makeApproval(1, { state: 'approved' })),
    false,
  );
});

test('a run that waits is open, is listed, and is not forgotten', async () => {
  await store.runs.park(makeId(1), makeApproval(1));
  await store.forgetBefore(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(numbersOf(await store.runs.open()), [1]);
  const [listed] = await store.runs.list({ chat: CHAT, channel: 'C1', max: 9 });
  assert.equal(listed?.approval?.state, 'awaiting');
});

test('a store of the version before gets room for approvals, and its runs have none', async () => {
  const database = openDatabase(':memory:');
  migrate(database, MIGRATIONS.slice(0, 2));
  const noteProblem = (problem: Error) => {
    throw problem;
  };
  database.run(
    'INSERT INTO runs (id, chat, channel, account, started_at, doc) VALUES (?, ?, ?, ?, ?, ?)',
    makeId(7),
    CHAT,
    'C1',
    'a',
    7,
    Buffer.from(JSON.stringify(makeRun(7))),
  );
  prepareDatabase(database);
  const newer = createStore({ database, clock: { now: () => 1 }, noteProblem });
  assert.deepEqual(await newer.runs.find(makeId(7)), makeRun(7));
  await newer.runs.park(makeId(7), makeApproval(7));
  assert.equal((await newer.runs.find(makeId(7)))?.approval?.digest, '9c1e41');
});

test('an approval that is damaged is never taken for one', async () => {
  const database = openDatabase(':memory:');
  prepareDatabase(database);
  const problems: string[] = [];
  const damaged = createStore({
    database,
    clock: { now: () => 1 },
    noteProblem: ({ message }) => problems.push(message),
  });
  await damaged.runs.begin(makeRun(1));
  await damaged.runs.park(makeId(1), makeApproval(1));
  database.run('UPDATE runs SET approval = ?', Buffer.from('{'));
  assert.deepEqual(await damaged.runs.open(), []);
  assert.match(problems.join(), /the store is damaged/);
  const change = damaged.runs.changeApproval(makeId(1), makeApproval(1), makeApproval(1, { state: 'approved' }));
  await assert.rejects(change, { code: 'failed/store' });
});
