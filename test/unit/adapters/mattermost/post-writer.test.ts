import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Card } from '../../../../src/core/card.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { CallFault } from '../../../servers/mattermost/types.ts';
import { cardWith, type MattermostSite, openSite, type SiteOptions } from './mattermost-site.ts';
import { createShiftedClock } from './shifted-clock.ts';

const CARD: Card = { outcome: 'OK', summary: '3 OK', body: [] };
const failsWith = (code: string) => (error: unknown) => error instanceof McoError && error.code === code;

describe('posting in Mattermost', () => {
  let site: MattermostSite;
  let serial = 0;
  afterEach(() => site.close());

  const open = async (options: SiteOptions = {}) => {
    site = await openSite(options);
  };
  const key = () => `post:${++serial}`;
  const posts = () => site.server.posts(site.channel);
  /** Spoils the next call that this says, and no other. */
  const spoil = (method: string, end: string, fault: CallFault) => {
    site.server.chaos.onCall = (call) => {
      if (call.method !== method || !call.path.endsWith(end)) return undefined;
      site.server.chaos.onCall = undefined;
      return fault;
    };
  };

  it('makes one post of one key, by the server itself, soon after', async () => {
    await open();
    const posting = { channel: site.channel, card: CARD, key: key() };
    spoil('POST', '/posts', { drop: 'after' });
    await assert.rejects(site.chat.post(posting), failsWith('unreachable/chat'));
    await site.chat.post(posting);
    assert.equal(posts().length, 1);
  });

  it('makes one post of one key, by looking for it, after the server forgot', async () => {
    await open();
    const posting = { channel: site.channel, card: cardWith('cancel'), key: key() };
    const firstTriedAt = Date.now();
    spoil('POST', '/posts', { drop: 'after' });
    await assert.rejects(site.chat.post(posting), failsWith('unreachable/chat'));
    await site.server.chaos.restart();
    for (let other = 0; other < 70; other++)
      site.server.say({ user: site.ana.id, channel: site.channel, text: `${other}` });
    const ref = await site.chat.post({ ...posting, firstTriedAt });
    const own = posts().filter(({ user_id }) => user_id === site.bot.id);
    assert.deepEqual(
      own.map(({ id }) => id),
      [ref.id],
    );
    assert.ok(site.server.integrationOf(ref.id, 'cancel').url.endsWith('/mattermost/action'));
  });

  it('does not take a post of somebody else for its own', async () => {
    await open();
    const posting = { channel: site.channel, card: CARD, key: key() };
    const { id } = await site.chat.post(posting);
    const props = posts().find((post) => post.id === id)?.props ?? {};
    const copied = site.server.say({ user: site.ana.id, channel: site.channel, text: 'x', props });
    site.server.deletePost(id);
    const ref = await site.chat.post({ ...posting, key: posting.key, firstTriedAt: Date.now() });
    assert.notEqual(ref.id, copied);
  });

  it('does not take a post of its own for another: of another place, or of long before', async () => {
    await open();
    const elsewhere = site.server.addChannel(site.team, 'elsewhere');
    site.server.join(site.bot.id, elsewhere);
    const posting = { channel: site.channel, card: CARD, key: key() };
    const first = await site.chat.post(posting);
    const places = [
      { ...posting, channel: elsewhere },
      { ...posting, thread: first.id },
      { ...posting, thread: first.id, firstTriedAt: Date.now() },
      { ...posting, firstTriedAt: Date.now() + 120_000 },
    ];
    const ids = [first.id];
    for (const place of places) ids.push((await site.chat.post(place)).id);
    // The third is the second's, which stands where it was to stand.
    assert.equal(ids[3], ids[2]);
    assert.equal(new Set(ids).size, 4);
    assert.equal(site.server.posts(elsewhere).length, 1);
    assert.equal(site.server.posts(elsewhere)[0]?.id, ids[1]);
  });

  it('shows a whisper once when the answer was lost', async () => {
    await open();
    const to = { account: site.account(site.ana.id), channel: site.channel };
    spoil('POST', '/posts', { drop: 'after' });
    await assert.rejects(site.chat.whisper(to, CARD, 'one'), failsWith('unreachable/chat'));
    await site.chat.whisper(to, CARD, 'one');
    await site.chat.whisper(to, CARD, 'another');
    const direct = site.server.posts(site.server.directChannel(site.ana.id, site.bot.id));
    assert.equal(direct.length, 2);
  });

  it('comes to the same post when the call that adds the buttons fails', async () => {
    await open();
    const posting = { channel: site.channel, card: cardWith('cancel'), key: key() };
    spoil('PUT', '/patch', { status: 500 });
    await assert.rejects(site.chat.post(posting), failsWith('unreachable/chat'));
    const { id } = await site.chat.post({ ...posting, firstTriedAt: Date.now() });
    assert.equal(posts().length, 1);
    assert.equal(site.server.integrationOf(id, 'cancel').context.action, 'cancel');
  });

  it('puts one file into a thread, whichever answer was lost', async () => {
    await open();
    const root = await site.chat.post({ channel: site.channel, card: CARD, key: key() });
    for (const end of ['/files', '/posts']) {
      const upload = {
        channel: site.channel,
        thread: root.id,
        name: 'a.csv',
        title: 'all',
        content: 'a,b\r\n',
        key: key(),
      };
      const firstTriedAt = Date.now();
      const before = posts().length;
      spoil('POST', end, { drop: 'after' });
      await assert.rejects(site.chat.upload(upload), failsWith('unreachable/chat'));
      await site.chat.upload({ ...upload, firstTriedAt });
      assert.equal(posts().length, before + 1, end);
      assert.deepEqual(site.server.files(posts().at(-1)?.id ?? ''), [{ name: 'a.csv', content: 'a,b\r\n' }]);
    }
  });

  it('says a final result below when the post may no longer be edited, once', async () => {
    await open({ postEditTimeLimitMs: -1 });
    const ref = await site.chat.post({ channel: site.channel, card: cardWith('cancel'), key: key() });
    await assert.rejects(site.chat.edit(ref, CARD, 'progress'), failsWith('failed/chat-refused'));
    await site.chat.edit(ref, CARD, 'final');
    await site.chat.edit(ref, CARD, 'final');
    const replies = posts().filter(({ root_id }) => root_id === ref.id);
    assert.deepEqual(
      replies.map(({ message }) => message.includes('3 OK')),
      [true],
    );
  });

  it('advises to invite the bot where it is no member', async () => {
    await open();
    const channel = site.server.addChannel(site.team, 'elsewhere');
    await assert.rejects(site.chat.post({ channel, card: CARD, key: key() }), (error) => {
      assert.ok(error instanceof McoError);
      assert.equal(error.code, 'failed/chat-refused');
      return /invite/.test(error.hint ?? '');
    });
  });

  it('refuses archived channels for good, and tries again after errors of the server', async () => {
    await open();
    const post = () => site.chat.post({ channel: site.channel, card: CARD, key: key() });
    for (const fault of [{ status: 500 }, { status: 503 }, { drop: 'before' }] as const) {
      spoil('POST', '/posts', fault);
      await assert.rejects(post(), failsWith('unreachable/chat'));
    }
    site.server.archive(site.channel);
    await assert.rejects(post(), failsWith('failed/chat-refused'));
  });

  it('leaves half of the rate limit to what matters', async () => {
    const clock = createShiftedClock();
    await open({ rateLimit: { perSec: 1, maxBurst: 20 }, botClock: clock });
    const ref = await site.chat.post({ channel: site.channel, card: CARD, key: key() });
    let refused = 0;
    for (let edit = 0; edit < 30; edit++) {
      await site.chat.edit(ref, { ...CARD, summary: `${edit}` }, 'progress').catch((error: unknown) => {
        assert.ok(failsWith('unreachable/chat-busy')(error));
        refused += 1;
      });
    }
    const calls = site.server.calls.filter(({ status }) => status === 429);
    assert.ok(refused >= 15, `${refused} refused`);
    assert.equal(calls.length, 0);
    await site.chat.edit(ref, CARD, 'final');
  });

  it('never shows a secret in what it throws', async () => {
    await open();
    site.server.deactivate(site.bot.id);
    const error: unknown = await site.chat.checkHealth().catch((thrown: unknown) => thrown);
    assert.ok(failsWith('unreachable/chat')(error));
    const { message, hint, stack } = error as McoError;
    assert.ok(!`${message} ${hint} ${stack}`.includes(site.bot.token));
  });
});
