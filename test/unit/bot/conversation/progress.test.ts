import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgress } from '../../../../src/bot/conversation/progress.ts';
import type { ChatTraits } from '../../../../src/core/chat.ts';
import { away, busy, createFakeChat, refused } from '../../../fakes/fake-chat.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { cardOf } from './outbox-scene.ts';

/** A chat with the posts p1, p2... of the runs r1, r2..., which are begun. */
async function setUp(runs: number, traits: Partial<ChatTraits> = {}) {
  const clock = createFakeClock();
  const chat = createFakeChat(clock, { editGapMs: 3000, progressGapMs: 1000, ...traits });
  const progress = createProgress(chat, clock);
  for (let n = 1; n <= runs; n++) {
    progress.begin(`r${n}`, await chat.post({ channel: 'C1', card: cardOf('root'), key: `k${n}` }));
  }
  const startedAt = clock.now();
  chat.calls.length = 0;
  return {
    clock,
    chat,
    progress,
    edits: () => chat.calls.map(({ text, at }) => `${at - startedAt} ${text}`),
  };
}

describe('a run that goes on', () => {
  it('shows the newest state, one edit in its gap, and drops what was overtaken', async () => {
    const { clock, chat, progress, edits } = await setUp(1);
    for (let n = 0; n < 100; n++) {
      progress.show('r1', cardOf(`${n}`));
      await clock.advance(100);
    }
    await clock.advance(10_000);
    assert.deepEqual(edits(), ['3000 29', '6000 59', '9000 89', '12000 99']);
    assert.ok(chat.calls.every(({ urgency }) => urgency === 'progress'));
  });

  it('shows at once what comes when nothing was shown for long', async () => {
    const { clock, progress, edits } = await setUp(1);
    await clock.advance(60_000);
    progress.show('r1', cardOf('a'));
    await clock.advance(0);
    assert.deepEqual(edits(), ['60000 a']);
  });

  it('shows what was known before its post stood', async () => {
    const { clock, chat, progress, edits } = await setUp(0);
    progress.show('r1', cardOf('early'));
    await clock.advance(10_000);
    assert.deepEqual(edits(), []);
    progress.begin('r1', await chat.post({ channel: 'C1', card: cardOf('root'), key: 'k' }));
    await clock.advance(3000);
    assert.deepEqual(edits().slice(1), ['13000 early']);
  });

  it('makes no second edit of a post while the first is under way', async () => {
    const { clock, chat, progress, edits } = await setUp(1);
    chat.fail({ answerMs: 9000 });
    progress.show('r1', cardOf('a'));
    await clock.advance(3000);
    progress.show('r1', cardOf('b'));
    await clock.advance(8999);
    assert.deepEqual(edits(), ['3000 a']);
    await clock.advance(1);
    assert.deepEqual(edits(), ['3000 a', '12000 b']);
  });
});

describe('many runs', () => {
  it('take turns, each a gap after the one before', async () => {
    const { clock, progress, edits } = await setUp(5);
    for (let n = 0; n < 120; n++) {
      for (let run = 1; run <= 5; run++) progress.show(`r${run}`, cardOf(`r${run}`));
      await clock.advance(100);
    }
    assert.deepEqual(edits(), [
      '3000 r1',
      '4000 r2',
      '5000 r3',
      '6000 r4',
      '7000 r5',
      '8000 r1',
      '9000 r2',
      '10000 r3',
      '11000 r4',
      '12000 r5',
    ]);
  });

  it('do not wait for one whose edit hangs', async () => {
    const { clock, chat, progress, edits } = await setUp(2);
    chat.fail({ delayMs: 60_000 });
    for (const run of ['r1', 'r2']) progress.show(run, cardOf(run));
    await clock.advance(4000);
    progress.show('r2', cardOf('r2 again'));
    await clock.advance(10_000);
    assert.deepEqual(edits(), ['3000 r1', '4000 r2', '7000 r2 again']);
  });
});

