import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Database } from '../../../../../src/adapters/store/database.ts';
import type { Verifier } from '../../../../../src/core/ports.ts';
import { createFakeSigner, createFakeVerifier } from '../../../../fakes/fake-keys.ts';
import { fill, makeRecord, openTestTrail, type TestTrail, tamper } from './trail-samples.ts';

const RECORDS = 30;

/** 30 records with a checkpoint behind the tenth (record 11) and the twentieth (record 21) of them. */
async function openFilled(): Promise<TestTrail> {
  const trail = await openTestTrail();
  await fill(trail, 1, 10);
  await trail.checkpoint();
  await fill(trail, 12, 20);
  await trail.checkpoint();
  await fill(trail, 22, RECORDS);
  return trail;
}

const describeFaults = async (trail: TestTrail): Promise<string[]> =>
  (await trail.verify()).faults.map(({ kind, seq }) => `${kind} ${seq}`);

async function faultsAfter(work: (database: Database) => void): Promise<string[]> {
  const trail = await openFilled();
  tamper(trail.path, work);
  const faults = await describeFaults(trail);
  await trail.close();
  return faults;
}

const faultsAfterSql = (sql: string) => faultsAfter((database) => database.execute(sql));

/** The same blob with one byte changed. */
function changeByte(table: string, column: string, { seq, at }: { seq: number; at: number }) {
  const where = table === 'audit' ? `WHERE seq = ${seq}` : '';
  return (database: Database) => {
    const [row] = database.rows(`SELECT CAST(${column} AS BLOB) AS value FROM ${table} ${where}`);
    const bytes = Buffer.from(row?.value as ArrayBuffer);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    database.run(`UPDATE ${table} SET ${column} = ? ${where}`, bytes);
  };
}

test('a trail that nobody touched is whole', async () => {
  const trail = await openFilled();
  const { head, ...rest } = await trail.verify();
  assert.deepEqual(head, await trail.head());
  assert.deepEqual(
    { ...rest, lastCheckpoint: rest.lastCheckpoint?.seq },
    { records: RECORDS, checkpoints: 2, lastCheckpoint: 20, faults: [] },
  );
  const empty = await openTestTrail();
  assert.deepEqual((await empty.verify()).faults, []);
  await empty.checkpoint();
  assert.deepEqual((await empty.verify()).lastCheckpoint?.seq, 0);
});

for (const seq of [1, 5, 11, 15, 21, RECORDS]) {
  for (const at of [0, 1, 8, 20, 60, -2, -1]) {
    test(`one changed byte of record ${seq}, at ${at}, is found and named`, async () => {
      const [fault, ...more] = await faultsAfter(changeByte('audit', 'doc', { seq, at }));
      assert.match(fault ?? '', new RegExp(`^(changed|unreadable|reordered) ${seq}$`));
      // A checkpoint that is in the changed record may be damaged with it.
      assert.ok(more.every((one) => one === `bad-checkpoint ${seq}`));
    });
  }
  for (const at of [0, 16, 31]) {
    test(`one changed byte of the hash of record ${seq}, at ${at}, is found and named`, async () => {
      assert.deepEqual(await faultsAfter(changeByte('audit', 'hash', { seq, at })), [`changed ${seq}`]);
    });
  }
}

