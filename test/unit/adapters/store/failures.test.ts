import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../../../src/adapters/store/database.ts';
import { createStore, prepareDatabase } from '../../../../src/adapters/store/open-store.ts';
import { describeStoreFailure } from '../../../../src/adapters/store/store-failure.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import { makeId, makeItem, makeReport, makeResult, makeRun, makeSeen } from './samples.ts';

/** A store whose database can be got at. */
function createOpenStore() {
  const database = openDatabase(':memory:');
  prepareDatabase(database);
  const problems: McoError[] = [];
  const store = createStore({ database, clock: Date, noteProblem: (problem) => problems.push(problem) });
  return { database, store, problems };
}

test('on a full disk nothing is kept by half, and it goes on when there is room', async () => {
  const { database, store } = createOpenStore();
  await store.runs.begin(makeRun(1));
  const pages = database.rows('SELECT page_count AS n FROM pragma_page_count')[0]?.n as number;
  database.execute(`PRAGMA max_page_count = ${pages + 40}`);
  const results = Array.from({ length: 200 }, (_, i) => makeResult(`node${i}`, { output: 'x'.repeat(4000) }));
  const isFull = (error: McoError) => error.code === 'failed/store' && /make room/.test(error.hint ?? '');
  await assert.rejects(store.runs.addResults(makeId(1), results), isFull);
  assert.deepEqual(await store.runs.resultsOf(makeId(1)), []);
  await assert.rejects(store.runs.finish(makeReport(1, { results }), [makeItem('a')]), isFull);
  assert.equal((await store.runs.find(makeId(1)))?.end, undefined);
  assert.deepEqual(await store.outbox.pending(), []);
  await assert.rejects(store.inbox.claim(makeSeen('x'.repeat(1_000_000))), isFull);
  assert.equal(await store.inbox.claim(makeSeen('small')), true);
  database.execute('PRAGMA max_page_count = 1000000');
  await store.runs.finish(makeReport(1, { results }), [makeItem('a')]);
  assert.equal((await store.runs.resultsOf(makeId(1))).length, 200);
});

test('a damaged row is named and left out where there are others, whatever bytes it holds', async () => {
  for (const damage of [
    'CAST(\'{"a":\' AS BLOB)',
    "x'ff00fe'",
    "x'00'",
    "CAST('null' AS BLOB)",
    "CAST(x'ff' AS TEXT)",
  ]) {
    const { database, store, problems } = createOpenStore();
    for (const n of [1, 2, 3]) {
      await store.runs.begin(makeRun(n));
      await store.inbox.claim(makeSeen(`m${n}`));
    }
    await store.outbox.add([makeItem('a'), makeItem('b'), makeItem('c')]);
    await store.runs.addResults(makeId(1), [makeResult('web1')]);
    for (const table of ['runs', 'inbox', 'outbox'])
      database.execute(`UPDATE ${table} SET doc = ${damage} WHERE row = 2`);
    database.execute(`UPDATE results SET doc = ${damage}`);
    assert.equal((await store.runs.open()).length, 2);
    assert.equal((await store.inbox.open()).length, 2);
    assert.equal((await store.outbox.pending()).length, 2);
    assert.deepEqual(
      problems.map(({ code, message }) => [code, /row 2 of \w+/.exec(message)?.[0]]),
      ['runs', 'inbox', 'outbox'].map((table) => ['failed/store', `row 2 of ${table}`]),
    );
    const isDamaged = (row: string) => ({
      code: 'failed/store',
      message: `the store is damaged: ${row} can't be read`,
    });
    await assert.rejects(store.runs.find(makeId(2)), isDamaged('row 2 of runs'));
    await assert.rejects(store.runs.resultsOf(makeId(1)), isDamaged('row 1 of results'));
  }
});

test('what goes wrong with the disk becomes one kind of error, which says what to do', () => {
  const thrown = (code: string) => Object.assign(new Error('disk I/O error'), { code });
  for (const code of [
    'SQLITE_FULL',
    'SQLITE_IOERR_FSYNC',
    'SQLITE_CORRUPT_INDEX',
    'SQLITE_READONLY',
    'SQLITE_CANTOPEN',
  ]) {
    const error = describeStoreFailure('/srv/bot.db', thrown(code));
    assert.deepEqual([error.code, error.message], ['failed/store', 'the store /srv/bot.db: disk I/O error']);
    assert.ok(error.hint, code);
  }
  assert.equal(describeStoreFailure('/srv/bot.db', 'odd').message, 'the store /srv/bot.db: odd');
});
