import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openSharedDatabase } from '../../../../../src/adapters/store/database.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import { makeFolder, makeRecord, openTestTrail } from './trail-samples.ts';

const RECORDS = 40;

/** Everything that is in the table, as SQLite gives it. */
function readTable(path: string): string {
  const database = openSharedDatabase(path);
  try {
    const rows = database.rows(
      'SELECT seq, CAST(doc AS BLOB) AS doc, CAST(hash AS BLOB) AS hash FROM audit ORDER BY seq',
    );
    const hex = (value: unknown) => (value instanceof ArrayBuffer ? Buffer.from(value).toString('hex') : 'none');
    return rows.map(({ seq, doc, hash }) => `${String(seq as number)} ${hex(doc)} ${hex(hash)}`).join('\n');
  } catch {
    return 'damaged';
  } finally {
    database.discard();
  }
}

/** What `verify` says of a file: nothing, a fault, or that it can't be read at all. */
async function judge(folder: string): Promise<'whole' | 'faulty'> {
  try {
    const trail = await openTestTrail({}, folder);
    const { faults } = await trail.verify();
    await trail.close();
    return faults.length === 0 ? 'whole' : 'faulty';
  } catch (thrown) {
    assert.ok(thrown instanceof McoError && thrown.code === 'failed/audit', String(thrown));
    return 'faulty';
  }
}

test('any changed bit of the file that changes a record is found, and none ends the process', async () => {
  const folder = makeFolder();
  const trail = await openTestTrail({}, folder);
  const records = Array.from({ length: RECORDS }, (_, n) => makeRecord(n, { command: 'x'.repeat(n * 60) }));
  await Promise.all(records.map((record) => trail.append(record)));
  await trail.close();
  const good = readFileSync(trail.path);
  const table = readTable(trail.path);
  let round = 0;
  const bit = fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 7 }));
  await fc.assert(
    fc.asyncProperty(bit, async ([at, shift]) => {
      round += 1;
      const place = join(folder, String(round));
      mkdirSync(place);
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << shift);
      const path = join(place, 'audit.db');
      writeFileSync(path, bad);
      const verdict = await judge(place);
      writeFileSync(join(place, 'again.db'), bad);
      if (readTable(join(place, 'again.db')) !== table) assert.equal(verdict, 'faulty', `byte ${at}`);
    }),
    { numRuns: 120 },
  );
});

test('a damaged page in the middle is a fault with the record where it begins', async () => {
  const trail = await openTestTrail();
  const records = Array.from({ length: RECORDS }, (_, n) => makeRecord(n, { command: 'x'.repeat(2000) }));
  await Promise.all(records.map((record) => trail.append(record)));
  await trail.checkpoint();
  await trail.close();
  const file = readFileSync(trail.path);
  const at = file.indexOf(`"seq":${RECORDS / 2},`);
  const page = at - (at % 4096);
  file.fill(0xff, page, page + 8);
  writeFileSync(trail.path, file);
  const again = await openTestTrail({}, trail.path.replace(/\/[^/]*$/, ''));
  const { faults } = await again.verify();
  assert.equal(faults.length, 1);
  assert.match(faults[0]?.message ?? '', /^record \d+ and what is behind it can't be read: the file is damaged$/);
});

test('a record whose number does not fit its place in the file is a fault, and the reading ends', async () => {
  const folder = makeFolder();
  const trail = await openTestTrail({}, folder);
  const records = Array.from({ length: RECORDS }, (_, n) => makeRecord(n, { command: 'x'.repeat(n * 60) }));
  await Promise.all(records.map((record) => trail.append(record)));
  await trail.close();
  const good = readFileSync(trail.path);
  // Record 38 becomes 102 where that byte is its number; the one behind it is 39 still.
  const places = [...good.keys()].filter((place) => good[place] === 38);
  const verdicts: string[] = [];
  for (const place of places) {
    const bad = Buffer.from(good);
    bad[place] = 102;
    const own = join(folder, String(place));
    mkdirSync(own);
    writeFileSync(join(own, 'audit.db'), bad);
    verdicts.push(await judge(own));
  }
  assert.ok(verdicts.includes('faulty'));
});
