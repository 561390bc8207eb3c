import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../../src/core/errors.ts';
import { away, busy, refused } from '../../../fakes/fake-chat.ts';
import { createOutboxScene, editItem, ofRun, posting, RUN, replyItem, rootItem, whisperItem } from './outbox-scene.ts';

const HOUR = 60 * 60_000;

describe('a lane', () => {
  it('is delivered in order, and nothing of it before what comes first is there', async () => {
    const { outbox, chat, clock, calls } = await createOutboxScene();
    chat.fail({ delayMs: 500 }, { answerMs: 700 });
    await outbox.add([posting('a', 'one'), posting('a', 'two')]);
    await outbox.add([posting('a', 'three')]);
    await clock.advance(5000);
    assert.deepEqual(calls(), ['0 post one', '500 post two', '1200 post three']);
    assert.deepEqual(chat.texts(), ['one', 'two', 'three']);
  });

  it('does not wait for another one', async () => {
    const { outbox, chat, clock, calls } = await createOutboxScene();
    chat.fail({ error: busy(20_000) }, { delayMs: 30 });
    await outbox.add([posting('a', 'one'), posting('b', 'first'), posting('b', 'second')]);
    await clock.advance(20_000);
    assert.deepEqual(calls(), ['0 post one', '0 post first', '30 post second', '20000 post one']);
  });

  it('waits for the moment before which it must not go on', async () => {
    const { outbox, clock, calls } = await createOutboxScene();
    await outbox.add([posting('a', 'later', clock.now() + 4000), posting('a', 'then'), posting('b', 'now')]);
    await clock.advance(10_000);
    assert.deepEqual(calls(), ['0 post now', '4000 post later', '4000 post then']);
  });

  it('of a run leads from its root to its thread, and the root is kept with the run', async () => {
    const { outbox, chat, disk, clock } = await createOutboxScene();
    await outbox.add([rootItem, editItem, replyItem, ofRun({ kind: 'file', run: RUN, format: 'csv' })]);
    await clock.advance(1);
    assert.deepEqual((await disk.runs.find(RUN))?.root, { channel: 'C1', id: 'p1' });
    assert.deepEqual(chat.texts(), ['end', 'details']);
    assert.equal(chat.posts[1]?.ref.thread, 'p1');
    assert.equal(chat.calls[1]?.urgency, 'final');
    assert.deepEqual(
      chat.files.map(({ name, thread, content }) => [name, thread, content]),
      [['x.csv', 'p1', 'a,b']],
    );
    assert.equal(new Set(chat.calls.flatMap(({ key }) => key ?? [])).size, 3, 'each has a key of its own');
  });

  it('names what it posts after its store, as another bot may post with the same account', async () => {
    const scenes = [await createOutboxScene(), await createOutboxScene()];
    const keys: (string | undefined)[] = [];
    for (const { outbox, chat, clock, disk } of scenes) {
      await outbox.add([posting('a', 'one')]);
      await clock.advance(1);
      assert.equal(chat.calls[0]?.key, `mco:${disk.id}:1`);
      keys.push(chat.calls[0]?.key);
    }
    assert.notEqual(keys[0], keys[1]);
    assert.match(keys[0] ?? '', /^[A-Za-z0-9:._-]{1,45}$/);
  });

  it('of a run whose root stands in a thread goes on in that thread', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    const inThread = { ...rootItem, delivery: { ...rootItem.delivery, thread: 'T9' } };
    await outbox.add([inThread, replyItem, ofRun({ kind: 'file', run: RUN, format: 'json' })]);
    await clock.advance(1);
    assert.deepEqual([chat.posts[1]?.ref.thread, chat.files[0]?.thread], ['T9', 'T9']);
  });
});

describe('a chat that is busy', () => {
  it('is asked again exactly when it said, without growing pauses and without a doubt', async () => {
    const { outbox, chat, clock, calls, tries, problems } = await createOutboxScene();
    chat.fail({ error: busy(7300) }, { error: busy(200) }, { error: busy() });
    await outbox.add([posting('a', 'one')]);
    await clock.advance(7299);
    assert.equal(calls().length, 1);
    await clock.advance(60_000);
    assert.deepEqual(calls(), ['0 post one', '7300 post one', '7500 post one', '8500 post one']);
    assert.deepEqual(tries(), [undefined, undefined, undefined, undefined], 'nothing was done');
    assert.deepEqual(problems, [], 'and nothing is wrong');
    assert.equal(outbox.waiting(), 0);
  });
});

