import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openThread } from '../../../../src/bot/conversation/chat-surface.ts';
import type { NewOutboxItem } from '../../../../src/core/store.ts';
import { away, busy, refused } from '../../../fakes/fake-chat.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = { web1: alive(() => ({ data: { ensure: '1.0' } })), web2: alive(() => undefined) };

describe('the root message', () => {
  it('stands before anything is asked of a node', async () => {
    const { start, chat, clock, bus } = createChatScene(FLEET);
    await start();
    chat.fail({ answerMs: 5000 });
    await chat.say('package status nginx');
    await clock.advance(4999);
    assert.deepEqual(bus.published, []);
    assert.match(chat.texts()[0] ?? '', /^@ana · package status nginx · read · run 0001\nDISCOVERING/);
    await clock.advance(1);
    assert.equal(bus.published.length, 1);
  });

  it('that the chat does not take leaves everything unsent, and the requester is told alone', async () => {
    const { start, chat, ask, bus, audit, store } = createChatScene(FLEET);
    await start();
    chat.fail({ error: refused() });
    const run = await ask('package update nginx');
    assert.deepEqual(bus.published, []);
    assert.equal(run.end?.outcome, 'NOT SENT');
    assert.equal(run.end.problem?.code, 'failed/chat-refused');
    assert.equal(audit.records.at(-1)?.result, 'NOT SENT');
    assert.deepEqual(chat.posts, []);
    assert.equal(chat.whispers.length, 1);
    assert.match(chat.whispers[0]?.text ?? '', /NOT SENT · the channel is archived/);
    assert.deepEqual(await store.outbox.pending(), []);
  });

  it('that takes longer than a minute leaves everything unsent, and says so when it gets there', async () => {
    const { start, chat, ask, clock, bus, lastRun } = createChatScene(FLEET);
    await start();
    chat.fail({ error: busy(50_000), on: 'post' }, { error: busy(50_000), on: 'post' });
    await ask('package status nginx');
    await clock.advance(29_999);
    assert.equal((await lastRun()).end, undefined);
    await clock.advance(1);
    assert.equal((await lastRun()).end?.problem?.code, 'unreachable/chat-root');
    assert.match(chat.whispers[0]?.text ?? '', /NOT SENT/);
    await clock.advance(60_000);
    assert.deepEqual(bus.published, []);
    assert.match(chat.texts().join(), /NOT SENT/);
    assert.doesNotMatch(chat.texts().join(), /DISCOVERING/);
  });

  it('is posted where the command was given', async () => {
    const { start, chat, ask } = createChatScene(FLEET);
    await start();
    await ask('package status nginx', { thread: 'T5', channel: 'C1' });
    assert.deepEqual(
      chat.posts.map(({ ref }) => ref.thread),
      ['T5', 'T5'],
    );
    assert.equal(chat.files[0]?.thread, 'T5');
  });
});

