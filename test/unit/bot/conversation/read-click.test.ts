import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ButtonAction } from '../../../../src/core/card.ts';
import type { ChatClick } from '../../../../src/core/chat.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { createFakeChat } from '../../../fakes/fake-chat.ts';
import { type ChatSceneOptions, createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = {
  bad1: alive(() => ({ status: 'aborted' })),
  mute1: alive(() => undefined),
  web1: alive(() => ({ data: { ensure: '1.0' } })),
};

/** A run that is over, with buttons. */
async function setUp(command = 'package status nginx', options: ChatSceneOptions = {}) {
  const scene = createChatScene(FLEET, options);
  await scene.start();
  const run = await scene.ask(command);
  const root = scene.chat.posts[0] ?? assert.fail();
  const callsBefore = scene.chat.calls.length;
  return {
    ...scene,
    run,
    root,
    /** Presses a button of the root and lets everything come of it. */
    async press(action: ButtonAction, click: Partial<ChatClick> = {}) {
      const isTaken = await scene.chat.press(root, action, click);
      await scene.clock.advance(30_000);
      return isTaken;
    },
    callsSince: () => scene.chat.calls.slice(callsBefore),
    targets: async () => (await scene.lastRun()).nodes,
  };
}

describe('a press', () => {
  it('counts only on the root message of the run that it names', async () => {
    const scene = await setUp();
    const elsewhere: Partial<ChatClick>[] = [
      { run: '01890000-0000-7000-8000-00000000ffff' },
      { run: '' },
      { channel: 'C2' },
      { post: 'p2' },
      { post: '' },
    ];
    for (const click of elsewhere) assert.equal(await scene.press('again', click), true);
    assert.deepEqual(
      scene.refusals.map(({ error, account, channel }) => [error.code, account, channel]),
      elsewhere.map(({ channel = 'C1' }) => ['untrusted/foreign-click', 'slack:T1/ana', channel]),
    );
    assert.deepEqual([scene.callsSince(), (await scene.lastRun()).id], [[], scene.run.id]);
  });

  it('does not count in another chat, though its ids are the same', async () => {
    const scene = await setUp();
    const other = createFakeChat(scene.clock, { name: 'mattermost:chat.example.org' });
    scene.die();
    await scene.start([scene.chat, other]);
    assert.equal(await other.press(scene.root, 'again'), true);
    await scene.clock.advance(10_000);
    assert.equal(scene.refusals[0]?.error.code, 'untrusted/foreign-click');
    assert.equal((await scene.lastRun()).id, scene.run.id);
  });

  it('of another run’s button on this root does not count', async () => {
    const scene = await setUp();
    const second = await scene.ask('package status bash');
    await scene.press('again', { run: second.id });
    assert.equal(scene.refusals[0]?.error.code, 'untrusted/foreign-click');
    assert.equal((await scene.lastRun()).id, second.id);
  });

  it('that is delivered twice is done once', async () => {
    const scene = await setUp();
    const press = () => scene.chat.press(scene.root, 'again', { id: 'same' });
    assert.deepEqual(await Promise.all([press(), press()]), [true, true]);
    await scene.clock.advance(30_000);
    assert.equal(scene.chat.posts.filter(({ ref }) => ref.thread === undefined).length, 2);
    assert.deepEqual(scene.refusals, []);
  });

  it('of a button that the same person used before is refused and told, and takes it from nobody else', async () => {
    const scene = await setUp('package status nginx', { traits: { hasSingleUseButtons: true } });
    await scene.press('again', { id: 'same' });
    await scene.press('again', { id: 'same' });
    assert.deepEqual(
      scene.refusals.map(({ error }) => error.code),
      ['untrusted/used-click'],
    );
    assert.match(scene.chat.whispers.at(-1)?.text ?? '', /pressed this button already/);
    const roots = () => scene.chat.posts.filter(({ ref }) => ref.thread === undefined).length;
    assert.equal(roots(), 2);
    await scene.press('again', { id: 'same', account: 'slack:T1/raj' });
    assert.equal(roots(), 3);
  });

  it('is not acknowledged while the store fails', async () => {
    const scene = await setUp();
    scene.store.close();
    assert.equal(await scene.press('again'), false);
    assert.equal(scene.refusals[0]?.error.code, 'failed/store');
  });
});

describe('a button', () => {
  it('asks the failed, the silent or all again, as a new run of whoever pressed it', async () => {
    for (const [action, nodes, command] of [
      ['retryFailed', ['bad1'], 'package status nginx --nodes 00000001:failed'],
      ['retrySilent', ['mute1'], 'package status nginx --nodes 00000001:silent'],
      ['again', ['bad1', 'mute1', 'web1'], 'package status nginx'],
    ] as const) {
      const scene = await setUp();
      const cards = scene.root.cards.length;
      await scene.press(action, { account: 'slack:T1/raj' });
      const again = await scene.lastRun();
      assert.notEqual(again.id, scene.run.id);
      assert.deepEqual([again.nodes, again.header.command, again.caller], [nodes, command, 'person:raj']);
      assert.match(scene.chat.texts().join('\n'), /@raj · package status nginx/);
      assert.equal(scene.root.cards.length, cards, 'the first root stays as it is');
    }
  });

  it('shows the details in the run’s thread', async () => {
    const scene = await setUp();
    await scene.press('details');
    const thread = scene.thread();
    assert.ok(thread.length > 1);
    assert.match(scene.chat.texts().at(-1) ?? '', /web1/);
    assert.deepEqual(scene.chat.whispers, []);
  });

  it('cancels a run that goes on, and says by whom', async () => {
    const scene = createChatScene(FLEET);
    await scene.start();
    await scene.chat.say('package status nginx');
    await scene.clock.advance(3000);
    await scene.chat.press(scene.chat.posts[0], 'cancel', { account: 'slack:T1/raj' });
    await scene.clock.advance(1000);
    assert.match(scene.chat.texts()[0] ?? '', /CANCELLED by @raj/);
    const cancelled = scene.audit.records.find(({ event }) => event === 'cancelled');
    assert.deepEqual([cancelled?.caller, cancelled?.run], ['person:raj', (await scene.lastRun()).id]);
  });

  it('is decided for who presses it: without a right it is a denial, and on record', async () => {
    const scene = await setUp('package update nginx', {
      decide: ({ caller, effect }) =>
        caller === 'person:ana' || effect === 'read' ? allowed('roles.yaml:1') : denied('no right', 'roles.yaml:9'),
    });
    const asked = scene.requests().length;
    for (const action of ['again', 'retryFailed'] as const) await scene.press(action, { account: 'slack:T1/raj' });
    assert.equal(scene.requests().length, asked);
    assert.deepEqual(
      scene.chat.whispers.map(({ to, text }) => [to.account, text.split(' ')[0]]),
      [
        ['slack:T1/raj', 'DENIED'],
        ['slack:T1/raj', 'DENIED'],
      ],
    );
    const denials = scene.audit.records.filter(({ result }) => result === 'deny');
    assert.deepEqual(
      denials.map(({ caller, action, rules }) => [caller, action, rules]),
      Array(2).fill(['person:raj', 'package.update', ['roles.yaml:9']]),
    );
  });

  it('can not run a command again that holds a secret, and says why', async () => {
    const scene = await setUp('package update nginx token=hunter2');
    const records = scene.audit.records.length;
    await scene.press('again');
    assert.equal((await scene.lastRun()).id, scene.run.id);
    assert.match(scene.chat.whispers[0]?.text ?? '', /NOT SENT · run `0001` holds a secret, which is not kept/);
    assert.deepEqual(
      scene.audit.records.slice(records).map(({ event, code }) => [event, code]),
      [['refused', 'usage/holds-secret']],
    );
    assert.doesNotMatch(JSON.stringify([scene.chat.calls, scene.audit.records]), /hunter2/);
  });
});

describe('the buttons', () => {
  it('are drawn anew where a press uses one up, and left alone where it does not', async () => {
    for (const hasSingleUseButtons of [true, false]) {
      const scene = await setUp('package status nginx', { traits: { hasSingleUseButtons } });
      const cards = scene.root.cards.length;
      await scene.press('details');
      assert.equal(scene.root.cards.length, cards + (hasSingleUseButtons ? 1 : 0));
      assert.deepEqual(scene.root.cards.at(-1), scene.root.cards[cards - 1]);
    }
  });

  it('are drawn anew also when the press was refused', async () => {
    const scene = await setUp('package update nginx token=x', { traits: { hasSingleUseButtons: true } });
    const cards = scene.root.cards.length;
    await scene.press('again');
    assert.equal(scene.root.cards.length, cards + 1);
  });

  it('are drawn anew also when the presser has too much at work', async () => {
    const scene = await setUp('package status nginx', { traits: { hasSingleUseButtons: true } });
    const cards = scene.root.cards.length;
    for (let n = 0; n < 10; n++) await scene.chat.say('package status bash');
    await scene.press('again');
    assert.match(scene.chat.whispers[0]?.text ?? '', /too many runs/);
    assert.equal(scene.root.cards.length, cards + 1);
  });
});
