import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type Database, openDatabase } from '../../../../src/adapters/store/database.ts';
import { MIGRATIONS, migrate } from '../../../../src/adapters/store/migrations.ts';
import { createStore, prepareDatabase } from '../../../../src/adapters/store/open-store.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import type { Store } from '../../../../src/core/store.ts';
import { CHAT, makeId, makeItem, makeReport, makeRun } from './samples.ts';

const throwProblem = (problem: McoError): never => {
  throw problem;
};
const clock = { now: () => 100 };

let database: Database;
let store: Store;

beforeEach(async () => {
  database = openDatabase(':memory:');
  prepareDatabase(database);
  store = createStore({ database, clock, noteProblem: throwProblem });
  await store.runs.begin(makeRun(1));
  await store.runs.begin(makeRun(2));
});

test('the nodes whose jobs are waited for are kept by their run', async () => {
  await store.jobs.add({ run: makeId(1), nodes: ['web1', 'web2'], until: 500 });
  await store.jobs.add({ run: makeId(2), nodes: ['web1'], until: 700 });
  await store.jobs.add({ run: makeId(1), nodes: ['web2', 'web3'], until: 600 });
  assert.deepEqual(await store.jobs.all(), [
    { run: makeId(1), nodes: ['web1', 'web2', 'web3'], until: 600 },
    { run: makeId(2), nodes: ['web1'], until: 700 },
  ]);
});

test('nobody is waited for without a run', async () => {
  await assert.rejects(store.jobs.add({ run: makeId(9), nodes: ['web1'], until: 500 }), { code: 'failed/store' });
});

test('who is settled is gone in the same stroke as it is told', async () => {
  await store.jobs.add({ run: makeId(1), nodes: ['web1', 'web2'], until: 500 });
  const [item] = await store.jobs.settle(makeId(1), ['web1', 'web9'], [makeItem(makeId(1))]);
  assert.deepEqual(await store.jobs.all(), [{ run: makeId(1), nodes: ['web2'], until: 500 }]);
  assert.deepEqual(
    (await store.outbox.pending()).map(({ id }) => id),
    [item?.id],
  );
  database.execute("CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT raise(ABORT, 'full'); END");
  await assert.rejects(store.jobs.settle(makeId(1), ['web2'], [makeItem(makeId(1))]), { code: 'failed/store' });
  assert.equal((await store.jobs.all()).length, 1, 'what could not be told is waited for still');
});

test('they are forgotten with their run', async () => {
  await store.jobs.add({ run: makeId(1), nodes: ['web1'], until: 500 });
  await store.jobs.add({ run: makeId(2), nodes: ['web1'], until: 500 });
  await store.runs.finish(makeReport(1));
  database.run('UPDATE runs SET forgotten = 1 WHERE id = ?', makeId(1));
  assert.deepEqual(await store.jobs.all(), [{ run: makeId(2), nodes: ['web1'], until: 500 }], 'at once');
  await store.forgetBefore(1000);
  assert.equal(database.rows('SELECT count(*) AS n FROM jobs')[0]?.n, 1);
});

test('a store of the version before gets room for them, and its runs stay', async () => {
  const older = openDatabase(':memory:');
  migrate(older, MIGRATIONS.slice(0, 5));
  older.run(
    'INSERT INTO runs (id, chat, channel, account, started_at, doc) VALUES (?, ?, ?, ?, ?, ?)',
    makeId(7),
    CHAT,
    'C1',
    'a',
    7,
    Buffer.from(JSON.stringify(makeRun(7))),
  );
  prepareDatabase(older);
  const newer = createStore({ database: older, clock, noteProblem: throwProblem });
  assert.deepEqual([await newer.runs.find(makeId(7)), await newer.jobs.all()], [makeRun(7), []]);
  await newer.jobs.add({ run: makeId(7), nodes: ['web1'], until: 500 });
  assert.equal((await newer.jobs.all()).length, 1);
});
