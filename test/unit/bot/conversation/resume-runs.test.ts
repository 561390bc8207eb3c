import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../../src/core/errors.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import type { StoredRequest } from '../../../../src/core/store.ts';
import { renderCardText } from '../../../../src/render/render-card-text.ts';
import { busy, createFakeChat, type FakeChat } from '../../../fakes/fake-chat.ts';
import { type ChatScene, createChatScene } from '../chat-scene.ts';
import { alive, type Script, sendReply } from '../scripted-fleet.ts';

/** Answers the action after so long. */
const after = (delayMs: number): Script => alive(() => ({ delayMs, data: { ensure: '1.0' } }));

const mute: Script = alive(() => undefined);

/** Says a command and kills the bot so long after. */
async function killAfter(scene: ChatScene, ms: number, command = 'package status nginx') {
  await scene.start();
  await scene.chat.say(command);
  await scene.clock.advance(ms);
  assert.equal((await scene.lastRun()).end, undefined, 'it was not over');
  scene.die();
}

async function restart(scene: ChatScene, chats?: readonly FakeChat[]) {
  await scene.start(chats);
  await scene.clock.advance(60_000);
  return await scene.lastRun();
}

/** Nothing is open any more, on disk or in memory. */
async function assertAllClosed({ store, bot }: ChatScene) {
  assert.deepEqual(
    [await store.runs.open(), await store.outbox.pending(), await store.inbox.open(), bot().active.ids()],
    [[], [], [], []],
  );
}

