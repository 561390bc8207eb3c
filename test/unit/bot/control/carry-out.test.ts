import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowed } from '../../../fakes/decisions.ts';
import { allowOnly, createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = { web1: alive(() => ({ data: { ensure: '1.0' } })), web2: alive(() => undefined) };

/** Two runs in the channel, the second one in the first one's thread. */
async function setUp() {
  const scene = createChatScene(FLEET);
  await scene.start();
  await scene.ask('package status nginx');
  await scene.ask('package status bash', { thread: 'p1', account: 'slack:T1/raj' });
  /** What the requester alone is told. */
  const told = async (text: string, said: Parameters<typeof scene.chat.say>[1] = {}) => {
    const before = scene.chat.whispers.length;
    await scene.chat.say(text, said);
    await scene.clock.advance(10_000);
    return scene.chat.whispers
      .slice(before)
      .map((whisper) => whisper.text)
      .join('\n');
  };
  return { ...scene, told };
}

describe('runs', () => {
  it('lists those of the channel, the newest first, with what became of them', async () => {
    const { told, chat, clock } = await setUp();
    await chat.say('package status vim');
    await clock.advance(2000);
    const lines = (await told('runs')).split('\n').filter((line) => /^0/.test(line));
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^\S{4} {2}11-14 22:14:20 UTC {2}RUNNING +@ana {2}package status vim$/);
    assert.match(lines[1] ?? '', /PARTIAL 1\/2 +@raj {2}package status bash$/);
    assert.match(lines[2] ?? '', /^0001 {2}11-14 22:13:20 UTC {2}PARTIAL 1\/2 +@ana {2}package status nginx$/);
  });

  it('lists in a thread what was asked there, and the run whose thread it is', async () => {
    const { told, ask } = await setUp();
    await ask('package status vim', { thread: 'T9' });
    const inThread = await told('runs', { thread: 'p1' });
    assert.match(inThread, /the newest runs in this thread/);
    assert.match(inThread, /nginx/);
    assert.match(inThread, /bash/);
    assert.doesNotMatch(inThread, /vim/);
  });

  it('knows nothing of other channels', async () => {
    const { told } = await setUp();
    assert.match(await told('runs', { channel: 'C2' }), /no runs in this channel yet/);
  });
});

describe('runs with words', () => {
  const UNDECIDED = [
    { node: 'web8', reason: 'busy' },
    { node: 'web9', reason: 'the disk is broken' },
  ];

  /** Two runs of package, one each of ana and raj, and one of ana's of rpcutil that went well, but for some doubt. */
  async function setUpKinds() {
    const scene = await setUp();
    await scene.ask('facts os', { account: 'slack:T1/ana' });
    const [facts] = await scene.store.runs.list({ chat: 'slack:T1', channel: 'C1', max: 1 });
    const { end, id, ...run } = facts ?? assert.fail();
    const copy = `${id.slice(0, -4)}aaaa`;
    await scene.store.runs.begin({ ...run, id: copy, header: { ...run.header, run: copy } });
    const known = end ?? assert.fail();
    const counts = { ...known.counts, targeted: 2, ok: 2, failed: 0, silent: 0 };
    const report = { ...known, header: { ...run.header, run: copy }, counts, results: [], undecided: UNDECIDED };
    await scene.store.runs.finish({ ...report, outcome: 'PARTIAL' });
    const listed = async (text: string, said: Parameters<typeof scene.told>[1] = {}) =>
      (await scene.told(text, said))
        .split('\n')
        .flatMap((line) => /UTC +(.*?) {2,}(@\w+) +(.*)$/.exec(line)?.slice(1).join(' ') ?? []);
    return { ...scene, listed };
  }

  it('says why one that went well on all its nodes is not `OK`', async () => {
    const { listed } = await setUpKinds();
    assert.ok((await listed('runs')).includes('PARTIAL 2/2 · 2 COULD NOT SAY @ana facts os'));
  });

  it('lists those of a person, of an agent, of an outcome', async () => {
    const { listed } = await setUpKinds();
    assert.deepEqual(await listed('runs raj'), ['PARTIAL 1/2 @raj package status bash']);
    assert.deepEqual(await listed('runs @RAJ'), ['PARTIAL 1/2 @raj package status bash']);
    assert.deepEqual(await listed('runs me', { account: 'slack:T1/raj' }), ['PARTIAL 1/2 @raj package status bash']);
    assert.deepEqual(
      (await listed('runs package')).map((line) => line.split(' ').at(-1)),
      ['bash', 'nginx'],
    );
    assert.equal((await listed('runs partial')).length, 4);
  });

  it('takes words of one kind as alternatives, and wants all that different kinds say', async () => {
    const { listed } = await setUpKinds();
    assert.equal((await listed('runs package rpcutil')).length, 4);
    assert.deepEqual(await listed('runs ana package partial'), ['PARTIAL 1/2 @ana package status nginx']);
    assert.deepEqual(await listed('runs raj rpcutil'), []);
  });

  it('says so when there is none, or a word means nothing, with the nearest that does', async () => {
    const { told } = await setUp();
    assert.match(await told('runs no-response ana'), /no runs in this channel: no-response ana/);
    assert.match(await told('runs faild'), /`faild` is no outcome[\s\S]*\^{5} did you mean `failed`\?/);
    assert.match(await told('runs rajj'), /did you mean `raj`\?/);
    assert.match(await told('runs @package'), /`@package` is no outcome/);
    assert.match(await told('runs 0001'), /`show 0001` shows one run/);
  });

  it('suggests no agent to somebody who may not use it', async () => {
    const scene = createChatScene(FLEET, { decide: allowOnly('get_fact') });
    await scene.start();
    await scene.chat.say('runs packag');
    await scene.clock.advance(1000);
    assert.doesNotMatch(scene.chat.whispers[0]?.text ?? '', /`package`/);
  });
});

