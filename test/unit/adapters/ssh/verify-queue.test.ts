import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVerifyQueue } from '../../../../src/adapters/ssh/verify-queue.ts';

/** A task that runs until it is told to end. */
function createTask() {
  let end: () => void = () => undefined;
  const state = { started: false };
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = () => {
    state.started = true;
    return promise;
  };
  return { state, run, end: () => end() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('only so many tasks run at once, and the others follow in order', async () => {
  const queue = createVerifyQueue({ maxRunning: 2 });
  const tasks = [createTask(), createTask(), createTask(), createTask()] as const;
  const all = tasks.map(({ run }) => queue.run(run));
  const started = () => tasks.map(({ state }) => state.started);
  await settle();
  assert.deepEqual(started(), [true, true, false, false]);
  tasks[1].end();
  await settle();
  assert.deepEqual(started(), [true, true, true, false]);
  for (const { end } of tasks) end();
  await Promise.all(all);
  assert.deepEqual(started(), [true, true, true, true]);
});

test('a task that throws gives its place to the next', async () => {
  const queue = createVerifyQueue({ maxRunning: 1 });
  const broken = queue.run(() => Promise.reject(new Error('no')));
  const next = queue.run(() => Promise.resolve('yes'));
  await assert.rejects(broken, /no/);
  assert.equal(await next, 'yes');
  assert.equal(await queue.run(() => Promise.resolve('again')), 'again');
});

test('a full queue refuses instead of growing', async () => {
  const queue = createVerifyQueue({ maxRunning: 1, maxWaiting: 1 });
  const task = createTask();
  const first = queue.run(task.run);
  const second = queue.run(() => Promise.resolve('second'));
  await assert.rejects(
    queue.run(() => Promise.resolve('third')),
    { code: 'failed/overloaded' },
  );
  task.end();
  await first;
  assert.equal(await second, 'second');
});
