import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../contract/wait-for.ts';
import { readRecords, waitForRecords } from './audit-records.ts';
import { openMattermostChannel, openSlackChannel, type TestChannel, waitForPost } from './chats/channel.ts';
import { type ChatWorld, startChatWorld } from './chats/chat-world.ts';

const SLIDE = 'package -F lsbmajdistrelease=14.04 status openafs-modules-dkms';

const OVER = /\b(?:OK|PARTIAL|FAILED|DENIED|NO RESPONSE|NO MATCH|CANCELLED|NOT SENT|UNKNOWN)\b/;

describe('in a shared channel', { timeout: 600_000 }, () => {
  let world: ChatWorld;
  before(async () => {
    world = await startChatWorld();
  });
  after(async () => {
    await world?.close();
    const unexpected = world.problems.filter(({ message }) => !/root/.test(message));
    assert.deepEqual(unexpected, []);
  });

  const services = { slack: openSlackChannel, mattermost: openMattermostChannel };
  // Mostly they wait; each has a channel of its own.
  describe('of either service', { concurrency: 2 }, () => {
    for (const [service, open] of Object.entries(services)) {
      describe(service, { concurrency: 1 }, () => {
        let channel: TestChannel;
        before(() => {
          channel = open(world);
        });
        const roots = () => channel.posts().filter(({ thread }) => thread === undefined);
        const root = (text: string) =>
          waitForPost(channel, (post) => post.thread === undefined && post.text.includes(text) && OVER.test(post.text));

        it('shows the founding slide: one root, edited into its summary, a thread and a file', async () => {
          const startedAt = Date.now();
          await channel.command('ana', SLIDE);
          const { id, text, edits, buttons, notified } = await root('openafs-modules-dkms');
          const seconds = (Date.now() - startedAt) / 1000;
          for (const part of ['PARTIAL', '142 OK', '3 NO RESPONSE', '145', '1.6.7-1ubuntu1', '112', 'purged', '30']) {
            assert.ok(text.includes(part), `${part} in ${text}`);
          }
          for (const node of ['atlas28', 'fai07', 'idp2']) assert.ok(text.includes(node), `${node} in ${text}`);
          assert.deepEqual(buttons, ['retrySilent', 'again', 'details']);
          assert.deepEqual(notified, []);
          assert.equal(roots().length, 1);
          assert.ok(edits <= seconds / 2 + 2, `${edits} edits in ${seconds} s`);
          await waitFor(() => channel.files().length === 1);
          const [file] = channel.files();
          assert.match(file?.name ?? '', /^[0-9a-f]{4}\.csv$/);
          assert.equal(file?.thread, id);
          assert.equal(file?.content.trimEnd().split('\n').length, 146);
          const thread = channel.posts().filter((post) => post.thread === id);
          assert.ok(thread.some((post) => post.text.includes('atlas01')));
        });

        it('retries the silent ones with a button, as a run of whoever presses', async () => {
          const [first] = roots();
          await channel.press('raj', first?.id ?? '', 'retrySilent');
          const { text } = await waitForPost(channel, (post) => post.text.includes('@raj') && OVER.test(post.text));
          assert.ok(text.includes(':silent'), text);
          assert.ok(text.includes('NO RESPONSE'), text);
        });

        it('answers in a thread, where last is the run of that thread', async () => {
          const [first] = roots();
          await channel.say('bob', 'find --nodes last:ok -F customer=acme', first?.id);
          const { text, thread } = await waitForPost(
            channel,
            (post) => post.text.includes('@bob') && OVER.test(post.text),
          );
          assert.equal(thread, first?.id);
          assert.ok(text.includes('find'), text);
        });

        it('tells a denial to the requester alone', async () => {
          const before = roots().length;
          await channel.command('bob', 'package update nginx -C webserver');
          await waitFor(() => channel.whispers('bob').some((text) => text.includes('DENIED')));
          assert.equal(roots().length, before);
        });

        it('tells a mistake to the requester alone, with what was meant', async () => {
          await channel.command('ana', 'package staus bash');
          await waitFor(() => channel.whispers('ana').some((text) => text.includes('NOT SENT')));
          assert.ok(channel.whispers('ana').some((text) => text.includes('did you mean `status`')));
        });

        it('cancels with a button that somebody else presses', async () => {
          await channel.command('ana', 'package status bash -F lsbmajdistrelease=14.04 --timeout 40');
          const running = await waitForPost(
            channel,
            ({ text, buttons }) =>
              text.includes('--timeout 40') && text.includes('RUNNING') && buttons.includes('cancel'),
          );
          await channel.press('raj', running.id, 'cancel');
          const { text } = await root('--timeout 40');
          assert.match(text, /CANCELLED by `?@raj/);
        });

        it('asks the same again, and shows details, with buttons', async () => {
          const [first] = roots();
          const before = roots().length;
          await channel.press('bob', first?.id ?? '', 'again');
          await waitFor(() => roots().length === before + 1);
          const again = roots().at(-1);
          assert.ok(again?.text.includes('@bob') && again.text.includes('lsbmajdistrelease=14.04'), again?.text);
          const replies = () => channel.posts().filter(({ thread }) => thread === first?.id).length;
          const repliesBefore = replies();
          await channel.press('bob', first?.id ?? '', 'details');
          await waitFor(() => replies() > repliesBefore);
        });

        it('lists, shows and checks', async () => {
          await channel.command('ana', 'runs');
          await waitFor(() => channel.whispers('ana').some((text) => text.includes('openafs-modules-dkms')));
          await channel.command('ana', 'health');
          await waitFor(() => channel.whispers('ana').some((text) => text.includes('everything answers')));
          await channel.command('bob', 'whoami');
          await waitFor(() => channel.whispers('bob').some((text) => text.includes('person:bob')));
        });

        it('says why where the bot is not a member, and asks nobody', async () => {
          const stranger = open(world, { isBotIn: false });
          await stranger.command('ana', 'ping -C webserver');
          await waitFor(() =>
            channel.whispers('ana').some((text) => /invite|add/i.test(text) && text.includes('NOT SENT')),
          );
          const records = readRecords(world.world.auditLogs.bot);
          const asked = records.filter(({ event, command }) => event === 'intent' && command === 'ping -C webserver');
          assert.deepEqual(asked, []);
        });

        it('writes where the person may', async () => {
          await channel.say('ana', 'package update nginx -I atlas01');
          const { text } = await root('package update nginx');
          assert.ok(text.includes('WRITE'), text);
        });
      });
    }
  });

  it('refuses and records a Mattermost button that somebody copied into a post of their own', async () => {
    const { mattermost, mattermostUsers: users } = world;
    const channel = openMattermostChannel(world);
    await channel.command('ana', 'ping -I atlas01 -v');
    const root = await waitForPost(channel, ({ text, buttons }) => OVER.test(text) && buttons.includes('again'));
    await waitFor(() => channel.files().length === 1);
    const before = channel.posts().length;
    const copied = mattermost.integrationOf(root.id, 'again');
    const action = { id: 'again', type: 'button', name: 'Run again' };
    const forged = [
      copied,
      { ...copied, context: { ...copied.context, action: 'cancel' } },
      { ...copied, context: { ...copied.context, run: '01890000-0000-7000-8000-000000000001' } },
      { ...copied, context: { ...copied.context, exp: Date.now() + 1e9 } },
    ].map((integration) => mattermost.forgePost(users.bob, channel.id, [{ ...action, integration }]));
    for (const post of forged) {
      const { status, ephemeralText } = await mattermost.press({ user: users.bob, post, actionName: 'again' });
      assert.equal(status, 200);
      assert.ok((ephemeralText ?? '') !== '');
    }
    const account = `mattermost:${new URL(mattermost.url).host}/${users.bob}`;
    await waitForRecords(world.world.auditLogs.bot, { event: 'refused', caller: account }, 1);
    await channel.press('ana', root.id, 'again');
    await waitFor(() => channel.posts().filter(({ thread }) => thread === undefined).length === 2);
    assert.ok(channel.posts().length >= before + 1);
  });

  it('refuses and records a Slack button of another run or another message', async () => {
    const { slack, slackUsers } = world;
    const channel = openSlackChannel(world);
    await channel.command('ana', 'ping -I atlas01 -v');
    const root = await waitForPost(channel, ({ text, buttons }) => OVER.test(text) && buttons.includes('again'));
    const run = /"value":"([0-9a-f-]{36})"/.exec(
      JSON.stringify(slack.messages(channel.id).find(({ ts }) => ts === root.id)?.blocks),
    )?.[1];
    const press = (ts: string, value: string | undefined) =>
      slack.deliver('click', {
        type: 'block_actions',
        team: { id: slack.team },
        user: { id: slackUsers.bob, team_id: slack.team },
        channel: { id: channel.id },
        container: { type: 'message', message_ts: ts, channel_id: channel.id },
        message: { ts },
        trigger_id: `forged.${ts}.${value}`,
        actions: [{ type: 'button', action_id: 'mco:again', block_id: 'b', value, action_ts: `${ts}9` }],
      });
    await press('1700000000.000001', run);
    await press(root.id, '01890000-0000-7000-8000-000000000001');
    const account = `slack:${slack.team}/${slackUsers.bob}`;
    await waitForRecords(world.world.auditLogs.bot, { event: 'refused', caller: account }, 1);
    assert.equal(channel.posts().filter(({ thread }) => thread === undefined).length, 1);
  });
});
