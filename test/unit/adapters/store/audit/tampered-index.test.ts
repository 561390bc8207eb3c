import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openAuditTrail } from '../../../../../src/adapters/store/audit/open-audit-trail.ts';
import { SCHEMA } from '../../../../../src/adapters/store/audit/trail-tables.ts';
import { openSharedDatabase } from '../../../../../src/adapters/store/database.ts';
import { fill, makeFolder, makeRecord, openTestTrail, type TestTrail } from './trail-samples.ts';

const NODES = Array.from({ length: 1500 }, (_, n) => `web${n}.example.org`);

/** Twenty records: the fifth names many nodes, the seventh is of somebody else, the ninth of a run. */
async function openFilled(): Promise<TestTrail> {
  const trail = await openTestTrail({ checkpointsPath: undefined });
  await fill(trail, 1, 4);
  await trail.append(makeRecord(5, { nodes: NODES }));
  await fill(trail, 6, 6);
  await trail.append(makeRecord(7, { caller: 'person:eve', action: 'package.update' }));
  await fill(trail, 8, 8);
  await trail.append(makeRecord(9, { run: '01890000-0000-7000-8000-000000009a03', command: '\ud800'.repeat(300) }));
  await fill(trail, 10, 20);
  return trail;
}

function run(path: string, sql: string): void {
  const database = openSharedDatabase(path);
  database.execute(sql);
  database.close();
}

async function judge(sql: string): Promise<string[]> {
  const trail = await openFilled();
  run(trail.path, sql);
  const { faults } = await trail.verify();
  assert.ok(faults.every(({ kind }) => kind === 'index' || kind === 'unreadable'));
  await trail.close();
  return faults.map(({ message }) => message);
}

test('the text of the tables is the one that the files of this version have', () => {
  const hash = createHash('sha256').update(SCHEMA.replace(/\s+/g, ' ')).digest('hex');
  assert.equal(hash.slice(0, 16), '084046451c6f9db3', 'a change of the tables needs another version, and a migration');
});

test('a record that somebody hid from searches is found and named', async () => {
  assert.deepEqual(await judge('SELECT 1'), []);
  const eve = "CAST('person:eve' AS BLOB)";
  const hidden = ['record 7 is hidden from searches by what is in it'];
  const misled =
    'searches are misled: the tables made for finding hold rows of records behind the last one, or of no record';
  const cases: [string, string[]][] = [
    [`DELETE FROM terms WHERE term = ${eve}`, hidden],
    ['DELETE FROM terms WHERE seq = 7', hidden],
    ['DELETE FROM terms WHERE seq = 7; DELETE FROM moments WHERE seq = 7', hidden],
    [
      `UPDATE terms SET term = CAST('person:ana' AS BLOB) WHERE term = ${eve}`,
      [...hidden, 'record 7 is found by what is not in it'],
    ],
    [`UPDATE terms SET term = 'person:eve' WHERE term = ${eve}`, [...hidden, misled]],
    [`UPDATE terms SET seq = 7.5 WHERE term = ${eve}`, [...hidden, misled]],
    [
      "DELETE FROM terms WHERE term = CAST('web1499.example.org' AS BLOB)",
      ['record 5 is hidden from searches by what is in it'],
    ],
    ['DELETE FROM moments WHERE seq = 7', ['record 7 is hidden from searches by its time']],
    ['UPDATE moments SET at = 0 WHERE seq = 7', ['record 7 is hidden from searches by its time']],
    ["INSERT INTO terms VALUES (1, CAST('person:raj' AS BLOB), 3)", ['record 3 is found by what is not in it']],
    ["INSERT INTO terms VALUES (1, CAST('person:raj' AS BLOB), 21)", [misled]],
    ["INSERT INTO terms VALUES (9, CAST('person:raj' AS BLOB), 2)", [misled]],
    ["INSERT INTO terms VALUES (1, CAST('person:raj' AS BLOB), x'00')", [misled]],
    ['INSERT INTO moments VALUES (9000000000000000000, 5)', [misled]],
    ['INSERT INTO moments VALUES (-1, 5)', [misled]],
  ];
  for (const [sql, messages] of cases) assert.deepEqual(await judge(sql), messages, sql);
});

