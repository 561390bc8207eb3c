import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { openStore } from '../../../../src/adapters/store/open-store.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Store } from '../../../../src/core/store.ts';
import {
  addFinishedRun,
  CHAT,
  makeApproval,
  makeId,
  makeItem,
  makeReport,
  makeResult,
  makeRun,
  makeSeen,
  numbersOf,
} from './samples.ts';

const place = { chat: CHAT, channel: 'C1' };
let store: Store;
beforeEach(async () => {
  store = await openStore({ path: ':memory:' });
});

test('a run is found as it was begun, and nothing is known of its end', async () => {
  const run = makeRun(1, { place: { ...place, thread: '17.5' }, message: 'm1', isRepeatable: false });
  await store.runs.begin(run);
  assert.deepEqual(await store.runs.find(run.id), run);
  assert.equal(await store.runs.find(makeId(2)), undefined);
});

test('a run is begun once', async () => {
  await store.runs.begin(makeRun(1));
  await assert.rejects(store.runs.begin(makeRun(1)), { code: 'failed/store' });
});

test('with the run its message is closed, and when the run is not kept the message stays open', async () => {
  await store.inbox.claim(makeSeen('m1'));
  await store.inbox.claim(makeSeen('m2'));
  await store.runs.begin(makeRun(1, { message: 'm1' }));
  await assert.rejects(store.runs.begin(makeRun(1, { message: 'm2' })), { code: 'failed/store' });
  assert.deepEqual(
    (await store.inbox.open()).map(({ message }) => message.id),
    ['m2'],
  );
});

test('the frozen list comes back in its order; a run that is not there has none', async () => {
  await store.runs.begin(makeRun(1));
  await store.runs.setTargets(makeId(1), ['web2', 'web1']);
  assert.deepEqual((await store.runs.find(makeId(1)))?.nodes, ['web2', 'web1']);
  await assert.rejects(store.runs.setTargets(makeId(2), []), { code: 'failed/store', message: /is not in the store/ });
});

test('what it takes to go on after a restart comes back with the run, where it was kept', async () => {
  const { order } = makeApproval(1);
  await store.runs.begin(makeRun(1));
  await store.runs.setTargets(makeId(1), order.nodes, order);
  assert.deepEqual((await store.runs.find(makeId(1)))?.order, order);
  assert.deepEqual((await store.runs.open())[0]?.order, order);
  await store.runs.setTargets(makeId(1), order.nodes);
  assert.equal((await store.runs.find(makeId(1)))?.order, undefined);
});

test('requests come back in the order they were added, all of a call or none', async () => {
  await store.runs.begin(makeRun(1));
  const request = (id: string) => ({ id, run: makeId(1), nodes: ['web1'], sentAt: 1, waitUntil: 90 });
  await store.runs.addRequests([request('b'), request('a')]);
  await assert.rejects(store.runs.addRequests([request('c'), request('a')]), { code: 'failed/store' });
  assert.deepEqual(await store.runs.requestsOf(makeId(1)), [request('b'), request('a')]);
  assert.deepEqual(await store.runs.requestsOf(makeId(2)), []);
});

test('the first result of a node stays, and results are sorted by node', async () => {
  await store.runs.begin(makeRun(1));
  await store.runs.addResults(makeId(1), [makeResult('web2', { n: 1 }), makeResult('web1', { n: 1 })]);
  await store.runs.addResults(makeId(1), [makeResult('web2', { n: 2 }), makeResult('web10', { n: 2 })]);
  const results = await store.runs.resultsOf(makeId(1));
  assert.deepEqual(
    results.map(({ node, data }) => [node, data.n]),
    [
      ['web1', 1],
      ['web10', 2],
      ['web2', 1],
    ],
  );
});

test('results of a run that is not there are refused, none is kept', async () => {
  await assert.rejects(store.runs.addResults(makeId(1), [makeResult('web1')]), { code: 'failed/store' });
  assert.deepEqual(await store.runs.resultsOf(makeId(1)), []);
});

test('2,000 results and one of a megabyte are kept', async () => {
  await store.runs.begin(makeRun(1));
  const results = Array.from({ length: 2000 }, (_, i) => makeResult(`node${String(i).padStart(4, '0')}`));
  const large = makeResult('zeta', { output: 'é'.repeat(512 * 1024) });
  await store.runs.addResults(makeId(1), [...results, large]);
  assert.deepEqual(await store.runs.resultsOf(makeId(1)), [...results, large]);
});

test('whatever text a node sends comes back as it was', async () => {
  await store.runs.begin(makeRun(1));
  const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', 'a\0b', '\ud800', '\u2028', '‮'));
  const data = fc.dictionary(unit, fc.oneof(unit, fc.boolean(), fc.integer(), fc.constant(null)));
  let count = 0;
  await fc.assert(
    fc.asyncProperty(data, async (outputs) => {
      const node = `n${String(count++).padStart(5, '0')}`;
      const result = JSON.parse(JSON.stringify(makeResult(node, outputs)));
      await store.runs.addResults(makeId(1), [result]);
      assert.deepEqual((await store.runs.resultsOf(makeId(1))).at(-1), result);
    }),
    { numRuns: 60 },
  );
});

