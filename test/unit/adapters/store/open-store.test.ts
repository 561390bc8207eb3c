import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '../../../../src/adapters/store/database.ts';
import { MIGRATIONS, migrate } from '../../../../src/adapters/store/migrations.ts';
import { openStore, prepareDatabase } from '../../../../src/adapters/store/open-store.ts';
import { addFinishedRun, makeFolder, makeId, makeItem, makeRun, makeSeen } from './samples.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.js', import.meta.url));
const folder = makeFolder();
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const isRefused = (message: RegExp) => (error: { code?: string; message?: string; hint?: string }) =>
  error.code === 'failed/store' && message.test(error.message ?? '') && error.hint !== undefined;

/** Makes a database by hand. */
function plant(path: string, script: string): void {
  writeFileSync(path, '', { mode: 0o600 });
  const database = openDatabase(path);
  database.execute(script);
  database.close();
}

test('its files are for their owner alone, and a clean end leaves one', async () => {
  const old = process.umask(0);
  try {
    const path = join(folder, 'modes.db');
    const store = await openStore({ path });
    await store.inbox.claim(makeSeen('m1'));
    const files = readdirSync(folder).filter((name) => name.startsWith('modes.db'));
    assert.ok(files.includes('modes.db-wal'));
    for (const name of files) assert.equal(modeOf(join(folder, name)), 0o600, name);
    store.close();
    store.close();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('modes.db')),
      ['modes.db'],
    );
  } finally {
    process.umask(old);
  }
});

test('what was kept is there after it was closed and opened again', async () => {
  const path = join(folder, 'again.db');
  const first = await openStore({ path });
  await first.inbox.claim(makeSeen('m1'));
  await first.runs.begin(makeRun(1));
  await first.outbox.add([makeItem('a')]);
  first.close();
  const second = await openStore({ path });
  assert.equal(await second.inbox.claim(makeSeen('m1')), false);
  assert.deepEqual(await second.runs.find(makeId(1)), makeRun(1));
  assert.equal((await second.outbox.add([makeItem('a')]))[0]?.id, 2);
  second.close();
});

test('a store that is used is refused to others, in this process and in another one', async () => {
  const path = join(folder, 'locked.db');
  const store = await openStore({ path });
  await assert.rejects(openStore({ path }), isRefused(/another bot uses the store/));
  const other = spawnSync(process.execPath, [WRITER, path, '0'], { encoding: 'utf8' });
  assert.match(other.stdout, /another bot uses the store/);
  assert.equal(other.status, 1);
  await store.check();
  store.close();
  (await openStore({ path })).close();
});

test('a closed store says so', async () => {
  const store = await openStore({ path: join(folder, 'closed.db') });
  await store.inbox.claim(makeSeen('m1'));
  store.close();
  for (const attempt of [
    store.inbox.claim(makeSeen('m2')),
    store.inbox.open(),
    store.outbox.add([]),
    store.runs.find('x'),
    store.forgetBefore(1),
  ]) {
    await assert.rejects(attempt, isRefused(/is closed/));
  }
});

test('a directory that does not exist is named', async () => {
  await assert.rejects(openStore({ path: join(folder, 'none', 'x.db') }), isRefused(/directory .*none of the store/));
});

test('a file that is no database, or damaged, is refused and left as it is', async () => {
  const garbage = join(folder, 'garbage.db');
  const text = 'this is not a database '.repeat(500);
  writeFileSync(garbage, text);
  await assert.rejects(openStore({ path: garbage }), isRefused(/not a database/));
  assert.equal(readFileSync(garbage, 'utf8'), text);

  const torn = join(folder, 'torn.db');
  const store = await openStore({ path: torn });
  for (let n = 0; n < 50; n++) await addFinishedRun(store, n);
  store.close();
  truncateSync(torn, 8192);
  await assert.rejects(openStore({ path: torn }), isRefused(/malformed/));
});

test("another program's database is refused and left as it is", async () => {
  const path = join(folder, 'other.db');
  plant(path, 'CREATE TABLE places (url TEXT); INSERT INTO places VALUES (1);');
  const before = readFileSync(path);
  await assert.rejects(openStore({ path }), isRefused(/another program/));
  assert.deepEqual(readFileSync(path), before);
});

test('a store of a newer version is refused and left as it is', async () => {
  const path = join(folder, 'newer.db');
  (await openStore({ path })).close();
  plantVersion(path, MIGRATIONS.length + 1);
  const before = readFileSync(path);
  await assert.rejects(openStore({ path }), isRefused(/written by a newer/));
  assert.deepEqual(readFileSync(path), before);
});