describe('a run', () => {
  it('shows how it goes in its root, unless that is not wanted', async () => {
    for (const [option, isShown] of [
      ['', true],
      ['--no-progress', false],
      ['-q', false],
    ] as const) {
      const { start, chat, ask } = createChatScene(FLEET);
      await start();
      await ask(`package status nginx ${option}`);
      assert.equal(
        chat.calls.some(({ urgency }) => urgency === 'progress'),
        isShown,
        option,
      );
      assert.match(chat.texts()[0] ?? '', /PARTIAL · 1 OK · 1 NO RESPONSE of 2/);
    }
  });

  it('ends in the same stroke as its summary, details and file wait to be delivered', async () => {
    const scene = createChatScene(FLEET);
    const strokes: (readonly NewOutboxItem[])[] = [];
    const finish = scene.store.runs.finish;
    Object.assign(scene.store.runs, {
      finish: (...[report, items = []]: Parameters<typeof finish>) => {
        strokes.push(items);
        return finish(report, items);
      },
    });
    await scene.start();
    const run = await scene.ask('package status nginx');
    assert.deepEqual(
      strokes[0]?.map(({ lane, chat, delivery: { kind } }) => [lane === run.id, chat, kind]),
      [
        [true, 'slack:T1', 'edit'],
        [true, 'slack:T1', 'reply'],
        [true, 'slack:T1', 'file'],
      ],
    );
    assert.deepEqual(strokes.slice(1), [[]]);
  });

  it('is delivered to the last word however often the chat fails', async () => {
    const { start, chat, clock, ask, thread } = createChatScene(FLEET);
    await start();
    const faults = [{ error: away(), isDone: true }, { error: busy(4000) }, { error: away() }];
    await chat.say('package status nginx');
    await clock.advance(5000);
    chat.fail(...(['edit', 'post', 'upload'] as const).flatMap((on) => faults.map((fault) => ({ ...fault, on }))));
    await ask('health');
    await clock.advance(60_000);
    assert.match(chat.texts()[0] ?? '', /^@ana .*\nPARTIAL/);
    assert.equal(thread().length, 1);
    assert.equal(chat.files.length, 1);
  });

  it('shows no progress any more once it is over, though its root is only seen then', async () => {
    const scene = createChatScene({ web1: alive() });
    await scene.start();
    const { id, header, end, root } = await scene.ask('find');
    const calls = scene.chat.calls.length;
    let see = (_: typeof root): void => {};
    const shown = new Promise<typeof root>((resolve) => {
      see = resolve;
    });
    const thread = openThread(scene.conversations().of(scene.chat), { run: id, shown });
    await thread.finish({ ...(end ?? assert.fail()), results: [] });
    thread.update({ state: 'discovering', header, found: 1 });
    see(root);
    await thread.whenShown();
    thread.update({ state: 'discovering', header, found: 2 });
    await scene.clock.advance(60_000);
    assert.equal(scene.chat.calls.length, calls, 'nor is its end told twice');
  });

  it('has its file in the format that was asked for, and none where the chat has no files or nobody answered', async () => {
    const json = createChatScene(FLEET);
    await json.start();
    await json.ask('package status nginx --json');
    assert.deepEqual(
      json.chat.files.map(({ name }) => name),
      ['0001.json'],
    );
    const bare = createChatScene(FLEET, { traits: { hasFiles: false } });
    await bare.start();
    await bare.ask('package status nginx');
    const empty = createChatScene({});
    await empty.start();
    await empty.ask('package status nginx');
    assert.deepEqual([bare.chat.files, empty.chat.files], [[], []]);
    assert.match(empty.chat.texts().join(), /NO MATCH/);
  });
});

describe('a run that is shown again', () => {
  const shown = async (command: string, thread?: string) => {
    const scene = createChatScene(FLEET);
    await scene.start();
    await scene.ask('package status nginx');
    const posts = scene.chat.posts.length;
    await scene.ask(command, thread === undefined ? {} : { thread });
    return { ...scene, posts: scene.chat.posts.slice(posts) };
  };

  it('in the channel is for the requester alone', async () => {
    const { posts, chat } = await shown('show last');
    assert.deepEqual(posts, []);
    assert.match(chat.whispers[0]?.text ?? '', /PARTIAL · 1 OK/);
    assert.match(chat.whispers[1]?.text ?? '', /web1 +1\.0/);
    assert.deepEqual(chat.whispers[0]?.to, {
      account: 'slack:T1/ana',
      channel: 'C1',
      thread: undefined,
      via: 'via-m2',
    });
    assert.equal(chat.files.length, 1, 'the file is there already');
  });

  it('in a thread is for everybody there', async () => {
    const { posts, chat } = await shown('show last', 'p1');
    assert.deepEqual(
      posts.map(({ ref }) => ref.thread),
      ['p1', 'p1'],
    );
    assert.deepEqual(chat.whispers, []);
  });

  it('comes with the file that was asked for, in the run’s thread', async () => {
    const { chat } = await shown('show 0001 --json');
    assert.deepEqual(
      chat.files.map(({ name, thread }) => [name, thread]),
      [
        ['0001.csv', 'p1'],
        ['0001.json', 'p1'],
      ],
    );
  });
});

describe('what is for the requester alone', () => {
  it('is whispered where they asked: answers, denials and mistakes', async () => {
    const { start, chat, ask, clock } = createChatScene(FLEET);
    await start();
    await chat.say('help', { thread: 'T5' });
    await chat.say('package staus nginx');
    await clock.advance(1000);
    assert.deepEqual(chat.posts, []);
    assert.deepEqual(chat.whispers[0]?.to, { account: 'slack:T1/ana', channel: 'C1', thread: 'T5', via: 'via-m1' });
    assert.match(chat.whispers.at(-1)?.text ?? '', /NOT SENT · unknown action `staus`/);
    await assert.rejects(ask('whoami'), 'it makes no run');
  });
});
