import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGroupCommit } from '../../../../../src/adapters/store/audit/group-commit.ts';
import { prepareTrail } from '../../../../../src/adapters/store/audit/trail-schema.ts';
import type { NewRecord } from '../../../../../src/adapters/store/audit/write-records.ts';
import { writeRecords } from '../../../../../src/adapters/store/audit/write-records.ts';
import { openSharedDatabase } from '../../../../../src/adapters/store/database.ts';
import type { AuditRecord } from '../../../../../src/core/audit.ts';
import type { ChainedRecord } from '../../../../../src/core/audit-trail.ts';
import type { McoError } from '../../../../../src/core/errors.ts';
import { fill, makeFolder, makeRecord, openTestTrail, readAll } from './trail-samples.ts';

const chain = (records: readonly NewRecord[]): ChainedRecord[] =>
  records.map(({ record }, index) => ({ seq: index + 1, hash: '', record }));

const makeNew = (n: number, command: string): NewRecord => {
  const record: AuditRecord = makeRecord(n, { command });
  return { record, json: JSON.stringify(record) };
};

test('on a full file nothing is kept by half, and it goes on when there is room', () => {
  const database = openSharedDatabase(':memory:');
  prepareTrail(database, 0);
  writeRecords(database, [makeNew(1, 'small')]);
  const pages = database.rows('SELECT page_count AS n FROM pragma_page_count')[0]?.n as number;
  database.execute(`PRAGMA max_page_count = ${pages + 10}`);
  const many = Array.from({ length: 50 }, (_, n) => makeNew(n, 'x'.repeat(4000)));
  assert.throws(() => writeRecords(database, many), { code: 'failed/store' });
  const counts =
    'SELECT (SELECT count(*) FROM audit) AS a, (SELECT seq FROM head) AS h, (SELECT count(*) FROM moments) AS m';
  assert.deepEqual({ ...database.rows(counts)[0] }, { a: 1, h: 1, m: 1 });
  database.execute('PRAGMA max_page_count = 100000');
  assert.deepEqual(writeRecords(database, many).at(-1)?.seq, 51);
  database.close();
});

/** A disk that is soon full. Only the superuser can make one. */
const smallDisk = join(makeFolder(), 'small');
mkdirSync(smallDisk);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', smallDisk]).status === 0;

test('a full disk refuses the record, and nothing that was kept is lost', { skip: !isMounted }, async (context) => {
  context.after(() => spawnSync('umount', ['-l', smallDisk]));
  const folder = smallDisk;
  const trail = await openTestTrail({}, folder);
  await fill(trail, 1, 5);
  let kept = 5;
  const big = 'x'.repeat(30_000);
  const refused = await (async () => {
    for (let n = 6; n < 100; n++) {
      try {
        await trail.append(makeRecord(n, { command: big }));
        kept += 1;
      } catch (thrown) {
        return thrown as McoError;
      }
    }
    return undefined;
  })();
  assert.equal(refused?.code, 'failed/audit');
  assert.match(refused?.hint ?? '', /without a record nothing is done/);
  assert.deepEqual((await trail.verify()).faults, []);
  assert.equal((await readAll(trail)).length, kept);
  spawnSync('mount', ['-o', 'remount,size=8m', folder]);
  await fill(trail, 101, 103);
  const { faults, records } = await trail.verify();
  assert.deepEqual([faults, records], [[], kept + 3]);
  await trail.close();
});

test('a file that is no database is refused and left as it is', async () => {
  const folder = makeFolder();
  const path = join(folder, 'audit.db');
  writeFileSync(path, 'x'.repeat(5000));
  await assert.rejects(openTestTrail({}, folder), { code: 'failed/audit', hint: /put back the file/ });
  assert.equal(statSync(path).size, 5000);
});

test('after a failure the next record tries again; the failed ones are told of', async () => {
  let isFull = true;
  const error = new Error('full');
  const commits = createGroupCommit(
    (records) => {
      if (isFull) throw error;
      return chain(records);
    },
    () => {},
  );
  const results = await Promise.allSettled([commits.append(makeRecord(1)), commits.append(makeRecord(2))]);
  assert.deepEqual(results, Array(2).fill({ status: 'rejected', reason: error }));
  isFull = false;
  await commits.append(makeRecord(3));
});

test('what comes at once is written together, within bounds, and no more waits than memory can bear', async () => {
  const batches: number[] = [];
  const commits = createGroupCommit(
    (records) => {
      batches.push(records.length);
      return chain(records);
    },
    () => {},
  );
  await Promise.all(Array.from({ length: 600 }, (_, n) => commits.append(makeRecord(n))));
  assert.deepEqual(batches, [256, 256, 88]);
  batches.length = 0;
  const big = makeRecord(1, { command: 'x'.repeat(800_000) });
  const waiting = Array.from({ length: 100 }, () => commits.append(big));
  const results = await Promise.allSettled(waiting);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length > 10 && refused.length < 30, String(refused.length));
  assert.ok(refused.every(({ reason }) => (reason as McoError).code === 'failed/audit'));
  assert.deepEqual(batches, Array(100 - refused.length).fill(1));
  await commits.append(big);
});

test('a record that is no JSON is refused alone', async () => {
  const commits = createGroupCommit(chain, () => {});
  const odd = makeRecord(1, { counts: 1n });
  const [bad, good] = await Promise.allSettled([commits.append(odd), commits.append(makeRecord(2))]);
  assert.deepEqual([bad?.status, good?.status], ['rejected', 'fulfilled']);
});

test('nothing is told before it was written', async () => {
  const told: string[] = [];
  const commits = createGroupCommit(
    (records) => {
      told.push('written');
      return chain(records);
    },
    () => told.push('sinks'),
  );
  await commits.append(makeRecord(1)).then(() => told.push('caller'));
  assert.deepEqual(told, ['written', 'sinks', 'caller']);
});