describe('show', () => {
  it('shows any run of the channel again, whoever asked for it, and asks no node', async () => {
    const { told, bus } = await setUp();
    const published = bus.published.length;
    assert.match(await told('show 0001', { account: 'slack:T1/raj' }), /@ana · package status nginx[\s\S]*web1 +1\.0/);
    assert.equal(bus.published.length, published);
  });

  it('means by `last` one’s own newest run, and in a thread that thread’s', async () => {
    const { told, chat } = await setUp();
    assert.match(await told('show'), /package status nginx/);
    assert.match(await told('show last', { account: 'slack:T1/raj' }), /package status bash/);
    assert.match(await told('show last', { account: 'slack:T1/eve' }), /you have no run in this channel/);
    const posts = chat.posts.length;
    await told('show last', { thread: 'p1' });
    assert.match(chat.texts()[posts] ?? '', /@raj · package status bash/);
    assert.match(await told('show last', { thread: 'T9' }), /this thread has no run/);
  });

  it('says that a run is not over, or is not there: also one of another channel', async () => {
    const { told, chat, clock } = await setUp();
    await chat.say('package status vim');
    await clock.advance(2000);
    const run = (await told('runs'))
      .split('\n')
      .find((line) => line.includes('vim'))
      ?.slice(0, 4);
    await chat.say('package status vim');
    await clock.advance(1000);
    assert.match(await told('show last'), /NOT SENT · run `\S+` is not over yet/);
    assert.match(await told('show 0001', { channel: 'C2' }), /NOT SENT · no run of this channel ends in `0001`/);
    assert.match(await told('show ffff'), /NOT SENT · no run of this channel ends in `ffff`/);
    assert.ok(run !== undefined);
  });

  it('asks for more of an id that means several runs', async () => {
    const { told, store } = await setUp();
    const [other] = await store.runs.list({ chat: 'slack:T1', channel: 'C1', max: 1 });
    const { header, place, account, caller } = other ?? assert.fail();
    const id = '01890000-0000-7000-8000-ffffffff0001';
    await store.runs.begin({ id, header, place, account, caller, isRepeatable: true, startedAt: 1 });
    const ambiguous = await told('show 0001');
    assert.match(ambiguous, /several runs end in `0001`/);
    assert.match(ambiguous, /01890000-0000-7000-8000-000000000001, 01890000-0000-7000-8000-ffffffff0001/);
    assert.match(await told('show 000000000001'), /package status nginx/);
  });
});

describe('whoever may do nothing', () => {
  it('is denied every command about runs and the bot, which is on record', async () => {
    const scene = createChatScene(FLEET, {
      decide: (question) => (question.caller === 'person:ana' ? allowed() : allowOnly()({ ...question })),
    });
    await scene.start();
    await scene.ask('package status nginx');
    const records = scene.audit.records.length;
    const commands = ['runs', 'health', 'show 0001', 'cancel 0001', 'retry 0001'];
    for (const command of commands) {
      await scene.chat.say(command, { account: 'slack:T1/eve' });
      await scene.clock.advance(1000);
    }
    assert.deepEqual(
      scene.chat.whispers.map(({ text }) => text.split(' · ').slice(0, 2)),
      commands.map(() => ['DENIED', 'you may do nothing here']),
    );
    assert.deepEqual(
      scene.audit.records
        .slice(records)
        .filter(({ event }) => event !== 'received')
        .map(({ event, result, caller, command }) => [event, result, caller, command]),
      commands.map((command) => ['decided', 'deny', 'person:eve', command]),
    );
  });

  it('may once one action is allowed', async () => {
    const scene = createChatScene(FLEET, { decide: allowOnly('get_fact') });
    await scene.start();
    await scene.chat.say('runs');
    await scene.clock.advance(1000);
    assert.match(scene.chat.whispers[0]?.text ?? '', /no runs in this channel yet/);
  });
});
