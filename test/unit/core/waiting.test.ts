import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitSignal, limitTime, sleep, waitAtMost } from '../../../src/core/waiting.ts';
import { createFakeClock, settle } from '../../fakes/fake-clock.ts';

const never = new Promise<never>(() => {});
const describeLate = (): Error => new Error('too late');

/** Counts what is called once a promise has settled. */
function watch(promise: Promise<unknown>): { isOver: boolean } {
  const seen = { isOver: false };
  const note = (): void => {
    seen.isOver = true;
  };
  promise.then(note, note);
  return seen;
}

describe('sleep', () => {
  it('lasts as long as it says', async () => {
    const clock = createFakeClock();
    const slept = watch(sleep(clock, 100));
    await clock.advance(99);
    assert.equal(slept.isOver, false);
    await clock.advance(1);
    assert.equal(slept.isOver, true);
  });

  it('ends when it is aborted, also when it was before', async () => {
    const clock = createFakeClock();
    const over = new AbortController();
    const slept = watch(sleep(clock, 100, over.signal));
    over.abort();
    await settle();
    assert.equal(slept.isOver, true);
    await sleep(clock, 100, over.signal);
  });
});

describe('waitAtMost', () => {
  it('ends with the work, however that ends', async () => {
    const clock = createFakeClock();
    await waitAtMost(clock, 100, Promise.resolve());
    await waitAtMost(clock, 100, Promise.reject(new Error('failed')));
  });

  it('ends when time is up', async () => {
    const clock = createFakeClock();
    const waited = watch(waitAtMost(clock, 100, never));
    await clock.advance(99);
    assert.equal(waited.isOver, false);
    await clock.advance(1);
    assert.equal(waited.isOver, true);
  });
});

describe('limitTime', () => {
  it('settles as the work does', async () => {
    const clock = createFakeClock();
    assert.equal(await limitTime(clock, Promise.resolve(7), { limitMs: 100, describeLate }), 7);
    const failed = limitTime(clock, Promise.reject(new Error('failed')), { limitMs: 100, describeLate });
    await assert.rejects(failed, /failed/);
  });

  it('rejects when time is up, and a later failure of the work is nobody’s', async () => {
    const clock = createFakeClock();
    let fail = (): void => {};
    const work = new Promise<never>((_, reject) => {
      fail = () => reject(new Error('failed'));
    });
    const limited = assert.rejects(limitTime(clock, work, { limitMs: 100, describeLate }), /too late/);
    await clock.advance(100);
    await limited;
    fail();
    await settle();
  });
});

describe('limitSignal', () => {
  const untilAborted = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

  it('aborts when time is up, and not before', async () => {
    const clock = createFakeClock();
    const limited = watch(limitSignal(clock, { limitMs: 100 }, untilAborted));
    await clock.advance(99);
    assert.equal(limited.isOver, false);
    await clock.advance(1);
    assert.equal(limited.isOver, true);
  });

  it('aborts with its parent', async () => {
    const clock = createFakeClock();
    const parent = new AbortController();
    const limited = watch(limitSignal(clock, { limitMs: 100, parent: parent.signal }, untilAborted));
    parent.abort();
    await settle();
    assert.equal(limited.isOver, true);
  });

  it('settles as the work does, which time does not touch any more', async () => {
    const clock = createFakeClock();
    const signals: AbortSignal[] = [];
    const note = async (signal: AbortSignal): Promise<number> => signals.push(signal);
    const fail = async (signal: AbortSignal): Promise<never> => {
      signals.push(signal);
      throw new Error('failed');
    };
    assert.equal(await limitSignal(clock, { limitMs: 100 }, note), 1);
    await assert.rejects(limitSignal(clock, { limitMs: 100 }, fail), /failed/);
    await clock.advance(100);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [false, false],
    );
  });
});