describe('a chat that is away', () => {
  it('is asked after pauses that double up to a minute', async () => {
    const { outbox, chat, clock, calls } = await createOutboxScene();
    chat.fail(...Array.from({ length: 9 }, () => ({ error: away() })));
    await outbox.add([posting('a', 'one')]);
    await clock.advance(300_000);
    const at = calls().map((call) => Number(call.split(' ')[0]) / 1000);
    assert.deepEqual(at, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    assert.deepEqual(chat.texts(), ['one']);
  });

  it('is told since when a message may be there, and has it once', async () => {
    const { outbox, chat, clock, tries, problems } = await createOutboxScene();
    chat.fail({ error: busy(500) }, { error: away(), isDone: true }, { error: busy(100) });
    await outbox.add([posting('a', 'one')]);
    await clock.advance(10_000);
    assert.deepEqual(tries(), [undefined, undefined, 500, 500], 'only what was tried and not refused may be there');
    assert.deepEqual(chat.texts(), ['one']);
    assert.deepEqual(problems, ['unreachable/chat']);
  });

  it('gets nothing any more after a day, and whoever was to be told alone after a quarter of an hour', async () => {
    const { outbox, chat, clock, givenUp, disk } = await createOutboxScene();
    chat.fail(...Array.from({ length: 5000 }, () => ({ error: busy(60_000) })));
    const [post] = await outbox.add([posting('a', 'one'), whisperItem]);
    const told = assert.rejects(outbox.whenDelivered(post ?? assert.fail()), { code: 'unreachable/chat-busy' });
    await clock.advance(15 * 60_000);
    assert.equal(givenUp.length, 0);
    await clock.advance(60_000);
    assert.deepEqual(
      givenUp.map(({ item, code }) => [item.delivery.kind, code]),
      [['whisper', 'unreachable/chat-busy']],
    );
    await clock.advance(24 * HOUR - 16 * 60_000);
    assert.equal(givenUp.length, 1);
    await clock.advance(60_000);
    assert.deepEqual(givenUp.at(-1)?.item.delivery.kind, 'post');
    await told;
    assert.deepEqual([outbox.waiting(), await disk.outbox.pending()], [0, []]);
  });
});

describe('what a chat refuses for good', () => {
  it('is given up at once, with its reason, and the lane goes on', async () => {
    const { outbox, chat, clock, givenUp, calls, disk } = await createOutboxScene();
    chat.fail({ error: refused() });
    const [item] = await outbox.add([posting('a', 'one'), posting('a', 'two')]);
    await assert.rejects(outbox.whenDelivered(item ?? assert.fail()), { code: 'failed/chat-refused' });
    await clock.advance(100_000);
    assert.deepEqual(calls(), ['0 post one', '0 post two']);
    assert.deepEqual(
      givenUp.map(({ item: lost, code }) => [lost.id, code]),
      [[1, 'failed/chat-refused']],
    );
    assert.deepEqual(await disk.outbox.pending(), []);
  });

  it('takes the rest of its run with it, as there is nowhere to show it', async () => {
    const { outbox, chat, clock, givenUp } = await createOutboxScene();
    chat.fail({ error: refused() });
    await outbox.add([rootItem, editItem, replyItem, whisperItem]);
    await clock.advance(1);
    assert.deepEqual(
      givenUp.map(({ code }) => code),
      ['failed/chat-refused', 'failed/no-root', 'failed/no-root'],
    );
    assert.equal(chat.whispers.length, 1);
  });

  it('is also what belongs to a chat that is not there any more', async () => {
    const { outbox, clock, givenUp } = await createOutboxScene({ chats: new Map() });
    await outbox.add([posting('a', 'one')]);
    await clock.advance(1);
    assert.deepEqual(
      givenUp.map(({ code }) => code),
      ['failed/no-chat'],
    );
  });
});

describe('the final edit', () => {
  it('comes after the progress edits of its run were ended, and only then', async () => {
    const ended: string[] = [];
    const { outbox, chat, clock } = await createOutboxScene({
      endProgress: async (run) => {
        ended.push(`${run} after ${chat.calls.length} calls`);
        return true;
      },
    });
    await outbox.add([rootItem, editItem, replyItem]);
    await clock.advance(60_000);
    assert.deepEqual(ended, [`${RUN} after 1 calls`]);
    assert.equal(chat.calls.length, 3, 'once');
  });

  it('is made again after the rest where an earlier edit of unknown fate may overtake it', async () => {
    let answers = [false];
    const { outbox, chat, clock, calls } = await createOutboxScene({
      endProgress: () => Promise.resolve(answers.shift() ?? true),
    });
    chat.fail({}, { error: busy(100) });
    await outbox.add([rootItem, editItem, replyItem]);
    await clock.advance(60_000);
    assert.deepEqual(calls(), ['0 post root', '0 edit end', '100 edit end', '100 post details', '15100 edit end']);
    answers = [];
    assert.equal(outbox.waiting(), 0);
  });
});

describe('whoever waits', () => {
  it('learns where a post stands, and when a lane is empty', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    const told: unknown[] = [];
    chat.fail({ delayMs: 1000 }, { delayMs: 1000 });
    const [one, two] = await outbox.add([posting('a', 'one'), posting('a', 'two')]);
    void outbox.whenDelivered(one ?? assert.fail()).then((post) => told.push(post));
    void outbox.whenDelivered(two ?? assert.fail()).then((post) => told.push(post));
    void outbox.whenEmpty('a').then(() => told.push('empty'));
    void outbox.whenIdle().then(() => told.push('idle'));
    await outbox.whenEmpty('b');
    await clock.advance(999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, [{ channel: 'C1', id: 'p1' }]);
    await clock.advance(1000);
    assert.deepEqual(told, [{ channel: 'C1', id: 'p1' }, { channel: 'C1', id: 'p2' }, 'empty', 'idle']);
    assert.equal(outbox.waiting(), 0);
  });

  it('is refused when too much waits already', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    chat.fail({ delayMs: 1000 });
    await outbox.add([posting('a', 'one')]);
    outbox.take(Array.from({ length: 19_999 }, (_, i) => ({ ...posting('a', 'x'), id: i + 2, attempts: 0 })));
    await assert.rejects(outbox.add([posting('b', 'more')]), { code: 'unreachable/chat-backlog' });
    outbox.stop();
    await clock.advance(1000);
  });
});

