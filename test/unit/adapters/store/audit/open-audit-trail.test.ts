import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAuditTrail } from '../../../../../src/adapters/store/audit/open-audit-trail.ts';
import { openSharedDatabase } from '../../../../../src/adapters/store/database.ts';
import { openStore } from '../../../../../src/adapters/store/open-store.ts';
import type { AuditRecord } from '../../../../../src/core/audit.ts';
import type { ChainedRecord } from '../../../../../src/core/audit-trail.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import { fill, makeFolder, makeRecord, openTestTrail, readAll } from './trail-samples.ts';

test('a record is kept as it came, behind the one before, under the hash of both', async () => {
  const trail = await openTestTrail();
  assert.deepEqual(await trail.head(), { seq: 0, hash: '0'.repeat(64) });
  const odd = makeRecord(2, { command: 'läst\u202e\u0000\ud800 "x"\n', origin: { deep: [1, { a: null }] } });
  await trail.append(makeRecord(1));
  await trail.append(odd);
  const [first, second] = await readAll(trail);
  assert.deepEqual([first?.seq, first?.record], [1, makeRecord(1)]);
  assert.deepEqual([second?.seq, second?.record], [2, odd]);
  let hash: Buffer = Buffer.alloc(32);
  const database = openSharedDatabase(trail.path);
  for (const { doc, hash: kept } of database.rows('SELECT doc, hash FROM audit ORDER BY seq')) {
    hash = createHash('sha256')
      .update(hash)
      .update(Buffer.from(doc as ArrayBuffer))
      .digest();
    assert.deepEqual(Buffer.from(kept as ArrayBuffer), hash);
    assert.match(Buffer.from(doc as ArrayBuffer).toString(), /^\{"seq":\d,"at":"2026-11-22T10:00:0\dZ?/);
    assert.doesNotMatch(Buffer.from(doc as ArrayBuffer).toString(), /\p{C}/u);
  }
  database.close();
  assert.deepEqual(await trail.head(), { seq: 2, hash: hash.toString('hex') });
  assert.equal(second?.hash, hash.toString('hex'));
});

test('records that come at once are kept in their order, however many', async () => {
  const trail = await openTestTrail();
  await Promise.all(Array.from({ length: 1000 }, (_, n) => trail.append(makeRecord(n))));
  const all = await readAll(trail);
  assert.deepEqual(
    all.map(({ seq, record }) => [seq, record.command]),
    Array.from({ length: 1000 }, (_, n) => [n + 1, `package status bash ${n}`]),
  );
  assert.deepEqual((await trail.verify()).faults, []);
});

test('a record that is changed after it was given is kept as it was given', async () => {
  const trail = await openTestTrail();
  const record = { ...makeRecord(1) } as { -readonly [K in keyof AuditRecord]: AuditRecord[K] };
  const done = trail.append(record);
  record.command = 'other';
  await done;
  assert.equal((await readAll(trail))[0]?.record.command, 'package status bash 1');
});

test('what was kept is there when it is opened again, under the same id', async () => {
  const folder = makeFolder();
  const first = await openTestTrail({}, folder);
  await fill(first, 1, 3);
  const head = await first.head();
  await first.close();
  assert.ok(!existsSync(`${first.path}-wal`) || statSync(`${first.path}-wal`).size === 0);
  const again = await openTestTrail({ mustExist: true }, folder);
  assert.equal(again.id, first.id);
  assert.match(again.id, /^[0-9a-f]{16}$/);
  assert.deepEqual(await again.head(), head);
  await fill(again, 4, 4);
  assert.deepEqual((await again.verify()).records, 4);
});

test('two who have it open at the same time continue from one another', async () => {
  const folder = makeFolder();
  const bot = await openTestTrail({}, folder);
  const auditor = await openTestTrail({}, folder);
  await fill(bot, 1, 2);
  await auditor.checkpoint();
  await fill(bot, 4, 5);
  await fill(auditor, 6, 6);
  const { records, faults, checkpoints } = await bot.verify();
  assert.deepEqual([records, faults, checkpoints], [6, [], 1]);
  assert.deepEqual(await auditor.head(), await bot.head());
});

test('after it was closed nothing is taken, and what was taken before is there', async () => {
  const folder = makeFolder();
  const trail = await openTestTrail({}, folder);
  const appended = Array.from({ length: 600 }, (_, n) => trail.append(makeRecord(n)));
  await trail.close();
  await Promise.all(appended);
  await assert.rejects(trail.append(makeRecord(1)), { code: 'failed/audit', message: 'the audit trail is closed' });
  await assert.rejects(trail.head(), { code: 'failed/audit' });
  assert.equal((await (await openTestTrail({}, folder)).head()).seq, 600);
});

test('our own mistakes can neither change nor remove nor replace a record', async () => {
  const trail = await openTestTrail();
  await fill(trail, 1, 2);
  const database = openSharedDatabase(trail.path);
  database.execute('PRAGMA recursive_triggers = ON');
  for (const sql of [
    "UPDATE audit SET doc = x'00' WHERE seq = 1",
    'DELETE FROM audit WHERE seq = 2',
    "REPLACE INTO audit (seq, doc, hash) VALUES (1, x'00', x'00')",
    "INSERT INTO audit (seq, doc, hash) VALUES (1, x'00', x'00')",
  ]) {
    assert.throws(() => database.execute(sql), McoError, sql);
  }
  database.close();
  assert.deepEqual((await trail.verify()).faults, []);
});

test('it is for its owner alone, in a directory that exists, and is no other database', async () => {
  const folder = makeFolder();
  const trail = await openTestTrail({}, folder);
  await fill(trail, 1, 1);
  await trail.checkpoint();
  for (const file of [trail.path, trail.checkpointsPath, `${trail.path}-wal`]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
  const path = join(folder, 'store.db');
  (await openStore({ path })).close();
  const options = { by: 'bot:mcobot', clock: Date, onProblem: () => {} };
  const refused = [
    [path, {}, /another program/],
    [join(folder, 'missing', 'audit.db'), {}, /does not exist/],
    [join(folder, 'none.db'), { mustExist: true }, /there is none yet/],
  ] as const;
  for (const [wrong, more, message] of refused) {
    await assert.rejects(openAuditTrail({ ...options, path: wrong, ...more }), { code: 'failed/audit', message });
  }
  const database = openSharedDatabase(trail.path);
  database.execute('PRAGMA user_version = 2');
  database.close();
  await assert.rejects(openTestTrail({}, folder), { code: 'failed/audit', message: /version 2/ });
});

test('sinks get what is on disk, in order, and one that throws does no harm', async () => {
  const taken: ChainedRecord[] = [];
  let closed = 0;
  const bad = {
    take() {
      throw new McoError('failed/sink', 'broken');
    },
    close: () => Promise.reject(new Error('broken')),
  };
  const good = {
    take: (record: ChainedRecord) => taken.push(record),
    close: async () => {
      closed += 1;
    },
  };
  const trail = await openTestTrail({ sinks: [bad, good] });
  await Promise.all([1, 2, 3].map((n) => trail.append(makeRecord(n))));
  assert.deepEqual(taken, await readAll(trail));
  await trail.close();
  assert.equal(closed, 1);
  assert.deepEqual(
    trail.problems.map(({ message }) => message),
    ['broken', 'broken'],
  );
});
