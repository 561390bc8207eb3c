import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { PostRef } from '../../../../src/core/chat.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { ANA, CARD, CHANNEL, createFastClock, openRig, patiently, type Rig } from './slack-rig.ts';

const hasCode =
  (code: string, hint = /(?:)/) =>
  (error: unknown) => {
    assert.ok(error instanceof McoError, String(error));
    assert.equal(error.code, code);
    assert.match(error.hint ?? '', hint);
    return true;
  };

describe('what is sent to Slack', () => {
  let rig: Rig;
  let serial = 0;
  const post = (fields: { thread?: string; key?: string; firstTriedAt?: number; channel?: string } = {}) =>
    patiently(rig.clock, () => rig.chat.post({ channel: CHANNEL, card: CARD, key: `k:${++serial}`, ...fields }));
  const count = (method: string) => rig.server.calls.filter((call) => call.method === method).length;
  const whisper = (fields: { via?: string; thread?: string } = {}) =>
    rig.chat.whisper({ account: `slack:${rig.server.team}/${ANA}`, channel: CHANNEL, ...fields }, CARD);
  const onceOn = (wanted: string, mischief: { drop: 'before' | 'after' } | { status: 429; retryAfter: number }) => {
    rig.server.chaos.onCall = ({ method }) => {
      if (method !== wanted) return undefined;
      rig.server.chaos.onCall = undefined;
      return mischief;
    };
  };

  beforeEach(async () => {
    rig = await openRig({ transport: 'http' });
  });
  afterEach(() => rig.close());

  it('is looked for before it is sent again, in a channel and in a thread', async () => {
    const root = await post();
    for (const thread of [undefined, root.id]) {
      for (const drop of ['after', 'before'] as const) {
        const before = rig.server.messages(CHANNEL).length;
        const posting = { key: `lost:${++serial}`, ...(thread === undefined ? {} : { thread }) };
        const firstTriedAt = rig.clock.now();
        onceOn('chat.postMessage', { drop });
        await assert.rejects(post(posting), hasCode('unreachable/chat'));
        const ref = await post({ ...posting, firstTriedAt });
        assert.equal(rig.server.messages(CHANNEL).length, before + 1);
        assert.equal(rig.server.messages(CHANNEL).at(-1)?.ts, ref.id);
      }
    }
  });

  it('is not taken for there when another person, or another key, is', async () => {
    const firstTriedAt = rig.clock.now();
    await post({ key: 'one' });
    await rig.server.say({ user: ANA, channel: CHANNEL, text: '3 OK' });
    await post({ key: 'two', firstTriedAt });
    assert.equal(rig.server.messages(CHANNEL).filter(({ user }) => user === rig.server.botUser).length, 2);
  });

  it('is sent although the app may not look', async () => {
    rig.server.setScopes(['chat:write']);
    await post({ firstTriedAt: rig.clock.now() });
    assert.equal(rig.server.messages(CHANNEL).length, 1);
  });

  it('keeps to one post a second in a channel, without asking Slack', async () => {
    const now = Date.now();
    const held = await openRig({ clock: { ...createFastClock(), now: () => now } });
    const posting = { channel: CHANNEL, card: CARD };
    await held.chat.post({ ...posting, key: 'a' });
    await held.chat.post({ ...posting, key: 'b' });
    await assert.rejects(held.chat.post({ ...posting, key: 'c' }), hasCode('unreachable/chat-busy'));
    assert.equal(held.server.messages(CHANNEL).length, 2);
    assert.equal(held.server.calls.filter(({ method }) => method === 'chat.postMessage').length, 2);
    await held.close();
  });

  it('waits out a limit without asking, in that channel only', async () => {
    rig.server.addChannel('C0OTHER', { members: [ANA, rig.server.botUser] });
    onceOn('chat.postMessage', { status: 429, retryAfter: 600 });
    const posting = { card: CARD, key: 'k' };
    await assert.rejects(rig.chat.post({ ...posting, channel: CHANNEL }), hasCode('unreachable/chat-busy'));
    await assert.rejects(rig.chat.post({ ...posting, channel: CHANNEL }), hasCode('unreachable/chat-busy'));
    assert.equal(count('chat.postMessage'), 1);
    await rig.chat.post({ ...posting, channel: 'C0OTHER' });
  });

  it('is final at once although progress is limited', async () => {
    const ref = await post();
    onceOn('chat.update', { status: 429, retryAfter: 600 });
    await assert.rejects(rig.chat.edit(ref, CARD, 'progress'), hasCode('unreachable/chat-busy'));
    await rig.chat.edit(ref, { ...CARD, outcome: 'FAILED' }, 'final');
    await assert.rejects(rig.chat.edit(ref, CARD, 'progress'), hasCode('unreachable/chat-busy'));
    assert.equal(count('chat.update'), 2);
    assert.match(rig.server.messages(CHANNEL)[0]?.text ?? '', /FAILED/);
  });

  it('becomes a reply, once, where the root is closed for edits', async () => {
    const ref: PostRef = await post();
    rig.server.setEditWindow(0);
    await assert.rejects(rig.chat.edit(ref, CARD, 'progress'), hasCode('failed/chat-refused'));
    for (let n = 0; n < 2; n++) await patiently(rig.clock, () => rig.chat.edit(ref, CARD, 'final'));
    await patiently(rig.clock, () => rig.chat.edit(ref, { ...CARD, outcome: 'FAILED' }, 'final'));
    const replies = rig.server.messages(CHANNEL).filter(({ thread_ts }) => thread_ts === ref.id);
    assert.deepEqual(
      replies.map(({ text }) => text.split('\n')[0]),
      ['OK', 'FAILED'],
    );
  });

  it('is refused with what to do where the bot is not a member', async () => {
    rig.server.leave(rig.server.botUser, CHANNEL);
    await assert.rejects(post(), hasCode('failed/chat-refused', /\/invite @mco/));
  });

  it('is refused for good where the message is gone or the channel archived', async () => {
    const ref = await post();
    await assert.rejects(
      rig.chat.edit({ ...ref, id: '1700000000.000100' }, CARD, 'final'),
      hasCode('failed/chat-refused'),
    );
    rig.server.archive(CHANNEL);
    await assert.rejects(post(), hasCode('failed/chat-refused', /unarchive/));
    await assert.rejects(rig.chat.edit(ref, CARD, 'final'), hasCode('failed/chat-refused'));
  });

  it('puts a file there once, although the answer was lost, under a name that is only a name', async () => {
    const root = await post();
    const file = { channel: CHANNEL, thread: root.id, name: '../7f3a.csv', title: 'all', content: '', key: 'f' };
    const firstTriedAt = rig.clock.now();
    onceOn('files.completeUploadExternal', { drop: 'after' });
    await assert.rejects(rig.chat.upload(file), hasCode('unreachable/chat'));
    await rig.chat.upload({ ...file, firstTriedAt });
    assert.deepEqual(
      rig.server.files(CHANNEL).map(({ name, thread_ts }) => [name, thread_ts]),
      [['_7f3a.csv', root.id]],
    );
  });

  it('answers a command by its own address, and by another way when that is used up', async () => {
    await rig.chat.start(rig.receiver);
    await rig.server.slashCommand({ user: ANA, channel: CHANNEL, text: 'ping' });
    const via = rig.receiver.messages[0]?.via ?? '';
    for (let n = 0; n < 6; n++) await whisper({ via });
    const ways = rig.server.ephemerals(ANA).map((ephemeral) => ephemeral.via);
    assert.deepEqual(ways, [...Array(5).fill('response_url'), 'postEphemeral']);
  });

  it('whispers directly to somebody where the bot is not a member', async () => {
    rig.server.leave(rig.server.botUser, CHANNEL);
    await whisper();
    assert.equal(rig.server.ephemerals(ANA).length, 0);
    assert.ok(
      rig.server.calls.some(({ method, ok, channel }) => method === 'chat.postMessage' && ok && channel !== CHANNEL),
    );
  });

  it('never calls an address that is not of Slack', async () => {
    let calls = 0;
    const stranger = createServer((_request, response) => {
      calls += 1;
      response.end('ok');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const slack = new URL(rig.server.apiUrl).host;
    const forged = [
      `http://127.0.0.1:${port}/commands/T/1/r`,
      `http://${slack}@127.0.0.1:${port}/`,
      `http://hooks.slack.com.localhost:${port}/`,
      `http://user:secret@${slack}/commands/T/1/r`,
      'http://hooks.slack.com/commands/T/1/r',
      'file:///etc/passwd',
      'not an address',
    ];
    for (const via of forged) await whisper({ via });
    assert.equal(calls, 0);
    assert.equal(count('response_url'), 0);
    assert.equal(rig.server.ephemerals(ANA).length, forged.length);
    await new Promise((resolve) => stranger.close(resolve));
  });

  it('asks Slack about people and groups, and says what the plan does not have', async () => {
    const { team } = rig.server;
    rig.server.addUser('U0GONE', { deleted: true });
    rig.server.addUser('U0APP', { isBot: true });
    assert.equal((await rig.chat.findPerson(`slack:${team}/U0GONE`))?.isActive, false);
    assert.equal((await rig.chat.findPerson(`slack:${team}/U0APP`))?.isBot, true);
    assert.equal(await rig.chat.findPerson('mattermost:x/U0APP'), undefined);
    await assert.rejects(rig.chat.findMembers(`slack:${team}/S0NONE`), hasCode('failed/chat-refused'));
    await assert.rejects(rig.chat.findMembers('slack:T0OTHER/S0614TZR7'), hasCode('failed/chat-refused'));
    rig.server.setPlan('free');
    await assert.rejects(rig.chat.findMembers(`slack:${team}/S0NONE`), hasCode('failed/chat-refused', /policy/));
  });

  it('fails in words without a secret, whatever Slack answers', async () => {
    rig.server.chaos.onCall = () => ({ status: 503 });
    await assert.rejects(rig.chat.checkHealth(), (error) => {
      assert.ok(hasCode('unreachable/chat')(error));
      assert.doesNotMatch(`${error instanceof Error && error.stack}`, /xoxb/);
      return true;
    });
  });
});