test('a finished run has its report without the results, which are added where they were not there', async () => {
  await store.runs.begin(makeRun(1));
  await store.runs.addResults(makeId(1), [makeResult('web1', { n: 1 })]);
  const problem = new McoError('unreachable/not-sent', 'no broker', { hint: 'wait', rules: ['roles.yaml:3'] });
  const report = makeReport(1, { problem, results: [makeResult('web1', { n: 2 }), makeResult('web2')] });
  await store.runs.finish(report);
  const end = (await store.runs.find(makeId(1)))?.end;
  const { results: _, ...expected } = report;
  assert.deepEqual({ ...end, problem: undefined }, { ...expected, problem: undefined });
  assert.ok(end?.problem instanceof McoError);
  const { code, message, hint, rules } = end.problem;
  assert.deepEqual([code, message, hint, rules], ['unreachable/not-sent', 'no broker', 'wait', ['roles.yaml:3']]);
  assert.deepEqual(await store.runs.resultsOf(makeId(1)), [makeResult('web1', { n: 1 }), makeResult('web2')]);
});

test('a run ends once, and what tells of its end is added once', async () => {
  await store.runs.begin(makeRun(1));
  const added = await store.runs.finish(makeReport(1), [makeItem('r1', 'a'), makeItem('r1', 'b')]);
  assert.deepEqual(added, await store.outbox.pending());
  const second = makeReport(1, { outcome: 'UNKNOWN', results: [makeResult('web1')] });
  assert.deepEqual(await store.runs.finish(second, [makeItem('r1', 'c')]), []);
  assert.equal((await store.outbox.pending()).length, 2);
  assert.equal((await store.runs.find(makeId(1)))?.end?.outcome, 'OK');
  assert.deepEqual(await store.runs.resultsOf(makeId(1)), []);
});

test('a run that is not there can not be ended, and nothing is told of it', async () => {
  await assert.rejects(store.runs.finish(makeReport(1), [makeItem('r1')]), { code: 'failed/store' });
  assert.deepEqual(await store.outbox.pending(), []);
});

test('the end of an id finds runs of that place, the newest first, ten at most', async () => {
  for (let n = 1; n <= 12; n++) await store.runs.begin(makeRun(n * 256 + 0x3f));
  await store.runs.begin(makeRun(13 * 256 + 0x3f, { place: { chat: CHAT, channel: 'C2' } }));
  const found = await store.runs.findByEnd(place, '3F');
  assert.deepEqual(
    numbersOf(found),
    [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((n) => n * 256 + 0x3f),
  );
  assert.deepEqual(numbersOf(await store.runs.findByEnd(place, '000c3f')), [0xc3f]);
  assert.deepEqual(numbersOf(await store.runs.findByEnd(place, makeId(0xc3f))), [0xc3f]);
});

test('what is typed for an id is no pattern', async () => {
  await store.runs.begin(makeRun(0x7f3a));
  for (const end of ['%', '_', '7f3_', '%3a', '*', '', `x${makeId(0x7f3a)}`, "' OR '1'='1", '7f3a\0']) {
    assert.deepEqual(await store.runs.findByEnd(place, end), [], JSON.stringify(end));
  }
});

test('runs are listed by channel, thread, account and state, the newest first', async () => {
  await addFinishedRun(store, 1);
  await store.runs.begin(makeRun(2, { place: { ...place, thread: 't1' } }));
  await store.runs.begin(makeRun(3, { account: `${CHAT}/U2` }));
  await store.runs.begin(makeRun(4, { place: { chat: CHAT, channel: 'C2' } }));
  await store.runs.begin(makeRun(5, { place: { chat: 'console', channel: 'C1' } }));
  const list = async (query: object) => numbersOf(await store.runs.list({ ...place, max: 9, ...query }));
  assert.deepEqual(await list({}), [3, 2, 1]);
  assert.deepEqual(await list({ max: 2 }), [3, 2]);
  assert.deepEqual(await list({ thread: 't1' }), [2]);
  assert.deepEqual(await list({ account: `${CHAT}/U2` }), [3]);
  assert.deepEqual(await list({ isFinished: true }), [1]);
  assert.deepEqual(await list({ isFinished: false }), [3, 2]);
  assert.deepEqual(await list({ channel: 'C2' }), [4]);
  assert.deepEqual(await list({ account: '%' }), []);
});

test('a thread has the run whose root opened it, and the runs that were asked for in it', async () => {
  for (const n of [1, 2, 3]) await store.runs.begin(makeRun(n, n === 2 ? { place: { ...place, thread: 'p1' } } : {}));
  const items = await store.outbox.add([makeItem('r1'), makeItem('r2')]);
  const [first, second] = items.map(({ id }) => id) as [number, number];
  await store.outbox.noteDelivered(first, { run: makeId(1), post: { channel: 'C1', id: 'p1' } });
  await store.outbox.noteDelivered(second, { run: makeId(2), post: { channel: 'C1', id: 'p2', thread: 'p1' } });
  assert.deepEqual(numbersOf(await store.runs.list({ ...place, thread: 'p1', max: 9 })), [2, 1]);
  assert.deepEqual(await store.runs.list({ ...place, thread: 'p2', max: 9 }), []);
});

test('open runs are those that were begun and not finished', async () => {
  await addFinishedRun(store, 1);
  await store.runs.begin(makeRun(2));
  await store.runs.begin(makeRun(3));
  assert.deepEqual(numbersOf(await store.runs.open()), [2, 3]);
});