describe('a store that fails', () => {
  it('before a try keeps the message back until it is written down', async () => {
    const { outbox, disk, chat, clock, problems } = await createOutboxScene();
    const noteAttempt = disk.outbox.noteAttempt;
    let failures = 2;
    Object.assign(disk.outbox, {
      noteAttempt: async (id: number, at: number) => {
        if (failures-- > 0) throw new McoError('failed/store', 'no space left');
        await noteAttempt(id, at);
      },
    });
    await outbox.add([posting('a', 'one')]);
    await clock.advance(2999);
    assert.deepEqual(chat.calls, []);
    await clock.advance(1);
    assert.deepEqual(chat.texts(), ['one']);
    assert.deepEqual(problems, ['failed/store', 'failed/store']);
  });

  it('after a delivery does not have it delivered again', async () => {
    const { outbox, disk, chat, clock, problems } = await createOutboxScene();
    Object.assign(disk.outbox, {
      noteDelivered: async () => {
        throw new McoError('failed/store', 'no space left');
      },
    });
    const [item] = await outbox.add([whisperItem]);
    const delivered = outbox.whenDelivered(item ?? assert.fail());
    await clock.advance(HOUR);
    await delivered;
    assert.equal(chat.whispers.length, 1);
    assert.deepEqual(problems, ['failed/store']);
  });

  it('after a root was posted is tried until it knows where the root stands, which is posted once', async () => {
    const { outbox, disk, chat, clock } = await createOutboxScene();
    const noteDelivered = disk.outbox.noteDelivered;
    let failures = 2;
    Object.assign(disk.outbox, {
      noteDelivered: async (...args: Parameters<typeof noteDelivered>) => {
        if (failures-- > 0) throw new McoError('failed/store', 'no space left');
        await noteDelivered(...args);
      },
    });
    await outbox.add([rootItem, editItem, replyItem]);
    await clock.advance(10_000);
    assert.deepEqual(chat.texts(), ['end', 'details']);
  });

  it('adds nothing', async () => {
    const { outbox, disk, chat, clock } = await createOutboxScene();
    disk.close();
    await assert.rejects(outbox.add([posting('a', 'one')]), { code: 'failed/store' });
    await clock.advance(1000);
    assert.deepEqual([chat.calls, outbox.waiting()], [[], 0]);
  });
});
