import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { type ChatSceneOptions, createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = {
  bad1: alive(() => ({ status: 'aborted' })),
  den1: alive(() => ({ status: 'denied' })),
  mute1: alive(() => undefined),
  ok1: alive(() => ({ data: { ensure: '1.0' } })),
};

async function setUp(command = 'package status nginx -F os=debian --limit 9', options: ChatSceneOptions = {}) {
  const scene = createChatScene(FLEET, options);
  await scene.start();
  const first = await scene.ask(command);
  const asked = scene.requests().length;
  return {
    ...scene,
    first,
    /** The run that comes of a command; undefined when none does. */
    async follow(text: string, said: Parameters<typeof scene.chat.say>[1] = {}) {
      const run = await scene.ask(text, said);
      return run.id === first.id ? undefined : run;
    },
    /** Who was asked since. */
    audiences: () =>
      scene
        .requests()
        .slice(asked)
        .map(({ audience }) => audience),
    whispered: () => scene.chat.whispers.at(-1)?.text ?? '',
  };
}

describe('retry', () => {
  for (const [which, nodes] of [
    ['failed', ['bad1']],
    ['silent', ['mute1']],
    ['open', ['bad1', 'den1', 'mute1']],
    ['all', ['bad1', 'den1', 'mute1', 'ok1']],
  ] as const) {
    it(`asks the nodes that count as ${which}, one by one and without discovery`, async () => {
      const { follow, audiences, bus } = await setUp();
      const published = bus.published.length;
      const run = await follow(`retry 0001 ${which}`);
      assert.deepEqual(run?.nodes, nodes);
      assert.deepEqual([...audiences()].sort(), nodes);
      assert.equal(bus.published.length - published, nodes.length);
      const share = which === 'all' ? '' : `:${which}`;
      assert.equal(run.header.command, `package status nginx --nodes 00000001${share}`);
    });
  }

  it('of a write without a word means the failed only: who was silent may have done it', async () => {
    const { follow, audiences } = await setUp('package update nginx');
    await follow('retry 0001');
    assert.deepEqual(audiences(), ['bad1']);
    const read = await setUp();
    await read.follow('retry 0001');
    assert.deepEqual(read.audiences(), ['bad1', 'den1', 'mute1']);
  });

  it('of a write asks the silent when somebody says so', async () => {
    const { follow, audiences } = await setUp('package update nginx');
    await follow('retry 0001 silent');
    assert.deepEqual(audiences(), ['mute1']);
  });

  it('is decided anew for who retries', async () => {
    const { follow, whispered, audiences, audit } = await setUp('package update nginx', {
      decide: ({ caller, effect }) =>
        caller === 'person:ana' || effect === 'read' ? allowed() : denied('no right', 'roles.yaml:9'),
    });
    assert.equal(await follow('retry 0001', { account: 'slack:T1/raj' }), undefined);
    assert.match(whispered(), /^DENIED · no right/);
    assert.deepEqual(audiences(), []);
    assert.deepEqual([audit.records.at(-1)?.caller, audit.records.at(-1)?.result], ['person:raj', 'deny']);
  });

  it('can itself be retried', async () => {
    const { follow, clock, audiences } = await setUp();
    await follow('retry 0001 open');
    const before = audiences().length;
    await follow('retry last silent');
    assert.deepEqual(audiences().slice(before), ['mute1']);
    await clock.advance(1);
  });

  it('says when there is nothing to retry, nothing over yet, or nothing there', async () => {
    const scene = createChatScene({ ok1: FLEET.ok1 });
    await scene.start();
    await scene.ask('package status nginx');
    await scene.ask('retry 0001 failed');
    await scene.ask('retry');
    await scene.ask('retry eeee');
    assert.deepEqual(
      scene.chat.whispers.map(({ text }) => text.split(' · ')[1]?.split('\n')[0]),
      [
        'run `0001` has no nodes that count as `failed`',
        'run `0001` has no nodes that count as `open`',
        'no run of this channel ends in `eeee`',
      ],
    );
    const mute = createChatScene({ mute1: FLEET.mute1 });
    await mute.start();
    await mute.chat.say('package status nginx');
    await mute.clock.advance(3000);
    await mute.chat.say('retry last all');
    await mute.clock.advance(1000);
    assert.match(mute.chat.whispers[0]?.text ?? '', /run `0001` is not over yet/);
  });

  it('of a command that held a secret is refused, and the secret is nowhere', async () => {
    const { follow, whispered, store, chat, audit } = await setUp('package update nginx token=hunter2');
    assert.equal(await follow('retry 0001 failed'), undefined);
    assert.match(whispered(), /NOT SENT · run `0001` holds a secret, which is not kept/);
    const kept = await store.runs.list({ chat: 'slack:T1', channel: 'C1', max: 9 });
    assert.doesNotMatch(JSON.stringify([kept, chat.calls, audit.records]), /hunter2/);
  });

  it('does not reach into other channels', async () => {
    const { follow, whispered, audiences } = await setUp();
    await follow('retry 0001 all', { channel: 'C2' });
    assert.match(whispered(), /no run of this channel ends in `0001`/);
    assert.deepEqual(audiences(), []);
  });
});

describe('run again', () => {
  it('asks whoever matches now, as the first command did', async () => {
    const { chat, clock, lastRun, first, requests } = await setUp();
    await chat.press(chat.posts[0], 'again');
    await clock.advance(30_000);
    const again = await lastRun();
    assert.notEqual(again.id, first.id);
    assert.equal(again.header.command, first.header.command);
    assert.deepEqual(requests().at(-1)?.filter.facts, [{ fact: 'os', op: '=', value: 'debian' }]);
  });
});
