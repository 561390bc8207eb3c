import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitForLocks } from '../../../../../agent/plugins/package/wait-for-locks.ts';
import type { ProcessRunner } from '../../../../../src/core/ports.ts';
import { createFakeClock } from '../../../../fakes/fake-clock.ts';

/** grep(1) over lock files, and over the names of the processes that live. */
function createGrep(state: { locks: string; living: string }): ProcessRunner & { calls: number } {
  const grep: ProcessRunner & { calls: number } = {
    calls: 0,
    stuck: () => 0,
    run({ args }) {
      grep.calls += 1;
      const stdout = args.some((arg) => arg.startsWith('/proc/')) ? state.living : state.locks;
      return Promise.resolve({ exitCode: 0, signal: undefined, stdout, stderr: '', truncated: false });
    },
  };
  return grep;
}

function setUp(locks: string, living: string) {
  const state = { locks, living };
  const clock = createFakeClock();
  const stop = new AbortController();
  const grep = createGrep(state);
  let isDone = false;
  const waiting = waitForLocks(grep, { clock, files: ['/a', '/b'], signal: stop.signal }).then(() => {
    isDone = true;
  });
  waiting.catch(() => undefined);
  return { state, clock, stop, grep, waiting, isDone: () => isDone };
}

test('without a lock nothing is waited for', async () => {
  const { waiting, grep } = setUp('', '');
  await waiting;
  assert.equal(grep.calls, 1);
});

test('a lock of a process that is gone is none', async () => {
  await setUp('4711\n', '').waiting;
});

test('a lock is waited for until it is free', async () => {
  const { state, clock, waiting, isDone } = setUp('4711\n', '/proc/4711/comm:packagekitd\n');
  await clock.advance(20_000);
  assert.equal(isDone(), false);
  state.locks = '';
  await clock.advance(2000);
  await waiting;
});

test('after a minute the answer names who holds it', async () => {
  const { clock, waiting } = setUp('4711\n', '/proc/4711/comm:packagekitd\n');
  await clock.advance(70_000);
  await assert.rejects(waiting, {
    ...{ code: 'failed/locked', message: 'another program holds the lock: process 4711 (packagekitd)' },
  });
});

test('it ends when the time of the action is up', async () => {
  const { clock, stop, waiting } = setUp('4711\n', '/proc/4711/comm:x\n');
  await clock.advance(3000);
  stop.abort();
  await assert.rejects(waiting, { code: 'failed/timeout' });
});
