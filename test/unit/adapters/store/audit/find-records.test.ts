import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUDIT_EVENTS, type AuditRecord } from '../../../../../src/core/audit.ts';
import type { AuditQuery } from '../../../../../src/core/audit-trail.ts';
import { makeRecord, openTestTrail, readAll, tamper } from './trail-samples.ts';

const RUNS = ['01890000-0000-7000-8000-00000000007f', '01890000-0000-7000-8000-00000000017f'];
const CALLERS = ['person:ana', 'person:raj', 'slack:T1/U1', 'person:an'];
const NODES = ['web1', 'web10', 'db1.example.org'];
const ACTIONS = ['package.update', 'package.status', 'packages.update', 'service.restart'];

const record = fc
  .record(
    {
      event: fc.constantFrom(...AUDIT_EVENTS.slice(0, 9)),
      caller: fc.constantFrom(...CALLERS),
      approvedBy: fc.array(fc.constantFrom(...CALLERS), { maxLength: 3 }),
      node: fc.constantFrom(...NODES),
      nodes: fc.array(fc.constantFrom(...NODES), { maxLength: 4 }),
      action: fc.constantFrom(...ACTIONS),
      run: fc.constantFrom(...RUNS),
      second: fc.nat({ max: 30 }),
    },
    { requiredKeys: ['event', 'second'] },
  )
  .map(({ second, ...more }): AuditRecord => ({ ...makeRecord(second), caller: undefined, ...more }));

const at = (second: number) => Date.parse(makeRecord(second).at);

const query: fc.Arbitrary<AuditQuery> = fc.record(
  {
    callers: fc.array(fc.constantFrom(...CALLERS), { maxLength: 3 }),
    node: fc.constantFrom(...NODES),
    action: fc.constantFrom(...ACTIONS, 'package', 'pack'),
    run: fc.constantFrom('7f', '17f', RUNS[0] ?? '', '8', ''),
    events: fc.oneof(
      fc.array(fc.constantFrom(...AUDIT_EVENTS.slice(0, 9)), { maxLength: 5 }),
      fc.subarray([...AUDIT_EVENTS], { minLength: 5 }),
    ),
    since: fc.nat({ max: 31 }).map(at),
    until: fc.nat({ max: 31 }).map(at),
    max: fc.nat({ max: 12 }),
  },
  { requiredKeys: ['max'] },
);

/** The same, said the simple way. */
function matches(one: AuditRecord, { callers, node, action, run, events, since, until }: AuditQuery): boolean {
  const time = Date.parse(one.at);
  return (
    (callers === undefined || [one.caller, ...(one.approvedBy ?? [])].some((name) => name && callers.includes(name))) &&
    (node === undefined || one.node === node || one.nodes?.includes(node) === true) &&
    (action === undefined || one.action === action || one.action?.split('.')[0] === action) &&
    (run === undefined || one.run?.endsWith(run) === true) &&
    (events === undefined || events.includes(one.event)) &&
    (since === undefined || time >= since) &&
    (until === undefined || time < until)
  );
}

test('a query finds exactly the newest records for which all of it holds, oldest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 40 }),
      fc.array(query, { maxLength: 8 }),
      async (records, queries) => {
        const trail = await openTestTrail({ path: ':memory:' });
        await Promise.all(records.map((one) => trail.append(one)));
        for (const wanted of queries) {
          const seqs = records.flatMap((one, index) => (matches(one, wanted) ? [index + 1] : []));
          const expected = wanted.max === 0 ? [] : seqs.slice(-wanted.max);
          assert.deepEqual(
            (await trail.find(wanted)).map(({ seq }) => seq),
            expected,
            JSON.stringify(wanted),
          );
        }
        await trail.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('several people are found together, in the order of the records', async () => {
  const trail = await openTestTrail();
  for (let n = 1; n <= 8; n++) await trail.append(makeRecord(n, { caller: n % 2 === 0 ? 'person:ana' : 'person:raj' }));
  const find = async (max: number) =>
    (await trail.find({ callers: ['person:ana', 'person:raj'], max })).map(({ seq }) => seq);
  assert.deepEqual(await find(3), [6, 7, 8]);
  assert.deepEqual(await find(20), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('names with anything in them are found by equality', async () => {
  const trail = await openTestTrail();
  for (const caller of ["o'brien", 'a%', 'a\u0000b', 'ä', 'x'.repeat(400)])
    await trail.append(makeRecord(1, { caller }));
  for (const [index, caller] of ["o'brien", 'a%', 'a\u0000b', 'ä', 'x'.repeat(400)].entries()) {
    assert.deepEqual(
      (await trail.find({ callers: [caller], max: 10 })).map(({ seq }) => seq),
      [index + 1],
    );
  }
  assert.deepEqual(await trail.find({ callers: ['a_', 'A%', "o'"], max: 10 }), []);
});

test('an export reads a range by the times in the records, however many there are', async () => {
  const trail = await openTestTrail();
  await Promise.all(Array.from({ length: 300 }, (_, n) => trail.append(makeRecord(n))));
  const seqs = async (range: object) => (await readAll(trail, range)).map(({ seq }) => seq);
  assert.equal((await seqs({})).length, 300);
  assert.deepEqual(await seqs({ since: at(297) }), [298, 299, 300]);
  assert.deepEqual(await seqs({ until: at(2) }), [1, 2]);
  assert.deepEqual(await seqs({ since: at(5), until: at(6) }), [6]);
});

test('what is added while an export runs is in it or not, and never by half or twice', async () => {
  const trail = await openTestTrail();
  await Promise.all(Array.from({ length: 200 }, (_, n) => trail.append(makeRecord(n))));
  const seqs: number[] = [];
  for await (const { seq } of trail.read({})) {
    seqs.push(seq);
    if (seq % 50 === 0 && seq <= 400) void trail.append(makeRecord(seq));
  }
  assert.deepEqual(
    seqs,
    Array.from({ length: seqs.length }, (_, n) => n + 1),
  );
  await trail.close();
});

test('a record that can not be read is told of and left out', async () => {
  const trail = await openTestTrail();
  await trail.append(makeRecord(1));
  await trail.append(makeRecord(2));
  tamper(trail.path, (database) => database.execute("UPDATE audit SET doc = CAST(x'ff' AS TEXT) WHERE seq = 1"));
  assert.deepEqual(
    (await trail.find({ callers: ['person:ana'], max: 10 })).map(({ seq }) => seq),
    [2],
  );
  assert.equal((await readAll(trail)).length, 1);
  assert.deepEqual(
    trail.problems.map(({ message }) => message),
    Array.from({ length: 2 }, () => "record 1 of the audit trail can't be read"),
  );
});