function plantVersion(path: string, version: number): void {
  const database = openDatabase(path);
  database.execute(`PRAGMA user_version = ${version}`);
  database.close();
}

function readVersion(database: Database): unknown {
  return database.rows('SELECT user_version AS value FROM pragma_user_version')[0]?.value;
}

test('a store of an older version is brought up to date with what is in it', async () => {
  const path = join(folder, 'older.db');
  const store = await openStore({ path });
  await store.runs.begin(makeRun(7));
  store.close();
  const next = 'ALTER TABLE runs ADD COLUMN colour INTEGER; UPDATE runs SET colour = 3; CREATE TABLE extra (a)';
  const database = openDatabase(path);
  migrate(database, [...MIGRATIONS, next]);
  migrate(database, [...MIGRATIONS, next]);
  assert.equal(readVersion(database), MIGRATIONS.length + 1);
  assert.equal(database.rows('SELECT colour FROM runs')[0]?.colour, 3);
  database.close();
});

test('each store has a name and a birth of its own, and keeps them', async () => {
  const path = join(folder, 'name.db');
  const first = await openStore({ path, clock: { now: () => 1234.5 } });
  assert.match(first.id, /^[0-9a-f]{16}$/);
  assert.equal(first.bornAt, 1234);
  first.close();
  const again = await openStore({ path, clock: { now: () => 9999 } });
  assert.deepEqual([again.id, again.bornAt], [first.id, 1234]);
  again.close();
  const other = await openStore({ path: ':memory:' });
  assert.notEqual(other.id, first.id);
});

test('a store of the first version gets a name', async () => {
  const path = join(folder, 'unnamed.db');
  writeFileSync(path, '');
  const database = openDatabase(path);
  migrate(database, MIGRATIONS.slice(0, 1));
  database.execute("INSERT INTO inbox (chat, id, received_at) VALUES ('slack:T1', 'm1', 5)");
  database.close();
  const store = await openStore({ path, clock: { now: () => 7 } });
  assert.match(store.id, /^[0-9a-f]{16}$/);
  assert.equal(store.bornAt, 7);
  assert.equal(await store.heardUntil('slack:T1'), undefined);
  store.close();
});

test('until when each chat was heard is kept', async () => {
  const path = join(folder, 'heard.db');
  const store = await openStore({ path });
  await store.noteHeard('slack:T1', 100.5);
  await store.noteHeard('console', 7);
  await store.noteHeard('slack:T1', 200.5);
  store.close();
  const again = await openStore({ path });
  const heard = await Promise.all(['slack:T1', 'console', 'none'].map((chat) => again.heardUntil(chat)));
  assert.deepEqual(heard, [200, 7, undefined]);
  again.close();
});

test('a step that fails in the middle leaves the version before it', async () => {
  const path = join(folder, 'step.db');
  (await openStore({ path })).close();
  const database = openDatabase(path);
  const steps = [...MIGRATIONS, 'CREATE TABLE good (a)', 'CREATE TABLE half (a); CREATE TABLE runs (a)'];
  assert.throws(() => migrate(database, steps), { code: 'failed/store' });
  assert.equal(readVersion(database), MIGRATIONS.length + 1);
  const tables = database.rows("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('good', 'half')");
  assert.equal(tables[0]?.n, 1);
  database.close();
});

test('a file that was there keeps its mode', async () => {
  const path = join(folder, 'mode.db');
  writeFileSync(path, '');
  chmodSync(path, 0o640);
  (await openStore({ path })).close();
  assert.equal(modeOf(path), 0o640);
});

test('a process ends by itself with an open store', () => {
  const path = join(folder, 'exit.db');
  const { status, signal } = spawnSync(process.execPath, [WRITER, path, 'idle'], { timeout: 20_000 });
  assert.deepEqual([status, signal], [0, null]);
  assert.ok(existsSync(path));
});

test('what is told to be on disk was synced, and rows can not refer to what is not there', () => {
  const path = join(folder, 'settings.db');
  writeFileSync(path, '');
  const database = openDatabase(path);
  prepareDatabase(database);
  const read = (name: string) => database.rows(`SELECT ${name} AS value FROM pragma_${name}`)[0]?.value;
  const full = 2;
  assert.deepEqual(['synchronous', 'foreign_keys', 'trusted_schema'].map(read), [full, 1, 0]);
  database.close();
});
