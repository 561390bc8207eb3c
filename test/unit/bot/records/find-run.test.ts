import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectNodes } from '../../../../src/bot/records/find-run.ts';
import { NODE_SHARES } from '../../../../src/core/read-call.ts';
import type { NodeOutcome } from '../../../../src/core/report.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = {
  bad1: alive(() => ({ status: 'aborted' })),
  mute1: alive(() => undefined),
  ok1: alive(() => ({ data: { ensure: '1.0' } })),
};

async function setUp(fleet: Parameters<typeof createChatScene>[0] = FLEET) {
  const scene = createChatScene(fleet);
  await scene.start();
  const first = await scene.ask('package status nginx');
  const published = scene.bus.published.length;
  return {
    ...scene,
    first,
    whispered: () => scene.chat.whispers.at(-1)?.text ?? '',
    audiences: () =>
      scene
        .requests()
        .slice(1)
        .map(({ audience }) => audience),
    discoveries: () => scene.bus.published.slice(published).length - scene.requests().slice(1).length,
  };
}

describe('--nodes last', () => {
  it('in the channel means one’s own newest run, whose nodes are asked directly, the silent ones too', async () => {
    const { ask, audiences, discoveries } = await setUp();
    await ask('package status vim -F os=none', { account: 'slack:T1/raj' });
    const before = audiences().length;
    const run = await ask('package status bash --nodes last');
    assert.deepEqual(run.nodes, ['bad1', 'mute1', 'ok1']);
    assert.deepEqual([...audiences().slice(before)].sort(), ['bad1', 'mute1', 'ok1']);
    assert.equal(run.header.command, 'package status bash --nodes 00000001', 'it always means that run from now on');
    assert.equal(run.end?.counts.silent, 1);
    assert.equal(discoveries(), 1, 'only raj’s run discovered');
  });

  it('in a thread means that thread’s newest run, whoever asked for it', async () => {
    const { ask } = await setUp();
    await ask('package status vim --nodes 0001:ok', { account: 'slack:T1/raj' });
    const inThread = await ask('package status bash --nodes last', { thread: 'p1', account: 'slack:T1/eve' });
    assert.deepEqual(inThread.nodes, ['bad1', 'mute1', 'ok1']);
    const next = await ask('package status sh --nodes last:failed', { thread: 'p1', account: 'slack:T1/raj' });
    assert.deepEqual(next.nodes, ['bad1']);
    assert.notEqual(next.header.command, 'package status sh --nodes 00000001:failed', 'the newer one of the thread');
    const outside = await ask('package status zsh --nodes last', { account: 'slack:T1/raj' });
    assert.deepEqual(outside.nodes, ['bad1']);
  });

  it('takes the share that is named', async () => {
    const { ask } = await setUp();
    for (const [share, nodes] of [
      ['ok', ['ok1']],
      ['failed', ['bad1']],
      ['silent', ['mute1']],
      ['open', ['bad1', 'mute1']],
    ] as const) {
      assert.deepEqual((await ask(`package status bash --nodes 0001:${share}`)).nodes, nodes, share);
    }
  });

  it('with a filter means those of them that match', async () => {
    const { ask, audiences, discoveries, requests } = await setUp({
      ...FLEET,
      picky1: (request) => (request.filter.facts.length > 0 ? undefined : { data: { ensure: '1.0' } }),
    });
    const before = audiences().length;
    const run = await ask('package status bash --nodes 0001 -F os=debian');
    assert.deepEqual(run.nodes, ['bad1', 'mute1', 'ok1'], 'picky1 was in the run and does not match');
    assert.equal(discoveries(), 1);
    assert.deepEqual([...audiences().slice(before)].sort(), ['bad1', 'mute1', 'ok1'], 'no broadcast');
    assert.ok(
      requests()
        .slice(-3)
        .every(({ filter }) => filter.facts.length === 1),
    );
    assert.match(run.header.command, /--nodes 00000001/);
    assert.match(run.header.command, /-F os=debian/);
  });

  it('with a filter asks nobody who was not in that run', async () => {
    const { ask } = await setUp();
    const run = await ask('package status bash --nodes 0001:ok -C web');
    assert.deepEqual(run.nodes, ['ok1']);
  });

  it('is narrowed by a limit', async () => {
    const { ask } = await setUp();
    assert.deepEqual((await ask('package status bash --nodes last --limit 2')).nodes?.length, 2);
  });
});

describe('a run that --nodes names', () => {
  it('is not found in another channel, and not by more than the end of its id', async () => {
    const { ask, whispered, audiences } = await setUp();
    await ask('package status bash --nodes 0001', { channel: 'C2' });
    assert.match(whispered(), /NOT SENT · no run of this channel ends in `0001`/);
    await ask('package status bash --nodes last', { channel: 'C2' });
    assert.match(whispered(), /you have no run in this channel/);
    await ask('package status bash --nodes 0189', {});
    assert.match(whispered(), /no run of this channel ends in `0189`/);
    assert.deepEqual(audiences(), []);
  });

  it('must be over, and have such nodes', async () => {
    const { ask, chat, clock, whispered, store, first } = await setUp();
    await ask('package status bash --nodes 0001:ok');
    await ask('package status bash --nodes last:failed');
    assert.match(whispered(), /has no nodes that count as `failed`/);
    await chat.say('package status vim');
    await clock.advance(3000);
    await chat.say('package status vim --nodes last');
    await clock.advance(1000);
    assert.match(whispered(), /is not over yet/);
    assert.equal((await store.runs.find(first.id))?.end?.outcome, first.end?.outcome);
  });

  it('must be one: an end that several share asks for more', async () => {
    const { ask, whispered, store, first, audiences } = await setUp();
    const id = '01890000-0000-7000-8000-ffffffff0001';
    await store.runs.begin({ ...first, id, message: undefined, startedAt: 1 });
    await ask('package status bash --nodes 0001');
    assert.match(whispered(), /several runs end in `0001`/);
    assert.deepEqual(audiences(), []);
    assert.deepEqual((await ask('package status bash --nodes 000000000001')).nodes, ['bad1', 'mute1', 'ok1']);
  });

  it('is no file in a chat', async () => {
    const { ask, whispered } = await setUp();
    await ask('package status bash --nodes ./nodes.txt');
    assert.match(whispered(), /files of nodes can only be read by the terminal client/);
  });
});

describe('the shares of a run', () => {
  const outcomes: readonly NodeOutcome[] = ['ok', 'failed', 'denied', 'expired', 'silent', 'notSent', 'unknown'];
  const results = outcomes.map((outcome) => ({ node: outcome, outcome, data: {} }));

  it('are those that people expect', () => {
    assert.deepEqual(Object.fromEntries(NODE_SHARES.map((share) => [share, selectNodes(results, share)])), {
      all: outcomes,
      ok: ['ok'],
      failed: ['failed', 'expired', 'notSent'],
      silent: ['silent', 'unknown'],
      open: ['failed', 'denied', 'expired', 'silent', 'notSent', 'unknown'],
    });
  });
});
