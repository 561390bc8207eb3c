import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../fakes/fake-clock.ts';
import { createFakeNode } from './fake-node.ts';

const LOOKED_ON = { options: { progress: true, timeoutMs: 600_000 } };

async function reportAll(reports: readonly object[], options: object = LOOKED_ON) {
  const node = createFakeNode();
  let finish = (): void => {};
  let report = (_: object): void => {};
  node.setLook((call) => {
    report = (data) => call.report(data as Parameters<typeof call.report>[0]);
    return new Promise((resolve) => {
      finish = () => resolve({});
    });
  });
  await node.send(options);
  for (const data of reports) report(data);
  await settle();
  const progress = () => node.replies().filter(({ kind }) => kind === 'progress');
  return { node, report, finish: () => finish(), progress };
}

test('where nobody looks on nothing is told', async () => {
  const { progress, node } = await reportAll([{ text: 'a' }], {});
  await node.clock.advance(4000);
  assert.equal(progress().length, 0);
});

test('what there is is told at once, and what comes within two seconds in one go', async () => {
  const { progress, node } = await reportAll([{ text: 'a\n' }, { text: 'b\n', done: 1 }, { text: 'c\n', done: 2 }]);
  await node.clock.advance(2000);
  assert.deepEqual(
    progress().map(({ data, status }) => [data, status.name]),
    [
      [{ text: 'a\n' }, 'ok'],
      [{ text: 'b\nc\n', done: 2 }, 'ok'],
    ],
  );
});

test('a flood is cut: twenty replies of eight kilobytes, and then the result', async () => {
  const { progress, node, report, finish } = await reportAll([]);
  for (let i = 0; i < 200; i++) {
    report({ text: 'x'.repeat(100_000), list: 'y'.repeat(5000) });
    await node.clock.advance(1000);
  }
  assert.equal(progress().length, 20);
  assert.ok(progress().every(({ data }) => JSON.stringify(data).length <= 8192));
  finish();
  await settle();
  const seqs = node.replies().map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index),
  );
  assert.equal(node.replies().at(-1)?.kind, 'result');
});

test('after the result nothing more is told', async () => {
  const { progress, node, report, finish } = await reportAll([{ text: 'a' }, { text: 'b' }]);
  finish();
  await settle();
  report({ text: 'c' });
  await node.clock.advance(10_000);
  assert.equal(progress().length, 1);
  assert.equal(node.replies().at(-1)?.kind, 'result');
});

test('what JSON can not hold is left out, and the rest is told', async () => {
  const { progress } = await reportAll([{ bad: () => {} }, { text: 'good' }]);
  assert.deepEqual(
    progress().map(({ data }) => data),
    [{ text: 'good' }],
  );
});