describe('a run that the bot left', () => {
  it('before it knew whom to ask was never sent, and its root says so', async () => {
    const scene = createChatScene({ web1: after(10) });
    await killAfter(scene, 500);
    const published = scene.bus.published.length;
    const { end } = await restart(scene);
    assert.deepEqual([end?.outcome, end?.counts.targeted], ['NOT SENT', 0]);
    assert.equal(end?.problem?.code, 'unreachable/restarted');
    assert.match(scene.chat.texts()[0] ?? '', /NOT SENT · the bot was restarted before anything was asked/);
    assert.equal(scene.bus.published.length, published, 'nothing is sent by itself');
    assert.equal(scene.audit.records.at(-1)?.event, 'outcome');
    assert.equal(scene.audit.records.at(-1)?.result, 'NOT SENT');
    await assertAllClosed(scene);
  });

  it('with a list of nodes but no request is not sent to any of them', async () => {
    const scene = createChatScene({ web1: after(10), web2: after(10) });
    Object.assign(scene.store.runs, { addRequests: () => new Promise(() => {}) });
    await killAfter(scene, 5000);
    const { end, nodes } = await restart(scene);
    assert.deepEqual(nodes, ['web1', 'web2']);
    assert.deepEqual([end?.outcome, end?.counts.notSent], ['NOT SENT', 2]);
    await assertAllClosed(scene);
  });

  it('counts the answers that were on disk and those that waited in its queue', async () => {
    const scene = createChatScene({ web1: after(10), web2: after(2000), web3: after(4000), web4: mute });
    await killAfter(scene, 2500);
    await scene.clock.advance(1500);
    assert.deepEqual(
      (await scene.store.runs.resultsOf((await scene.lastRun()).id)).map(({ node }) => node),
      ['web1'],
    );
    const requests = scene.requests().length;
    const { id, end } = await restart(scene);
    const results = await scene.store.runs.resultsOf(id);
    assert.deepEqual(
      results.map(({ node, outcome }) => [node, outcome]),
      [
        ['web1', 'ok'],
        ['web2', 'ok'],
        ['web3', 'ok'],
        ['web4', 'unknown'],
      ],
    );
    assert.deepEqual([end?.outcome, end?.counts.ok, end?.counts.unknown], ['UNKNOWN', 3, 1]);
    assert.equal(end?.aggregates[0]?.values[0]?.count, 3);
    assert.equal(scene.requests().length, requests, 'nobody is asked twice');
    assert.match(scene.chat.texts()[0] ?? '', /UNKNOWN · 3 OK · 1 UNKNOWN of 4/);
    assert.equal(scene.thread().length, 1);
    assert.deepEqual(
      scene.chat.files.map(({ thread }) => thread),
      ['p1'],
    );
    await assertAllClosed(scene);
  });

  it('is as well as any other when everybody has answered', async () => {
    const scene = createChatScene({ web1: after(2000), web2: after(2000) });
    await killAfter(scene, 2000);
    await scene.start();
    await scene.clock.advance(1500);
    const { end } = await scene.lastRun();
    assert.deepEqual([end?.outcome, end?.problem, end?.counts.ok], ['OK', undefined, 2]);
    assert.match(scene.chat.texts()[0] ?? '', /OK · 2/);
    await assertAllClosed(scene);
  });

  it('of which nobody answers is unknown, never silent or unsent', async () => {
    const scene = createChatScene({ web1: mute, web2: mute });
    await killAfter(scene, 3000, 'package update nginx');
    const { end } = await restart(scene);
    assert.deepEqual([end?.outcome, end?.counts.unknown, end?.counts.silent], ['UNKNOWN', 2, 0]);
    assert.match(scene.chat.texts()[0] ?? '', /whether the unknown ones carried it out is not known/);
  });

  it('tells in its thread what comes after it was closed, and changes no count', async () => {
    const scene = createChatScene({ web1: after(20_000), web2: mute });
    await killAfter(scene, 3000);
    const { end } = await restart(scene);
    assert.equal(end?.counts.unknown, 2);
    await scene.clock.advance(30_000);
    const told = scene.thread().map(({ cards }) => cards.map(renderCardText).join('\n'));
    assert.ok(
      told.some((text) => /LATE · 1 answer .*: 1 OK/.test(text)),
      told.join('\n'),
    );
    assert.equal((await scene.lastRun()).end?.counts.unknown, 2);
  });

  it('with waves still to come sends none of them', async () => {
    const scene = createChatScene({ n0: after(10), n1: after(10), n2: after(10) });
    await killAfter(scene, 1800, 'package update nginx --batch 1 --batch-sleep 5');
    const asked = scene.requests().map(({ audience }) => audience);
    assert.deepEqual(asked, ['n0']);
    const { end } = await restart(scene);
    assert.deepEqual([end?.counts.ok, end?.counts.notSent], [1, 2]);
    assert.equal(scene.requests().length, 1);
    assert.equal(end?.outcome, 'PARTIAL');
  });

  it('waits for nodes as long as they were given, and three seconds at least', async () => {
    const scene = createChatScene({ web1: mute });
    await killAfter(scene, 2000);
    await scene.start();
    await scene.clock.advance(5400);
    assert.equal((await scene.lastRun()).end, undefined);
    await scene.clock.advance(300);
    assert.notEqual((await scene.lastRun()).end, undefined);

    const later = createChatScene({ web1: mute });
    await killAfter(later, 2000);
    await later.clock.advance(600_000);
    await later.start();
    await later.clock.advance(2900);
    assert.equal((await later.lastRun()).end, undefined);
    await later.clock.advance(200);
    assert.notEqual((await later.lastRun()).end, undefined);
  });

  it('believes nobody who was not asked, and nobody twice', async () => {
    const scene = createChatScene({ web1: after(2000), web2: mute });
    await killAfter(scene, 1500, 'package status nginx -I web1 -I web2');
    const forWeb1 = scene.requests().find(({ audience }) => audience === 'web1') ?? assert.fail();
    await sendReply(scene.bus, forWeb1, { sender: 'web2', data: { ensure: 'forged' } });
    await sendReply(scene.bus, forWeb1, { sender: 'web9', data: { ensure: 'forged' } });
    await sendReply(scene.bus, forWeb1, { sender: 'web1', data: { ensure: 'first' } });
    await sendReply(scene.bus, forWeb1, { sender: 'web1', data: { ensure: 'second' } });
    const { id } = await restart(scene);
    assert.deepEqual(
      (await scene.store.runs.resultsOf(id)).map(({ node, outcome, data }) => [node, outcome, data]),
      [
        ['web1', 'ok', { ensure: 'first' }],
        ['web2', 'unknown', {}],
      ],
    );
  });

  it('can be cancelled while it is taken up again', async () => {
    const scene = createChatScene({ web1: mute, web2: after(10) });
    await killAfter(scene, 4000, 'package status nginx --timeout 60');
    await scene.start();
    await scene.clock.advance(1000);
    await scene.chat.say('cancel 0001', { account: 'slack:T1/raj' });
    await scene.clock.advance(1000);
    const { end } = await scene.lastRun();
    assert.deepEqual([end?.outcome, end?.cancelledBy, end?.counts.unknown], ['CANCELLED', 'person:raj', 1]);
    assert.match(scene.chat.texts()[0] ?? '', /CANCELLED by @raj/);
  });

  it('in a chat that is not there any more is closed all the same', async () => {
    const scene = createChatScene({ web1: after(10), web2: mute });
    await killAfter(scene, 2000);
    const other = createFakeChat(scene.clock, { name: 'mattermost:chat.example.org' });
    const { end } = await restart(scene, [other]);
    assert.equal(end?.outcome, 'UNKNOWN');
    assert.equal(end.counts.ok, 1);
    assert.deepEqual(other.calls, []);
    await assertAllClosed(scene);
  });

  it('is told where its root stands although the bot died before the root got there', async () => {
    const scene = createChatScene({ web1: after(10) });
    await scene.start();
    scene.chat.fail({ error: busy(30_000) });
    await scene.chat.say('package status nginx');
    await scene.clock.advance(1000);
    scene.die();
    await restart(scene);
    assert.equal(scene.chat.posts.length, 1);
    assert.match(scene.chat.texts()[0] ?? '', /NOT SENT/);
    assert.deepEqual(scene.chat.whispers, []);
  });

  it('without ever trying to show it is told to the requester alone', async () => {
    const scene = createChatScene({ web1: after(10) });
    const add = scene.store.outbox.add;
    Object.assign(scene.store.outbox, { add: () => new Promise(() => {}) });
    await scene.start();
    await scene.chat.say('package status nginx');
    await scene.clock.advance(1000);
    scene.die();
    Object.assign(scene.store.outbox, { add });
    await restart(scene);
    assert.deepEqual(scene.chat.posts, []);
    assert.deepEqual(
      scene.chat.whispers.map(({ to }) => [to.account, to.channel]),
      [['slack:T1/ana', 'C1']],
    );
    assert.match(scene.chat.whispers[0]?.text ?? '', /NOT SENT · the bot was restarted/);
    await assertAllClosed(scene);
  });

  it('survives another death while it is taken up', async () => {
    const scene = createChatScene({ web1: after(2500), web2: mute });
    await killAfter(scene, 1500);
    await scene.start();
    await scene.clock.advance(3000);
    scene.die();
    await scene.clock.advance(5000);
    const { end } = await restart(scene);
    assert.deepEqual([end?.counts.ok, end?.counts.unknown], [1, 1]);
    assert.equal(scene.audit.records.filter(({ event }) => event === 'outcome').length, 1);
    assert.equal(scene.thread().length, 1);
  });

  it('whose end was on disk but not told is told, once', async () => {
    const scene = createChatScene({ web1: after(10) });
    await scene.start();
    await scene.chat.say('package status nginx');
    await scene.clock.advance(900);
    scene.chat.fail({ on: 'edit', error: busy(60_000) });
    await scene.clock.advance(3000);
    assert.equal((await scene.lastRun()).end?.outcome, 'OK');
    scene.die();
    await restart(scene);
    assert.match(scene.chat.texts()[0] ?? '', /\nOK · 1/);
    assert.equal(scene.thread().length, 1);
    assert.equal(scene.chat.files.length, 1);
    assert.equal(scene.audit.records.filter(({ event }) => event === 'outcome').length, 1);
  });

  it('and that is damaged is closed as unknown, told of, and keeps no other from being taken up', async () => {
    const scene = createChatScene({ web1: mute, web2: mute });
    await scene.start();
    await scene.chat.say('package update nginx');
    await scene.chat.say('package status nginx');
    await scene.clock.advance(3000);
    scene.die();
    const { requestsOf } = scene.store.runs;
    const damaged = (await scene.store.runs.open()).find(({ header }) => header.action === 'update') ?? assert.fail();
    Object.assign(scene.store.runs, {
      requestsOf: async (run: string) => {
        if (run === damaged.id) throw new McoError('failed/store', 'the store is damaged');
        return await requestsOf(run);
      },
    });
    await restart(scene);
    const { end } = (await scene.store.runs.find(damaged.id)) ?? assert.fail();
    assert.deepEqual([end?.outcome, end?.counts.unknown, end?.problem?.code], ['UNKNOWN', 2, 'failed/store']);
    assert.deepEqual(
      scene.problems.map(({ message }) => message),
      ['the store is damaged'],
    );
    await assertAllClosed(scene);
  });

  it('waits no longer than if it had been asked now, although the clock was set back', async () => {
    const scene = createChatScene({ web1: mute });
    await killAfter(scene, 2000);
    const { requestsOf } = scene.store.runs;
    const hourMs = 3_600_000;
    const later = (request: StoredRequest) => ({
      ...request,
      sentAt: request.sentAt + hourMs,
      waitUntil: request.waitUntil + hourMs,
    });
    Object.assign(scene.store.runs, { requestsOf: async (run: string) => (await requestsOf(run)).map(later) });
    await scene.start();
    await scene.clock.advance(64_000);
    assert.equal((await scene.lastRun()).end, undefined);
    await scene.clock.advance(2000);
    assert.equal((await scene.lastRun()).end?.outcome, 'UNKNOWN');
  });

  it('and whose question was the discovery itself does not claim that nothing was asked', async () => {
    const scene = createChatScene({ web1: after(10) });
    await killAfter(scene, 500, 'ping');
    const { end } = await restart(scene);
    assert.match(end?.problem?.message ?? '', /restarted while nodes were asked: what they said is lost/);
  });

  it('is ended when the disk has room again, however long that takes', async () => {
    const scene = createChatScene({ web1: mute });
    await killAfter(scene, 2000);
    const { finish } = scene.store.runs;
    let isFull = true;
    Object.assign(scene.store.runs, {
      finish: async (...args: Parameters<typeof finish>) => {
        if (isFull) throw new McoError('failed/store', 'no space left');
        return await finish(...args);
      },
    });
    await scene.start();
    await scene.clock.advance(3_600_000);
    assert.equal(scene.bot().active.ids().length, 1);
    isFull = false;
    await scene.clock.advance(61_000);
    assert.equal((await scene.lastRun()).end?.outcome, 'UNKNOWN');
    await assertAllClosed(scene);
  });
});