test('of a trail that is hidden as a whole some records are named, and the others counted', async () => {
  const trail = await openTestTrail({ checkpointsPath: undefined });
  await fill(trail, 1, 300);
  run(trail.path, 'DELETE FROM terms; DELETE FROM moments;');
  const { faults } = await trail.verify();
  assert.deepEqual([faults.length, faults.at(-1)?.message, faults.at(-1)?.times], [21, 'and 280 more like that', 280]);
});

test('an index that does not hold what its table does is found', async () => {
  const sql = `PRAGMA writable_schema = ON; DROP INDEX moments_by_time;
    CREATE INDEX moments_by_time ON moments (at) WHERE seq <> 7;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX moments_by_time ON moments (at)' WHERE name = 'moments_by_time';`;
  assert.deepEqual(await judge(sql), ['record 7 is hidden from searches by its time']);
});

const PLANTED: [string, RegExp][] = [
  [
    `CREATE TRIGGER x BEFORE INSERT ON terms WHEN NEW.term = CAST('person:eve' AS BLOB)
      BEGIN SELECT RAISE(IGNORE); END`,
    /^the trigger `x` is none of the trail$/,
  ],
  ['CREATE TRIGGER x AFTER INSERT ON audit BEGIN DELETE FROM terms; END', /^the trigger `x` is none of the trail$/],
  ['CREATE UNIQUE INDEX x ON terms (kind, term) WHERE seq > 20', /^the index `x` is none of the trail$/],
  ['CREATE VIEW x AS SELECT * FROM audit', /^the view `x` is none of the trail$/],
  ['ALTER TABLE audit ADD COLUMN note', /^the table `audit` is not as mcobot made it$/],
  ['DROP TRIGGER audit_stays', /^the trigger `audit_stays` of the trail is missing$/],
  [
    'DROP TRIGGER audit_keeps; CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT 1; END',
    /^the trigger `audit_keeps` is not as mcobot made it$/,
  ],
  ['DROP INDEX moments_by_time', /^the index `moments_by_time` of the trail is missing$/],
  [
    `ALTER TABLE terms RENAME TO real; CREATE VIEW terms AS SELECT * FROM real WHERE seq <> 7`,
    /^the (?:view `terms` is not as mcobot made it|table `real` is none of the trail)$/,
  ],
  [
    `DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps; ALTER TABLE audit RENAME TO real;
      CREATE VIEW audit AS WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n)
      SELECT seq, x'00' AS doc, x'00' AS hash FROM n`,
    /^the (?:view `audit` is not as mcobot made it|table `real` is none of the trail)$/,
  ],
];

test('what somebody planted among the tables is a fault, and nothing is added to such a trail', async () => {
  for (const [sql, message] of PLANTED) {
    const trail = await openFilled();
    run(trail.path, sql);
    const { faults } = await trail.verify();
    assert.equal(faults[0]?.kind, 'index', sql);
    assert.match(faults[0].message, message);
    const refused = { code: 'failed/audit', message: /^somebody changed the audit trail's file: the / };
    await assert.rejects(trail.append(makeRecord(21, { caller: 'person:eve' })), refused, sql);
    await trail.close();
    const folder = trail.path.replace(/\/[^/]*$/, '');
    await assert.rejects(openTestTrail({}, folder), { ...refused, hint: /`mcobot audit verify` says what else/ }, sql);
    const looked = await openAuditTrail({
      path: trail.path,
      mustExist: true,
      by: 'x',
      clock: Date,
      onProblem: () => {},
    });
    assert.notDeepEqual((await looked.verify()).faults, []);
    await looked.close();
  }
});

test("SQLite's own statistics keep nothing from being written, and are told of", async () => {
  const trail = await openFilled();
  run(trail.path, 'ANALYZE');
  await fill(trail, 21, 21);
  assert.deepEqual(
    (await trail.verify()).faults.map(({ message }) => message),
    ['the table `sqlite_stat1` is none of the trail'],
  );
  const folder = makeFolder();
  await (await openTestTrail({}, folder)).close();
});

test('names that somebody planted are shown escaped', async () => {
  assert.deepEqual(await judge('CREATE TABLE "\u001b[2Jx" (a)'), ['the table `\\x1b[2Jx` is none of the trail']);
});