test('changes of the head, of types and of numbers are found', async () => {
  assert.deepEqual(await faultsAfter(changeByte('head', 'hash', { seq: 1, at: 3 })), ['changed 30']);
  const cases: [string, string[]][] = [
    ['UPDATE head SET seq = 31', ['truncated 31']],
    ['UPDATE head SET seq = 29', ['changed 30']],
    ['UPDATE head SET records = 31', ['removed 0']],
    ["UPDATE head SET seq = CAST(x'ff' AS TEXT)", ['unreadable 30']],
    ['DELETE FROM head', ['unreadable 30']],
    ["UPDATE audit SET doc = CAST(doc || ' ' AS BLOB) WHERE seq = 7", ['changed 7']],
    ["UPDATE audit SET hash = x'' WHERE seq = 7", ['changed 7']],
    ["UPDATE audit SET doc = x'ff00' WHERE seq = 7", ['unreadable 7']],
    ["UPDATE audit SET doc = x'ff00', hash = zeroblob(32) WHERE seq = 7", ['unreadable 7', 'changed 8']],
    ['UPDATE audit SET seq = 9007199254740993 WHERE seq = 7', ['reordered 0', 'removed 7']],
    ['UPDATE audit SET seq = 0 WHERE seq = 1', ['reordered 0', 'removed 1']],
    ['UPDATE audit SET seq = 40 WHERE seq = 30', ['changed 31', 'removed 30', 'reordered 40']],
  ];
  for (const [sql, faults] of cases) assert.deepEqual((await faultsAfterSql(sql)).sort(), faults.sort(), sql);
});

test('removed records are found, in the middle and at the end', async () => {
  assert.deepEqual(await faultsAfterSql('DELETE FROM audit WHERE seq BETWEEN 5 AND 7'), ['removed 5']);
  assert.deepEqual(await faultsAfterSql('DELETE FROM audit WHERE seq = 1'), ['removed 1']);
  assert.deepEqual(await faultsAfterSql('DELETE FROM audit WHERE seq > 20'), ['truncated 21']);
  assert.deepEqual(await faultsAfterSql('DELETE FROM audit'), ['truncated 1', 'truncated 10']);
});

/** What somebody does who knows the file well. */
const cutBehind = (seq: number) =>
  `${['audit', 'moments', 'terms'].map((table) => `DELETE FROM ${table} WHERE seq > ${seq};`).join('\n')} ${setHead(seq)}`;

const setHead = (seq: number) => `UPDATE head SET seq = ${seq}, records = ${seq},
  hash = (SELECT hash FROM audit WHERE audit.seq = ${seq})`;

test('the last ten records are missed by the checkpoint outside even where the head was moved', async () => {
  const trail = await openFilled();
  await trail.checkpoint();
  tamper(trail.path, (database) => database.execute(cutBehind(20)));
  const { faults } = await trail.verify();
  assert.deepEqual(faults, [
    {
      seq: 30,
      kind: 'truncated',
      message:
        'the trail ends with record 20, and the checkpoint of 2026-11-22T10:00:00.000Z saw record 30: what was behind is missing',
    },
  ]);
  rmSync(trail.checkpointsPath);
  assert.deepEqual(await describeFaults(trail), []);
});

test('a checkpoint that somebody kept elsewhere shows what is missing', async () => {
  const trail = await openFilled();
  const kept = await trail.checkpoint();
  tamper(trail.path, (database) => database.execute(cutBehind(20)));
  rmSync(trail.checkpointsPath);
  assert.deepEqual(
    (await trail.verify([kept])).faults.map(({ kind }) => kind),
    ['truncated'],
  );
});

test('swapped records are found and named, next to each other or apart, with their hashes or without', async () => {
  const swapSeq = (a: number, b: number) => `UPDATE audit SET seq = -1 WHERE seq = ${a};
    UPDATE audit SET seq = ${a} WHERE seq = ${b}; UPDATE audit SET seq = ${b} WHERE seq = -1;`;
  assert.deepEqual(await faultsAfterSql(swapSeq(5, 6)), ['reordered 5', 'reordered 6']);
  assert.deepEqual(await faultsAfterSql(swapSeq(5, 9)), ['reordered 5', 'reordered 9']);
  assert.deepEqual(await faultsAfterSql(swapSeq(29, 30)), ['reordered 29', 'reordered 30']);
  const swapColumn = (column: string) => `CREATE TEMP TABLE kept AS SELECT seq, ${column} AS value FROM audit;
    UPDATE audit SET ${column} = (SELECT value FROM kept WHERE kept.seq = 11 - audit.seq) WHERE seq IN (5, 6);`;
  assert.deepEqual(await faultsAfterSql(swapColumn('doc')), ['reordered 5', 'reordered 6']);
  assert.deepEqual(await faultsAfterSql(swapColumn('hash')), ['changed 5', 'changed 6']);
});

