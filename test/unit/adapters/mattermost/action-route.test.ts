import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ACTION_LIFETIME_MS } from '../../../../src/adapters/mattermost/action-context.ts';
import { createFakeReceiver, type FakeReceiver } from '../../../contract/chat.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { cardWith, type MattermostSite, openSite, RUN } from './mattermost-site.ts';
import { createShiftedClock } from './shifted-clock.ts';

describe('a press of a button', () => {
  const clock = createShiftedClock();
  let site: MattermostSite;
  let receiver: FakeReceiver;
  let serial = 0;

  before(async () => {
    site = await openSite({ botClock: clock });
    receiver = createFakeReceiver();
    const taken = receiver.takeClick;
    // Every press is answered at once, as the bot does for most.
    receiver.takeClick = async (click) => {
      await taken(click);
      void site.chat.whisper({ ...click, via: click.via }, { outcome: 'CANCELLED', body: [] });
      return true;
    };
    await site.chat.start(receiver);
  });
  after(() => site.close());
  beforeEach(() => {
    clock.shiftMs = 0;
    for (const list of [receiver.clicks, receiver.refusals]) list.length = 0;
  });

  const post = () =>
    site.chat.post({ channel: site.channel, card: cardWith('cancel', 'again'), key: `click:${++serial}` });
  const codes = () => receiver.refusals.map(({ error }) => error.code);
  const send = (body: unknown) =>
    fetch(`${site.callbackUrl}/mattermost/action`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('is answered to who pressed, by the press itself', async () => {
    const { id } = await post();
    const result = await site.server.press({ user: site.ana.id, post: id, actionName: 'cancel' });
    assert.equal(result.status, 200);
    assert.match(result.ephemeralText ?? '', /CANCELLED/);
    assert.equal(receiver.clicks[0]?.account, site.account(site.ana.id));
  });

  it('has the same id each time it is used, and its own answer each time', async () => {
    const { id } = await post();
    const use = { user: site.ana.id, post: id, actionName: 'cancel' };
    await Promise.all([site.server.press(use), site.server.press({ ...use, user: site.raj.id })]);
    assert.equal(new Set(receiver.clicks.map((click) => click.id)).size, 1);
    assert.equal(new Set(receiver.clicks.map((click) => click.via)).size, 2);
  });

  it('knows the thread of its post', async () => {
    const root = await post();
    const posting = { channel: site.channel, thread: root.id, card: cardWith('details'), key: `click:${++serial}` };
    const { id } = await site.chat.post(posting);
    await site.server.press({ user: site.ana.id, post: id, actionName: 'details' });
    assert.equal(receiver.clicks[0]?.thread, root.id);
  });

  it('is refused when the context was copied into a post of somebody else', async () => {
    const { id } = await post();
    const integration = site.server.integrationOf(id, 'cancel');
    const forged = site.server.forgePost(site.raj.id, site.channel, [
      { id: 'cancel', type: 'button', name: 'Cancel', integration },
    ]);
    const result = await site.server.press({ user: site.raj.id, post: forged, actionName: 'cancel' });
    assert.match(result.ephemeralText ?? '', /not from the bot/);
    assert.deepEqual([receiver.clicks.length, codes()], [0, ['untrusted/forged-click']]);
    assert.equal(receiver.refusals[0]?.account, site.account(site.raj.id));
  });

  it('is refused with another run, action, time, channel or post, without a MAC and without a context', async () => {
    const { id } = await post();
    const other = await post();
    const { context } = site.server.integrationOf(id, 'cancel');
    const press = { user_id: site.ana.id, channel_id: site.channel, post_id: id, context };
    const forged = [
      { ...press, context: { ...context, run: RUN.replace('7f3a', '7f3b') } },
      { ...press, context: { ...context, action: 'retryFailed' } },
      { ...press, context: { ...context, exp: Number(context.exp) + 1 } },
      { ...press, context: { ...context, mac: undefined } },
      { ...press, context: { ...context, mac: 5 } },
      { ...press, context: undefined },
      { ...press, context: [context] },
      { ...press, context: JSON.stringify(context) },
      { ...press, post_id: other.id },
      { ...press, channel_id: 'x'.repeat(26) },
    ];
    for (const body of forged) {
      const response = await send(body);
      assert.equal(response.status, 200);
      assert.match(await response.text(), /not from the bot/, JSON.stringify(body));
    }
    assert.equal(receiver.clicks.length, 0);
    assert.deepEqual(
      codes(),
      forged.map(() => 'untrusted/forged-click'),
    );
  });

  it('is refused after its time, with what to do instead', async () => {
    const { id } = await post();
    clock.shiftMs = ACTION_LIFETIME_MS;
    const result = await site.server.press({ user: site.ana.id, post: id, actionName: 'cancel' });
    assert.match(result.ephemeralText ?? '', /Type the command/);
    assert.deepEqual([receiver.clicks.length, codes()], [0, ['untrusted/expired-click']]);
  });

  it('is refused for who is not in the channel, switched off, a bot or nobody', async () => {
    const { id } = await post();
    const { server, channel } = site;
    const { context } = server.integrationOf(id, 'cancel');
    const stranger = server.addUser('stranger').id;
    const robot = server.addUser('robot', { isBot: true }).id;
    const gone = server.addUser('gone').id;
    for (const user of [robot, gone]) server.join(user, channel);
    server.deactivate(gone);
    for (const user of [stranger, robot, gone, 'n'.repeat(26)]) {
      await send({ user_id: user, channel_id: channel, post_id: id, context });
    }
    assert.equal(receiver.clicks.length, 0);
    assert.deepEqual(codes(), Array(4).fill('untrusted/stranger-click'));
  });

  it('is refused for who was known and is switched off, once the clock was set back', async () => {
    const { id } = await post();
    const { server, channel } = site;
    const leaver = server.addUser('leaver').id;
    server.join(leaver, channel);
    const { context } = server.integrationOf(id, 'cancel');
    const press = { user_id: leaver, channel_id: channel, post_id: id, context };
    await send(press);
    server.deactivate(leaver);
    clock.shiftMs = -3_600_000;
    await send(press);
    assert.deepEqual([receiver.clicks.length, codes()], [1, ['untrusted/stranger-click']]);
  });

  it('is refused when it is too large, no JSON, or of another shape', async () => {
    const statuses: number[] = [];
    const ids = { user_id: site.ana.id, channel_id: site.channel, post_id: 'p'.repeat(26) };
    const bodies = [
      'x'.repeat(64 * 1024 + 1),
      'no json',
      '[]',
      '{}',
      { ...ids, user_id: 7 },
      { ...ids, post_id: '../x' },
    ];
    for (const body of bodies) statuses.push((await send(body)).status);
    assert.deepEqual(statuses, [413, 400, 400, 400, 400, 400]);
    assert.deepEqual(
      codes(),
      bodies.map(() => 'untrusted/malformed'),
    );
  });

  it('does nothing, and says so, while the server can not say who that is', async () => {
    const { id } = await post();
    site.server.chaos.onCall = ({ path }) => (path.includes('/members/') ? { status: 500 } : undefined);
    const result = await site.server.press({ user: site.ana.id, post: id, actionName: 'cancel' });
    site.server.chaos.onCall = undefined;
    assert.match(result.ephemeralText ?? '', /nothing was done/);
    assert.equal(receiver.clicks.length, 0);
  });

  it('is shown in a direct message when the answer comes too late', async () => {
    const recipient = { account: site.account(site.ana.id), channel: site.channel, via: 'click:gone.gone' };
    await site.chat.whisper(recipient, { outcome: 'LATE', body: [] });
    const direct = site.server.directChannel(site.ana.id, site.bot.id);
    await waitFor(() => site.server.posts(direct).some(({ message }) => message.includes('LATE')));
  });
});
