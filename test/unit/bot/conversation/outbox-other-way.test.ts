import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunReport } from '../../../../src/core/report.ts';
import { away, busy, type Fault, refused } from '../../../fakes/fake-chat.ts';
import { cardOf, createOutboxScene, editItem, ofRun, posting, RUN, replyItem, rootItem } from './outbox-scene.ts';

const MINUTE = 60_000;
const many = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

/** A run that has ended, whose root stands. */
async function setUp(thread?: string) {
  const scene = await createOutboxScene();
  await scene.outbox.add([{ ...rootItem, delivery: { ...rootItem.delivery, thread } as typeof rootItem.delivery }]);
  await scene.clock.advance(1);
  const run = await scene.disk.runs.find(RUN);
  await scene.disk.runs.finish({ header: run?.header, results: [], outcome: 'OK' } as unknown as RunReport);
  return scene;
}

describe('the end of a run', () => {
  it('whose root was deleted is posted where the root stood, without buttons', async () => {
    for (const thread of [undefined, 'T9']) {
      const { outbox, chat, clock, givenUp } = await setUp(thread);
      chat.fail({ on: 'edit', error: refused() });
      const card = { ...cardOf('end'), buttons: [{ action: 'again', label: 'Run again', run: RUN }] } as const;
      await outbox.add([ofRun({ kind: 'edit', run: RUN, card })]);
      await clock.advance(1000);
      assert.deepEqual(chat.texts(), ['root', 'end']);
      assert.deepEqual([chat.posts[1]?.ref.channel, chat.posts[1]?.ref.thread], ['C1', thread]);
      assert.deepEqual([givenUp.length, chat.whispers.length, outbox.waiting()], [1, 0, 0]);
    }
  });

  it('in a channel that takes nothing any more is told its requester alone, once', async () => {
    const { outbox, chat, clock } = await setUp();
    chat.fail(...many(9, { on: 'edit', error: refused() }), ...many(9, { on: 'post', error: refused() }));
    await outbox.add([editItem, replyItem]);
    await clock.advance(MINUTE);
    assert.deepEqual(
      chat.whispers.map(({ to, text }) => [to.account, to.channel, text]),
      [['slack:T1/ana', 'C1', 'end']],
    );
    assert.equal(outbox.waiting(), 0);
  });

  it('is not told once more where only its repetition was refused, or an answer of another kind', async () => {
    const { outbox, chat, clock } = await setUp();
    chat.fail(...many(2, { on: 'edit', error: refused() }), ...many(9, { on: 'post', error: refused() }));
    await outbox.add([{ ...editItem, notBefore: clock.now() + 10 }, posting('m1', 'answer'), replyItem]);
    await clock.advance(MINUTE);
    assert.deepEqual([chat.texts(), chat.whispers], [['root'], []]);
  });
});

describe('an item that the service fails for ever', () => {
  it('is given up after some minutes where others get through, and its lane goes on', async () => {
    const { outbox, chat, clock, givenUp } = await setUp();
    chat.fail(...many(500, { on: 'edit', error: away() }));
    await outbox.add([editItem, replyItem]);
    for (let n = 0; n < 9; n++) {
      await outbox.add([posting(`other ${n}`, 'other')]);
      await clock.advance(MINUTE);
    }
    assert.equal(givenUp.length, 0);
    await clock.advance(2 * MINUTE);
    assert.deepEqual(
      givenUp.map(({ item, code }) => [item.delivery.kind, code]),
      [['edit', 'unreachable/chat']],
    );
    assert.deepEqual(chat.texts().slice(-2), ['details', 'end']);
  });

  it('is tried on where nothing else gets through either', async () => {
    const { outbox, chat, clock, givenUp } = await setUp();
    chat.fail(...many(150, { error: away() }));
    await outbox.add([editItem]);
    for (let n = 0; n < 5; n++) {
      await outbox.add([posting(`other ${n}`, 'other')]);
      await clock.advance(2 * MINUTE);
    }
    await clock.advance(60 * MINUTE);
    assert.deepEqual([givenUp, chat.texts()[0]], [[], 'end']);
  });
});

describe('a clock that is set', () => {
  it('a day ahead gives nothing up that waited for seconds', async () => {
    const scene = await createOutboxScene();
    let aheadMs = 0;
    const { clock, chat } = scene;
    const now = clock.now.bind(clock);
    Object.assign(clock, { now: () => now() + aheadMs });
    chat.fail(...many(3, { delayMs: 1000, error: away() }), { error: busy(1000) });
    await scene.outbox.add([posting('a', 'one')]);
    await clock.advance(500);
    aheadMs = 25 * 60 * MINUTE;
    await clock.advance(20_000);
    assert.deepEqual([chat.texts(), scene.givenUp], [['one'], []]);
  });

  it('back has what was tried looked for in the past, and holds nothing back', async () => {
    const scene = await createOutboxScene();
    let aheadMs = 60 * MINUTE;
    const { clock, chat } = scene;
    const now = clock.now.bind(clock);
    Object.assign(clock, { now: () => now() + aheadMs });
    chat.fail({ error: away() });
    await scene.outbox.add([posting('a', 'one')]);
    await clock.advance(10);
    await scene.outbox.add([posting('b', 'later', clock.now() + 1000)]);
    aheadMs = 0;
    await scene.outbox.add([posting('c', 'much later', clock.now() + 60 * MINUTE)]);
    await clock.advance(MINUTE);
    assert.deepEqual([...chat.texts()].sort(), ['later', 'much later', 'one']);
    const tried = chat.calls.filter(({ text }) => text === 'one').at(-1);
    assert.ok((tried?.firstTriedAt ?? Number.POSITIVE_INFINITY) <= (tried?.at ?? 0));
  });
});
