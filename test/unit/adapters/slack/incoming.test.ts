import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { waitFor } from '../../../contract/wait-for.ts';
import { ANA, CARD, CHANNEL, DIRECT, openRig, patiently, type Rig, RUN } from './slack-rig.ts';

describe('what Slack delivers', () => {
  let rig: Rig;
  let mention: string;
  const event = (fields: object) => ({
    team_id: rig.server.team,
    type: 'event_callback',
    event: {
      type: 'app_mention',
      channel: CHANNEL,
      user: ANA,
      text: `${mention} ping`,
      ts: '1700000000.000100',
      ...fields,
    },
  });
  const deliver = (fields: object) => rig.server.deliver('event', event(fields));

  before(async () => {
    rig = await openRig({ server: { events: ['app_mention', 'message.im', 'message.channels'] } });
    mention = `<@${rig.server.botUser}>`;
    await rig.chat.start(rig.receiver);
    await waitFor(() => rig.server.sockets === 2);
  });
  after(() => rig.close());
  beforeEach(() => {
    for (const list of [rig.receiver.messages, rig.receiver.clicks, rig.receiver.refusals]) list.length = 0;
    rig.receiver.take = async () => true;
    rig.server.chaos.redeliver = undefined;
  });

  it('has one id for a mention, its message event, and every redelivery', async () => {
    rig.server.chaos.redeliver = () => 2;
    const { ts } = await rig.server.say({ user: ANA, channel: CHANNEL, text: `${mention} ping` });
    await deliver({ type: 'message', channel_type: 'im', ts });
    assert.ok(rig.receiver.messages.length > 3);
    assert.deepEqual([...new Set(rig.receiver.messages.map(({ id }) => id))], [`msg:${CHANNEL}:${ts}`]);
  });

  it('has one id for every delivery of a command, and another for the next one', async () => {
    rig.server.chaos.redeliver = () => 1;
    await rig.server.slashCommand({ user: ANA, channel: CHANNEL, text: 'ping' });
    await rig.server.slashCommand({ user: ANA, channel: CHANNEL, text: 'ping' });
    assert.equal(rig.receiver.messages.length, 4);
    assert.equal(new Set(rig.receiver.messages.map(({ id }) => id)).size, 2);
  });

  it('keeps the text as Slack wrote it, without the mention of the bot at its start', async () => {
    const texts = [`${mention}: ping &gt;= 1 <@U1>`, `  ${mention} ${mention} ping`, `hey ${mention} ping`, mention];
    for (const text of texts) await deliver({ text });
    assert.deepEqual(
      rig.receiver.messages.map(({ text }) => text),
      ['ping &gt;= 1 <@U1>', 'ping', `hey ${mention} ping`, ''],
    );
  });

  it('ignores what is edited, deleted, posted by an app or by itself', async () => {
    const ignored = [
      { edited: { user: ANA, ts: '1.2' } },
      { subtype: 'message_changed' },
      { subtype: 'bot_message' },
      { subtype: 'channel_join' },
      { bot_id: 'B1' },
      { hidden: true },
      { user: rig.server.botUser },
      { user: 'USLACKBOT' },
      { user: undefined },
      { type: 'message', channel_type: 'channel' },
      { type: 'message', channel_type: 'im', text: ' ', subtype: 'file_share' },
      { type: 'reaction_added' },
    ];
    for (const fields of ignored) assert.notEqual((await deliver(fields)).acknowledgedAfterMs, undefined);
    assert.deepEqual(rig.receiver.messages, []);
  });

  it('takes a text that comes with a file, and one that is shown in the channel too', async () => {
    for (const subtype of ['file_share', 'thread_broadcast']) await deliver({ subtype });
    assert.equal(rig.receiver.messages.length, 2);
  });

  it('takes direct messages', async () => {
    const { ts } = await rig.server.say({ user: ANA, channel: DIRECT, text: 'ping' });
    const [message] = rig.receiver.messages;
    assert.deepEqual([message?.id, message?.text, message?.thread], [`msg:${DIRECT}:${ts}`, 'ping', undefined]);
  });

  it("knows people of a shared channel by their own workspace's account", async () => {
    await deliver({ user_team: 'T0OTHER' });
    await rig.server.deliver('event', {
      ...event({ source_team: 'T0OTHER' }),
      team_id: 'T0OTHER',
      authorizations: [{ team_id: rig.server.team }],
    });
    await deliver({ user_team: 'not an id' });
    assert.deepEqual(
      rig.receiver.messages.map(({ account }) => account),
      [`slack:T0OTHER/${ANA}`, `slack:T0OTHER/${ANA}`],
    );
  });

  it('takes nothing that is delivered for another workspace, and notes it', async () => {
    await rig.server.deliver('event', { ...event({}), team_id: 'T0FOREIGN' });
    await rig.server.deliver('event', { ...event({}), authorizations: [{ team_id: 'T0FOREIGN' }] });
    await rig.server.deliver('command', {
      command: '/mco',
      team_id: 'T0FOREIGN',
      channel_id: CHANNEL,
      user_id: ANA,
      text: 'ping',
      trigger_id: '1.2',
    });
    assert.deepEqual(rig.receiver.messages, []);
    assert.deepEqual(
      rig.receiver.refusals.map(({ error }) => error.code),
      Array(3).fill('untrusted/foreign-team'),
    );
  });

  it('takes a press of its own buttons only', async () => {
    const press = (fields: object) => ({
      type: 'block_actions',
      team: { id: rig.server.team },
      user: { id: ANA, team_id: 'T0OTHER' },
      channel: { id: CHANNEL },
      container: { message_ts: '1700000000.000100', thread_ts: '1700000000.000050' },
      trigger_id: '1.2.abc',
      actions: [{ type: 'button', action_id: 'mco:cancel', value: RUN, action_ts: '1700000000.000200', ...fields }],
    });
    const wrong = [
      { action_id: 'mco:format' },
      { action_id: 'mco:toString' },
      { value: '7f3a' },
      { value: undefined },
      { type: 'select' },
    ];
    for (const fields of wrong) await rig.server.deliver('click', press(fields));
    assert.equal(rig.receiver.clicks.length, 0);
    assert.equal(rig.receiver.refusals.length, wrong.length);
    await rig.server.deliver('click', press({}));
    const [click] = rig.receiver.clicks;
    assert.deepEqual(
      [click?.id, click?.account, click?.action, click?.run, click?.thread],
      ['click:1.2.abc', `slack:T0OTHER/${ANA}`, 'cancel', RUN, '1700000000.000050'],
    );
  });

  it('acknowledges an event only when the bot has it', async () => {
    rig.receiver.take = async () => rig.receiver.messages.length > 1;
    const { deliveries, acknowledgedAfterMs } = await deliver({});
    assert.ok(deliveries >= 2);
    assert.notEqual(acknowledgedAfterMs, undefined);
  });

  it('does not acknowledge an event that the bot does not take in time: Slack brings it again', async () => {
    rig.receiver.take = () => (rig.receiver.messages.length > 1 ? Promise.resolve(true) : new Promise(() => {}));
    assert.ok((await deliver({})).deliveries >= 2);
  });

  it('acknowledges a command in time, and tells later that it was not taken', async () => {
    let decide = (_taken: boolean): void => {};
    rig.receiver.take = () =>
      new Promise((resolve) => {
        decide = resolve;
      });
    const before = rig.server.ephemerals(ANA).length;
    const { acknowledgedAfterMs } = await rig.server.slashCommand({ user: ANA, channel: CHANNEL, text: 'ping' });
    assert.notEqual(acknowledgedAfterMs, undefined);
    assert.equal(rig.server.ephemerals(ANA).length, before);
    decide(false);
    await waitFor(() => rig.server.ephemerals(ANA).length > before);
  });

  it('tells who pressed that the press was not taken', async () => {
    const card = { ...CARD, buttons: [{ action: 'cancel', run: RUN, label: 'Cancel' }] } as const;
    const posting = { channel: CHANNEL, card, key: 'press' };
    const post = await patiently(rig.clock, () => rig.chat.post(posting));
    rig.receiver.take = async () => false;
    const before = rig.server.ephemerals(ANA).length;
    await rig.server.press({ user: ANA, channel: CHANNEL, ts: post.id, actionId: 'mco:cancel' });
    await waitFor(() => rig.server.ephemerals(ANA).length > before);
    assert.equal(rig.server.messages(CHANNEL).find(({ ts }) => ts === post.id)?.edits, 0);
  });
});
