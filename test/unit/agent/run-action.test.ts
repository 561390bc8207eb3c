import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAction } from '../../../agent/run-action.ts';
import { createFakeClock, settle } from '../../fakes/fake-clock.ts';

const permit = () => Promise.resolve();
const call = { input: {}, isDryRun: false, caller: 'person:ana', run: 'r', permit, report: () => {} };
const never = (): (() => void) => () => {};

test('what is given up while it waits for a place never starts, even when a place comes later', async () => {
  const clock = createFakeClock();
  let free = (): void => {};
  const ready = new Promise<void>((resolve) => {
    free = resolve;
  });
  let started = false;
  const run = () => {
    started = true;
    return Promise.resolve({});
  };
  const running = runAction({ run, call, ready, timeoutMs: 100 }, { clock, onStop: never });
  await clock.advance(100);
  const { status } = await running;
  assert.equal(status.name, 'timeout');
  assert.match(status.message, /was not started/);
  free();
  await settle();
  assert.equal(started, false);
});

test('an action that throws at once, not by its promise, is still an answer', async () => {
  const run = (): never => {
    throw new TypeError('at once');
  };
  const ready = Promise.resolve();
  const running = runAction({ run, call, ready, timeoutMs: 100 }, { clock: createFakeClock(), onStop: never });
  assert.equal((await running).status.name, 'unknown error');
});

test('when the node has stopped already, nothing starts', async () => {
  let started = false;
  const run = () => {
    started = true;
    return Promise.resolve({});
  };
  const onStop = (stop: () => void): (() => void) => {
    stop();
    return () => {};
  };
  const ready = settle();
  const running = runAction({ run, call, ready, timeoutMs: 100 }, { clock: createFakeClock(), onStop });
  assert.equal((await running).status.name, 'aborted');
  await settle();
  assert.equal(started, false);
});