describe('a chat that is busy', () => {
  it('gets no progress of any run until it is free, and then the newest', async () => {
    const { clock, chat, progress, edits } = await setUp(2);
    chat.fail({ error: busy(20_000) });
    for (const run of ['r1', 'r2']) progress.show(run, cardOf(run));
    await clock.advance(10_000);
    progress.show('r1', cardOf('newer'));
    await clock.advance(12_999);
    assert.deepEqual(edits(), ['3000 r1']);
    await clock.advance(5000);
    assert.deepEqual(edits(), ['3000 r1', '23000 r2', '24000 newer']);
    assert.equal(await progress.end('r1'), true, 'nothing was done by the edit that was refused');
  });

  it('is left alone for ten seconds when it does not say for how long', async () => {
    const { clock, chat, progress, edits } = await setUp(2);
    chat.fail({ error: busy() });
    for (const run of ['r1', 'r2']) progress.show(run, cardOf(run));
    await clock.advance(30_000);
    assert.deepEqual(edits(), ['3000 r1', '13000 r2']);
  });
});

describe('an edit that failed', () => {
  it('for want of an answer leaves the end uncertain, and the chat alone for ten seconds', async () => {
    const { clock, chat, progress, edits } = await setUp(2);
    chat.fail({ error: away() });
    for (const run of ['r1', 'r2']) progress.show(run, cardOf(run));
    await clock.advance(3000);
    progress.show('r1', cardOf('newer'));
    await clock.advance(60_000);
    assert.deepEqual(edits(), ['3000 r1', '13000 r2', '14000 newer']);
    assert.equal(await progress.end('r1'), false);
    assert.equal(await progress.end('r2'), true);
    assert.equal(await progress.end('r1'), true, 'it was told');
  });

  it('for good is not tried again', async () => {
    const { clock, chat, progress, edits } = await setUp(1);
    chat.fail({ error: refused() });
    progress.show('r1', cardOf('a'));
    await clock.advance(5000);
    progress.show('r1', cardOf('b'));
    await clock.advance(60_000);
    assert.deepEqual(edits(), ['3000 a']);
    assert.equal(await progress.end('r1'), true);
  });
});

describe('the end', () => {
  it('of a run is the end of its edits', async () => {
    const { clock, progress, edits } = await setUp(2);
    progress.show('r1', cardOf('a'));
    progress.show('r2', cardOf('b'));
    assert.equal(await progress.end('r1'), true);
    await clock.advance(60_000);
    assert.deepEqual(edits(), ['3000 b']);
    assert.equal(await progress.end('unknown'), true);
  });

  it('waits for an edit that is under way', async () => {
    const { clock, chat, progress } = await setUp(1);
    chat.fail({ delayMs: 4000 });
    progress.show('r1', cardOf('a'));
    await clock.advance(3000);
    let isSettled: boolean | undefined;
    void progress.end('r1').then((settled) => {
      isSettled = settled;
    });
    await clock.advance(3999);
    assert.equal(isSettled, undefined);
    await clock.advance(1);
    assert.equal(isSettled, true);
    assert.deepEqual(chat.texts(), ['a']);
  });

  it('is uncertain when an edit fails without an answer while it waits', async () => {
    const { clock, chat, progress } = await setUp(1);
    chat.fail({ delayMs: 4000, error: away() });
    progress.show('r1', cardOf('a'));
    await clock.advance(3000);
    const end = progress.end('r1');
    await clock.advance(4000);
    assert.equal(await end, false);
  });

  it('does not wait longer than twelve seconds, and is uncertain then', async () => {
    const { clock, chat, progress } = await setUp(1);
    chat.fail({ delayMs: 60_000 });
    progress.show('r1', cardOf('a'));
    await clock.advance(3000);
    let isSettled: boolean | undefined;
    void progress.end('r1').then((settled) => {
      isSettled = settled;
    });
    await clock.advance(11_999);
    assert.equal(isSettled, undefined);
    await clock.advance(1);
    assert.equal(isSettled, false);
  });
});

describe('a clock that is set back', () => {
  it('does not stop what is shown', async () => {
    const clock = createFakeClock();
    let setBackMs = 0;
    const setClock = { ...clock, now: () => clock.now() - setBackMs };
    const chat = createFakeChat(clock, { editGapMs: 3000, progressGapMs: 1000 });
    const progress = createProgress(chat, setClock);
    progress.begin('r1', await chat.post({ channel: 'C1', card: cardOf('root'), key: 'k' }));
    setBackMs = 3_600_000;
    progress.show('r1', cardOf('state'));
    await clock.advance(6000);
    assert.deepEqual(chat.texts(), ['state']);
  });
});