describe('a message that was claimed and not begun', () => {
  it('is answered, not carried out', async () => {
    const scene = createChatScene({ web1: after(10) });
    const begin = scene.store.runs.begin;
    Object.assign(scene.store.runs, { begin: () => new Promise(() => {}) });
    await scene.start();
    await scene.chat.say('package update nginx', { thread: 'T5' });
    await scene.settle();
    scene.die();
    Object.assign(scene.store.runs, { begin });
    await scene.start();
    await scene.clock.advance(10_000);
    assert.deepEqual(await scene.store.runs.list({ chat: 'slack:T1', channel: 'C1', max: 9 }), []);
    assert.deepEqual(
      scene.bus.published.map(({ body }) => decodeRequest(body).action),
      [],
    );
    assert.deepEqual(
      scene.chat.whispers.map(({ to }) => to),
      [{ account: 'slack:T1/ana', channel: 'C1', thread: 'T5', via: 'via-m1' }],
    );
    assert.match(scene.chat.whispers[0]?.text ?? '', /NOT SENT · the bot was restarted before it began with this/);
    await assertAllClosed(scene);
    assert.equal(await scene.chat.say('package update nginx', { id: 'm1' }), true, 'it comes again from the service');
    await scene.clock.advance(10_000);
    assert.deepEqual(await scene.store.runs.list({ chat: 'slack:T1', channel: 'C1', max: 9 }), []);
    scene.die();
    await scene.start();
    await scene.clock.advance(1000);
    assert.equal(scene.chat.whispers.length, 1, 'once');
  });
});