test('an inserted record is found, in the middle and at the end', async () => {
  const shift = `UPDATE audit SET seq = -seq WHERE seq >= 8; UPDATE audit SET seq = 1 - seq WHERE seq < 0;
    INSERT INTO audit SELECT 8, doc, hash FROM audit WHERE seq = 7;`;
  const faults = await faultsAfterSql(shift);
  assert.ok(faults.includes('reordered 8'));
  const atEnd =
    'INSERT INTO audit SELECT 31, CAST(replace(doc, \'"seq":30\', \'"seq":31\') AS BLOB), hash FROM audit WHERE seq = 30';
  assert.deepEqual(await faultsAfterSql(atEnd), ['changed 31', 'changed 31']);
});

test('a whole file that is replaced by an older copy, or by a new trail, is found', async () => {
  const trail = await openFilled();
  await trail.close();
  const copy = `${trail.path}.old`;
  copyFileSync(trail.path, copy);
  const folder = trail.path.replace(/\/[^/]*$/, '');
  const later = await openTestTrail({}, folder);
  await fill(later, 31, 40);
  await later.checkpoint();
  await later.close();
  for (const file of [trail.path, `${trail.path}-wal`, `${trail.path}-shm`]) rmSync(file, { force: true });
  copyFileSync(copy, trail.path);
  const older = await openTestTrail({}, folder);
  assert.deepEqual(await describeFaults(older), ['truncated 40']);
  await older.close();
  for (const file of [trail.path, `${trail.path}-wal`, `${trail.path}-shm`]) rmSync(file, { force: true });
  const fresh = await openTestTrail({}, folder);
  await fill(fresh, 1, 50);
  const [fault, ...more] = (await fresh.verify()).faults;
  assert.match(fault?.message ?? '', /the trail was replaced$/);
  assert.deepEqual(more, []);
});

test('a chain that was written anew from some record on is found by the checkpoints behind it', async () => {
  const trail = await openFilled();
  const docs: Buffer[] = [];
  tamper(trail.path, (database) => {
    for (const { doc } of database.rows('SELECT doc FROM audit ORDER BY seq'))
      docs.push(Buffer.from(doc as ArrayBuffer));
    database.execute('DELETE FROM audit; DELETE FROM moments; DELETE FROM terms;');
    database.execute('UPDATE head SET seq = 0, records = 0, hash = zeroblob(32)');
  });
  for (const doc of docs) {
    const { seq, ...record } = JSON.parse(doc.toString()) as { seq: number } & ReturnType<typeof makeRecord>;
    await trail.append(seq === 15 ? { ...record, caller: 'person:raj' } : record);
  }
  assert.deepEqual(await describeFaults(trail), ['changed 20']);
});

