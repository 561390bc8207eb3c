import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConversations } from '../../../../src/bot/conversation/conversations.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { away, busy, createFakeChat, refused } from '../../../fakes/fake-chat.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = {
  web1: alive(() => ({ data: { ensure: '1.0' } })),
  web2: alive(() => ({ data: { ensure: '2.0' }, delayMs: 4500 })),
  web3: alive(() => undefined),
};

describe('a command in a chat', () => {
  it('becomes one root, edited while it goes on and into the summary, one thread and one file', async () => {
    const scene = createChatScene(FLEET);
    const { chat, clock, start } = scene;
    await start();
    const startedAt = clock.now();
    const run = await scene.ask('mco package status nginx');
    const story = chat.calls.map(({ name, urgency = '', at, text }) => {
      const line = text.split('\n').find((one) => /RUNNING|DISCOVERING|PARTIAL/.test(one)) ?? text.split('\n')[0];
      return `${at - startedAt} ${name} ${urgency} ${line}`;
    });
    assert.deepEqual(story, [
      '0 post  DISCOVERING · 0 nodes so far',
      '3000 edit progress RUNNING [ ==>       ] 1 / 3 · 2 s · waiting for web2, web3',
      '6000 edit progress RUNNING [ =====>    ] 2 / 3 · 5 s · waiting for web3',
      '7550 edit final PARTIAL · 2 OK · 1 NO RESPONSE of 3 · 7.5 s',
      '7550 post  Node   Ensure',
      '7550 upload  0001.csv',
    ]);
    assert.match(chat.texts()[1] ?? '', /web1 +1\.0\nweb2 +2\.0/);
    assert.equal(chat.posts[1]?.ref.thread, chat.posts[0]?.ref.id);
    assert.equal(
      chat.files[0]?.content,
      'node,outcome,status,message,elapsedMs,ensure\r\nweb1,ok,ok,,5,1.0\r\nweb2,ok,ok,,4500,2.0\r\nweb3,silent,,,,\r\n',
    );
    assert.deepEqual(
      [run.root, run.message, run.place],
      [{ channel: 'C1', id: 'p1' }, 'm1', { chat: 'slack:T1', channel: 'C1' }],
    );
    assert.deepEqual(
      scene.audit.records.map(({ event }) => event),
      ['received', 'decided', 'intent', 'answered', 'answered', 'answered', 'outcome'],
    );
    assert.deepEqual([scene.problems, await scene.store.outbox.pending(), await scene.store.runs.open()], [[], [], []]);
  });

  it('is answered in the chat where it was given, and stays unknown in the others', async () => {
    const scene = createChatScene(FLEET);
    const other = createFakeChat(scene.clock, { name: 'mattermost:chat.example.org' });
    await scene.start([scene.chat, other]);
    await other.say('package status nginx');
    await scene.clock.advance(30_000);
    assert.deepEqual(scene.chat.calls, []);
    assert.equal(other.posts.length, 2);
    assert.deepEqual(scene.audit.records[0]?.origin, {
      chat: 'mattermost',
      channel: 'chat.example.org/C1',
      message: 'm1',
    });
    await scene.chat.say('show 0001');
    await scene.clock.advance(1000);
    assert.match(scene.chat.whispers[0]?.text ?? '', /no run of this channel ends in `0001`/);
  });

  it('is not held up by another one that can not be delivered', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    scene.chat.fail({ error: busy(50_000) });
    await scene.chat.say('package status nginx');
    await scene.chat.say('package status bash');
    await scene.clock.advance(20_000);
    assert.deepEqual(
      scene.chat.texts().map((text) => text.split('\n')[0]),
      ['@ana · package status bash · read · run 0002', 'Node   Ensure'],
    );
  });

  it('whose edit of unknown fate may come late has its summary put there once more', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    scene.chat.fail({ on: 'edit', error: away() });
    await scene.ask('package status nginx');
    const finals = scene.chat.calls.filter(({ urgency }) => urgency === 'final');
    assert.equal(finals.length, 2);
    assert.equal((finals[1]?.at ?? 0) - (finals[0]?.at ?? 0), 15_000);
    assert.equal(finals[0]?.text, finals[1]?.text);
  });

  it('that was sent is never told as not sent, though its end can not be written down at once', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    const finish = scene.store.runs.finish;
    let failures = 1;
    Object.assign(scene.store.runs, {
      finish: async (...end: Parameters<typeof finish>) => {
        if (failures-- > 0) throw new McoError('failed/store', 'no space left');
        return await finish(...end);
      },
    });
    await scene.ask('package update nginx');
    assert.doesNotMatch(scene.chat.whispers.map(({ text }) => text).join(), /NOT SENT/);
    assert.match(scene.chat.texts()[0] ?? '', /PARTIAL · 2 OK/);
  });
});

describe('what is lost', () => {
  it('is told to the log with its reason', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    scene.chat.fail({ on: 'upload', error: refused() });
    await scene.ask('package status nginx');
    assert.deepEqual(
      scene.problems.map(({ code, message }) => [code, message]),
      [['failed/chat-refused', 'a message (file) to slack:T1 was given up: the channel is archived']],
    );
  });

  it('at the bot’s door is handed on with the chat’s name', async () => {
    const told: string[] = [];
    const scene = createChatScene(FLEET);
    await scene.start();
    const conversations = createConversations(scene.bot(), {
      chats: [scene.chat],
      onRefusal: (chat, { error }) => void told.push(`${chat} ${error.code}`),
      onProblem: () => {},
    });
    await conversations.resume();
    await conversations.start();
    await scene.chat.press(undefined, 'again');
    assert.deepEqual(told, ['slack:T1 untrusted/foreign-click']);
  });
});
