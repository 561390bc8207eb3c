import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { away, busy } from '../../../fakes/fake-chat.ts';
import { createOutboxScene, editItem, posting, replyItem, rootItem } from './outbox-scene.ts';

describe('a new process', () => {
  it('delivers what was never tried, lane by lane in order', async () => {
    const { create, life, outbox, chat, clock, tries } = await createOutboxScene();
    chat.fail({ delayMs: 1000, error: away() });
    await outbox.add([posting('a', 'one'), posting('a', 'two'), posting('b', 'other', clock.now() + 9000)]);
    await clock.advance(500);
    life.end();
    await clock.advance(5000);
    assert.deepEqual(chat.texts(), []);
    const next = create().outbox;
    await next.resume();
    assert.equal(next.waiting(), 3);
    await clock.advance(3499);
    assert.deepEqual(chat.texts(), ['one', 'two']);
    await clock.advance(1);
    assert.deepEqual(chat.texts(), ['one', 'two', 'other']);
    assert.deepEqual(tries(), [undefined, 0, undefined, undefined], 'only the one that the first process had tried');
  });

  it('does not post again what arrived before the old one died', async () => {
    const { create, life, outbox, chat, clock, disk } = await createOutboxScene();
    chat.fail({ answerMs: 1000 });
    await outbox.add([rootItem, editItem]);
    await clock.advance(500);
    assert.deepEqual(chat.texts(), ['root']);
    life.end();
    await clock.advance(5000);
    await create().outbox.resume();
    await clock.advance(1);
    assert.deepEqual(chat.texts(), ['end']);
    assert.deepEqual(await disk.outbox.pending(), []);
  });

  it('goes on behind a root that the old one delivered', async () => {
    const { create, life, outbox, chat, clock } = await createOutboxScene();
    chat.fail({}, { error: busy(10_000) });
    await outbox.add([rootItem, editItem, replyItem]);
    await clock.advance(500);
    life.end();
    await create().outbox.resume();
    await clock.advance(1);
    assert.deepEqual(chat.texts(), ['end', 'details']);
    assert.equal(chat.posts[1]?.ref.thread, 'p1');
  });

  it('gives what it took over the whole time again before it gives up', async () => {
    const { create, life, outbox, chat, clock, givenUp } = await createOutboxScene();
    await outbox.add([posting('a', 'one', clock.now() + 1)]);
    life.end();
    await clock.advance(3 * 24 * 60 * 60_000);
    chat.fail({ error: away() });
    await create().outbox.resume();
    await clock.advance(1000);
    assert.deepEqual([chat.texts(), givenUp], [['one'], []]);
  });
});

describe('an outbox that is stopped', () => {
  it('delivers nothing more, keeps what waits, and lets go of who waits for it to be idle', async () => {
    const { create, outbox, chat, clock, disk } = await createOutboxScene();
    chat.fail({ error: busy(5000) }, { error: away() });
    await outbox.add([posting('a', 'one'), posting('b', 'two'), posting('c', 'three', clock.now() + 5000)]);
    await clock.advance(100);
    let isIdle = false;
    void outbox.whenIdle().then(() => {
      isIdle = true;
    });
    outbox.stop();
    await clock.advance(100_000);
    assert.equal(isIdle, true);
    assert.equal(chat.calls.length, 2);
    assert.equal((await disk.outbox.pending()).length, 3);
    await create().outbox.resume();
    await clock.advance(1);
    assert.deepEqual([...chat.texts()].sort(), ['one', 'three', 'two']);
  });

  it('takes note of what was on its way when it arrives', async () => {
    const { outbox, chat, clock, disk } = await createOutboxScene();
    chat.fail({ answerMs: 1000 });
    await outbox.add([posting('a', 'one'), posting('a', 'two')]);
    await clock.advance(1);
    outbox.stop();
    await clock.advance(10_000);
    assert.deepEqual(chat.texts(), ['one']);
    assert.deepEqual(
      (await disk.outbox.pending()).map(({ id }) => id),
      [2],
    );
  });
});
