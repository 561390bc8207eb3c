import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewOutboxItem } from '../../../../src/core/store.ts';
import { cardOf, createOutboxScene, editItem, posting, rootItem } from './outbox-scene.ts';

const whisper = (lane: string, text: string, account = 'slack:T1/mallory'): NewOutboxItem => ({
  chat: 'slack:T1',
  lane,
  delivery: { kind: 'whisper', to: { account, channel: 'C1', via: 'v' }, card: cardOf(text) },
});
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => whisper(`m${n}`, `psst ${n}`, `slack:T1/p${n}`));
const slow = (count: number) => Array.from({ length: count }, () => ({ delayMs: 1000 }));

describe('a flood', () => {
  it('keeps at most eight deliveries under way, and room for what is urgent', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    chat.fail(...slow(100));
    await outbox.add(people(10));
    await clock.advance(1);
    assert.equal(chat.calls.length, 4);
    await outbox.add(Array.from({ length: 10 }, (_, n) => posting(`p${n}`, `post ${n}`)));
    await clock.advance(1);
    assert.equal(chat.calls.length, 6);
    const roots = Array.from({ length: 10 }, (_, n) => ({ ...rootItem, lane: `r${n}` }));
    await outbox.add(roots);
    await clock.advance(1);
    assert.equal(chat.calls.length, 8);
    await clock.advance(60_000);
    assert.deepEqual([chat.calls.length, outbox.waiting()], [30, 0]);
  });

  it('is overtaken by roots and edits, and whispers come last', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    chat.fail(...slow(100));
    await outbox.add(people(6));
    await outbox.add(Array.from({ length: 20 }, (_, n) => posting(`p${n}`, `post ${n}`)));
    await outbox.add([rootItem, editItem]);
    await clock.advance(60_000);
    const kinds = chat.calls.map(({ name, text }) => (text.startsWith('root') ? 'root' : name));
    const last = kinds.lastIndexOf('post');
    assert.deepEqual(kinds.slice(0, 7), [...Array(4).fill('whisper'), 'post', 'post', 'root']);
    assert.ok(kinds.indexOf('edit') < last, kinds.join());
    assert.deepEqual(kinds.slice(last + 1), ['whisper', 'whisper']);
  });

  it('of one person waits with five answers, and the rest is left out and told so', async () => {
    const { outbox, chat, clock, problems, disk } = await createOutboxScene();
    chat.fail(...slow(100));
    const added: unknown[] = [];
    for (let n = 0; n < 50; n++)
      added.push(...(await outbox.add([whisper(`m${n}`, `no ${n}`), whisper(`m${n}`, `why`)])));
    await outbox.add([whisper('other', 'yes', 'slack:T1/ana')]);
    assert.deepEqual([added.length, outbox.waiting(), (await disk.outbox.pending()).length], [10, 11, 11]);
    assert.deepEqual(new Set(problems), new Set(['unreachable/chat-backlog']));
    await clock.advance(11_000);
    assert.equal(chat.whispers.length, 11);
    assert.deepEqual(await outbox.add([whisper('soon', 'no')]), [], 'the chat is left to others for a while');
    await clock.advance(60_000);
    const told = chat.whispers.map(({ text }) => text);
    assert.equal(told.length, 12);
    assert.equal(told.at(-1), '91 more answers were left out: too many waited for you');
    assert.equal(chat.whispers.at(-1)?.to.via, undefined, 'the way to answer is used up by then');
    await outbox.add([whisper('m99', 'no')]);
    await clock.advance(2000);
    assert.deepEqual([chat.whispers.length, outbox.waiting()], [13, 0]);
  });

  it('that the disk does not take keeps nobody from being answered later', async () => {
    const { outbox, chat, clock, disk } = await createOutboxScene();
    const add = disk.outbox.add;
    chat.fail(...slow(5));
    for (let n = 0; n < 5; n++) await outbox.add([whisper(`m${n}`, 'no')]);
    Object.assign(disk.outbox, { add: async () => assert.fail('no space left') });
    await outbox.add([whisper('m5', 'no')]).catch(() => undefined);
    await assert.rejects(outbox.add([whisper('m4', 'more')]));
    Object.assign(disk.outbox, { add });
    await clock.advance(60_000);
    assert.equal(chat.whispers.at(-1)?.text, '1 more answers were left out: too many waited for you');
    await outbox.add([whisper('m9', 'yes')]);
    await clock.advance(1000);
    assert.equal(chat.whispers.at(-1)?.text, 'yes');
  });

  it('of whispers does not keep commands out', async () => {
    const { outbox, chat, clock } = await createOutboxScene();
    chat.fail(...slow(8));
    outbox.take(people(20_000).map((item, n) => ({ ...item, id: n + 1000, attempts: 0 })));
    await outbox.add([rootItem]);
    await clock.advance(1);
    assert.equal(chat.calls.at(-1)?.text, 'root');
    outbox.stop();
    await clock.advance(2000);
  });
});