test('a checkpoint counts only with the signature of the bot over these very bytes', async () => {
  const trail = await openFilled();
  const kept = readFileSync(trail.checkpointsPath, 'utf8');
  const [first = ''] = kept.split('\n');
  const good = JSON.parse(first) as { statement: string; signature: string; signer: string };
  const forged = async (statement: string) => {
    const body = Buffer.from(statement);
    const signature = await createFakeSigner('mallory').sign('mco-audit@v1', body);
    return { statement, signature, signer: createFakeSigner('mallory').fingerprint };
  };
  const other = createFakeSigner('mco-read');
  const sign = async (statement: string) => ({
    statement,
    signature: await other.sign('mco-audit@v1', Buffer.from(statement)),
    signer: other.fingerprint,
  });
  const bad: [unknown, RegExp][] = [
    [{ ...good, statement: good.statement.replace('"seq":10', '"seq":11') }, /does not hold/],
    [await forged(good.statement), /is not listed/],
    [{ ...good, signer: 'SHA256:other' }, /names another key/],
    [await sign(good.statement.replace('mcobot-audit-checkpoint', 'note')), /is not a checkpoint/],
    [await sign(` ${good.statement}`), /is not a checkpoint/],
    [await sign(good.statement.replace('{', '{"a":1,')), /is not a checkpoint/],
    ['nonsense', /is not a checkpoint/],
    [{ ...good, more: 1 }, /is not a checkpoint/],
  ];
  for (const [line, message] of bad) {
    writeFileSync(trail.checkpointsPath, kept);
    appendFileSync(trail.checkpointsPath, `${JSON.stringify(line)}\n`);
    const { faults } = await trail.verify();
    assert.deepEqual(
      faults.map(({ kind }) => kind),
      ['bad-checkpoint'],
      JSON.stringify(line),
    );
    assert.match(faults[0]?.message ?? '', message);
  }
  const keyless = await openTestTrail({ verifier: undefined }, trail.path.replace(/\/[^/]*$/, ''));
  writeFileSync(trail.checkpointsPath, kept);
  assert.deepEqual(await describeFaults(keyless), ['bad-checkpoint 0', 'bad-checkpoint 0']);
});

test('a checkpoint inside the trail may not tell of what comes after it', async () => {
  const trail = await openTestTrail({ verifier: createFakeVerifier() });
  await fill(trail, 1, 3);
  const checkpoint = await trail.checkpoint();
  tamper(trail.path, (database) => {
    database.execute(cutBehind(1));
  });
  await trail.append({ ...makeRecord(2, { event: 'checkpoint' }), ...{ checkpoint } });
  rmSync(trail.checkpointsPath);
  assert.deepEqual(await describeFaults(trail), ['bad-checkpoint 2']);
});

test('a cut that forgot the tables made for finding shows without any checkpoint', async () => {
  const sql = `DELETE FROM audit WHERE seq > 20; ${setHead(20)}`;
  assert.deepEqual(await faultsAfterSql(sql), ['index 20']);
});

test('a torn last line of the checkpoints is dropped by the next one', async () => {
  const trail = await openFilled();
  appendFileSync(trail.checkpointsPath, '{"statement":"torn');
  await trail.checkpoint();
  assert.equal(readFileSync(trail.checkpointsPath, 'utf8').trim().split('\n').length, 3);
  assert.deepEqual(await describeFaults(trail), []);
});

test('records that come while it reads are read as well, also behind what was the last one', async () => {
  const inner = createFakeVerifier();
  let meanwhile = async (): Promise<void> => {};
  const verifier: Verifier = {
    async verify(...args) {
      await meanwhile();
      return await inner.verify(...args);
    },
  };
  const trail = await openTestTrail({ verifier, checkpointsPath: undefined });
  await fill(trail, 1, 300);
  await trail.checkpoint();
  meanwhile = async () => {
    meanwhile = async () => {};
    await fill(trail, 302, 310);
    await trail.checkpoint();
  };
  const { faults, records, checkpoints } = await trail.verify();
  assert.deepEqual([faults, records, checkpoints], [[], 311, 2]);
});

test('to a trail whose end was changed nothing is added', async () => {
  for (const sql of [
    'DELETE FROM audit WHERE seq = 30',
    'DELETE FROM head',
    'UPDATE head SET seq = 31',
    'UPDATE head SET hash = zeroblob(32)',
  ]) {
    const trail = await openFilled();
    tamper(trail.path, (database) => database.execute(sql));
    const refused = { code: 'failed/audit', message: /does not end with the record that was written last/ };
    await assert.rejects(trail.append(makeRecord(1)), refused, sql);
    await assert.rejects(trail.head(), refused, sql);
    await assert.rejects(trail.checkpoint(), refused, sql);
  }
});
