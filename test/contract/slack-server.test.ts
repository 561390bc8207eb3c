import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type WebAPICallResult, WebClient, type WebClientOptions } from '@slack/web-api';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { DEFAULT_SCOPES } from '../servers/slack/api-endpoint.ts';
import { SILENT_LOGGER } from '../servers/slack/silent-logger.ts';
import { startSlackServer } from '../servers/slack/slack-server.ts';
import type { SlackServer } from '../servers/slack/slack-types.ts';

const ROOM = 'C0ROOM';

let server: SlackServer;
let clock: FakeClock;
let web: WebClient;

function connect(token: string | undefined, options: WebClientOptions = {}): WebClient {
  const fixed = {
    slackApiUrl: server.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT_LOGGER,
  };
  return new WebClient(token, { ...fixed, ...options });
}

/** The error a call ends with, as the SDK's users see it. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { data, code } = error as { data?: { error?: string }; code?: string };
    return data?.error ?? code ?? String(error);
  }
  return 'none';
}

describe('the Slack test server', () => {
  before(async () => {
    clock = createFakeClock();
    server = await startSlackServer({ clock });
    server.addUser('U1', { name: 'ana' });
    server.addUser('U2', { name: 'raj' });
    server.addUser('U9', { deleted: true });
    server.addUser('UROBOT', { isBot: true });
    server.addChannel(ROOM, { members: ['U1', server.botUser] });
    server.addChannel('C0OTHER', { members: ['U1'] });
    server.addChannel('G0OURS', { members: ['U1', server.botUser], isPrivate: true });
    server.addChannel('G0THEIRS', { members: ['U1'], isPrivate: true });
    server.addChannel('C0OLD', { members: ['U1', server.botUser] });
    server.addUserGroup('S1', ['U1', 'U2']);
    web = connect(server.botToken);
  });
  after(async () => await server.close());
  beforeEach(async () => {
    server.setScopes(DEFAULT_SCOPES);
    server.chaos.authError = undefined;
    server.chaos.onCall = undefined;
    await clock.advance(61_000);
  });

  const post = (more: Record<string, unknown> = {}) =>
    web.apiCall('chat.postMessage', { channel: ROOM, text: 'hello', ...more }) as Promise<
      WebAPICallResult & { ts: string }
    >;

  describe('who calls', () => {
    it('says who a good token is', async () => {
      const answer = await web.auth.test();
      assert.equal(answer.team_id, 'T024BE7LD');
      assert.equal(answer.user_id, 'U0BOT');
      assert.deepEqual([...(answer.response_metadata?.scopes ?? [])].sort(), [...DEFAULT_SCOPES].sort());
    });

    it('refuses no token, an unknown one, one of the wrong kind, and a revoked one', async () => {
      assert.equal(await errorOf(connect(undefined).auth.test()), 'not_authed');
      assert.equal(await errorOf(connect('xoxb-other').auth.test()), 'invalid_auth');
      assert.equal(await errorOf(connect(server.appToken).auth.test()), 'not_allowed_token_type');
      assert.equal(await errorOf(web.apps.connections.open()), 'not_allowed_token_type');
      assert.match((await connect(server.appToken).apps.connections.open()).url ?? '', /^ws:.*ticket=/);
      server.chaos.authError = 'token_revoked';
      assert.equal(await errorOf(web.auth.test()), 'token_revoked');
    });

    it('refuses an app token that does not come in the header', async () => {
      const body = new URLSearchParams({ token: server.appToken });
      const response = await fetch(`${server.apiUrl}apps.connections.open`, { method: 'POST', body });
      assert.deepEqual(await response.json(), { ok: false, error: 'not_authed' });
    });

    it('refuses what the scopes do not cover, and says which one is missing', async () => {
      const calls: [string, string, Record<string, unknown>][] = [
        ['chat:write', 'chat.postMessage', { channel: ROOM, text: 'x' }],
        ['chat:write', 'chat.update', { channel: ROOM, text: 'x', ts: '1700000000.000001' }],
        ['chat:write', 'chat.postEphemeral', { channel: ROOM, text: 'x', user: 'U1' }],
        ['channels:history', 'conversations.history', { channel: ROOM }],
        ['groups:history', 'conversations.history', { channel: 'G0OURS' }],
        ['channels:history', 'conversations.replies', { channel: ROOM, ts: '1700000000.000001' }],
        ['im:write', 'conversations.open', { users: 'U1' }],
        ['users:read', 'users.info', { user: 'U1' }],
        ['usergroups:read', 'usergroups.users.list', { usergroup: 'S1' }],
        ['files:write', 'files.getUploadURLExternal', { filename: 'a', length: 1 }],
        ['files:write', 'files.completeUploadExternal', { files: [{ id: 'F1' }] }],
      ];
      for (const [scope, method, args] of calls) {
        server.setScopes(DEFAULT_SCOPES.filter((other) => other !== scope));
        const data = await web.apiCall(method, args).catch((error: unknown) => (error as { data: unknown }).data);
        assert.equal((data as { error: string }).error, 'missing_scope', method);
        assert.equal((data as { needed: string }).needed, scope, method);
      }
      server.setScopes(DEFAULT_SCOPES);
      assert.equal(await errorOf(web.conversations.info({ channel: ROOM })), 'missing_scope');
    });

    it('refuses unknown methods, other bodies and broken ones', async () => {
      assert.equal(await errorOf(web.apiCall('chat.shout', {})), 'unknown_method');
      const send = async (type: string, body: string) => {
        const headers = { authorization: `Bearer ${server.botToken}`, 'content-type': type };
        const response = await fetch(`${server.apiUrl}auth.test`, { method: 'POST', headers, body });
        return ((await response.json()) as { error?: string }).error;
      };
      assert.equal(await send('text/csv', 'a,b'), 'invalid_post_type');
      assert.equal(await send('application/json', '{'), 'invalid_json');
      assert.equal(await send('application/json', '[]'), 'json_not_object');
      assert.equal(await send('application/json; charset=utf-8', '{}'), undefined);
    });
  });

  describe('messages', () => {
    it('keeps what is posted, with metadata, and gives each its own ts', async () => {
      const metadata = { event_type: 'mcobot_post', event_payload: { key: 'k1' } };
      const first = await post({ metadata });
      const second = await post({ thread_ts: first.ts });
      assert.ok(Number(second.ts) > Number(first.ts) - 0.000001 && second.ts !== first.ts);
      const [root, reply] = server.messages(ROOM).slice(-2);
      assert.deepEqual(root?.metadata, metadata);
      assert.equal(reply?.thread_ts, first.ts);
      assert.deepEqual(root?.notified, []);
    });

    it('takes JSON bodies as well as forms', async () => {
      const headers = { authorization: `Bearer ${server.botToken}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ channel: ROOM, text: 'json', blocks: [{ type: 'divider' }] });
      const response = await fetch(`${server.apiUrl}chat.postMessage`, { method: 'POST', headers, body });
      assert.equal(((await response.json()) as { ok: boolean }).ok, true);
      assert.equal(server.messages(ROOM).at(-1)?.blocks?.[0]?.type, 'divider');
    });

    it('refuses messages without content, place or membership', async () => {
      assert.equal(await errorOf(web.apiCall('chat.postMessage', { text: 'x' })), 'invalid_arguments');
      assert.equal(await errorOf(post({ text: '' })), 'no_text');
      assert.equal(await errorOf(post({ channel: 'C0NONE' })), 'channel_not_found');
      assert.equal(await errorOf(post({ channel: 'C0OTHER' })), 'not_in_channel');
      assert.equal(await errorOf(post({ channel: 'G0THEIRS' })), 'channel_not_found');
      const old = await post({ channel: 'C0OLD' });
      server.archive('C0OLD');
      assert.equal(await errorOf(post({ channel: 'C0OLD' })), 'is_archived');
      assert.equal(await errorOf(web.chat.update({ channel: 'C0OLD', ts: old.ts, text: 'x' })), 'is_inactive');
      assert.equal(await errorOf(post({ thread_ts: 'yesterday' })), 'invalid_thread_ts');
      assert.equal(await errorOf(post({ thread_ts: '1600000000.000001' })), 'cannot_reply_to_message');
    });

    it('refuses metadata that is none, or too large', async () => {
      assert.equal(await errorOf(post({ metadata: '{' })), 'invalid_metadata_format');
      assert.equal(await errorOf(post({ metadata: { event_type: 'x' } })), 'invalid_metadata_schema');
      const event_payload = { key: 'x'.repeat(9000) };
      assert.equal(await errorOf(post({ metadata: { event_type: 'x', event_payload } })), 'metadata_too_large');
    });

    it('cuts new texts over 40,000 characters and refuses updates over 4,000', async () => {
      const { ts } = await post({ text: 'x'.repeat(40_001) });
      assert.equal(server.messages(ROOM).at(-1)?.text.length, 40_000);
      assert.equal(await errorOf(web.chat.update({ channel: ROOM, ts, text: 'x'.repeat(4001) })), 'msg_too_long');
      await web.chat.update({ channel: ROOM, ts, text: 'x'.repeat(4000) });
      assert.equal(server.messages(ROOM).at(-1)?.edits, 1);
    });

    it("updates the bot's own messages only, while the window is open", async () => {
      const { ts } = await post({ blocks: [{ type: 'divider' }] });
      const theirs = await server.say({ user: 'U1', channel: ROOM, text: 'mine' });
      const update = (more: Record<string, unknown>) =>
        errorOf(web.apiCall('chat.update', { channel: ROOM, ts, text: 'new', ...more }));
      assert.equal(await update({ ts: undefined }), 'invalid_arguments');
      assert.equal(await update({ ts: '1600000000.000001' }), 'message_not_found');
      assert.equal(await update({ ts: theirs.ts }), 'cant_update_message');
      assert.equal(await update({ text: '' }), 'no_text');
      assert.equal(await update({}), 'none');
      assert.equal(server.messages(ROOM).find((message) => message.ts === ts)?.blocks, undefined);
      server.setEditWindow(60_000);
      await clock.advance(61_000);
      assert.equal(await update({}), 'edit_window_closed');
      server.setEditWindow(undefined);
    });

    it('shows ephemeral messages to members alone', async () => {
      const show = (more: Record<string, unknown>) =>
        errorOf(web.apiCall('chat.postEphemeral', { channel: ROOM, user: 'U1', text: 'psst', ...more }));
      assert.equal(await show({}), 'none');
      assert.equal(server.ephemerals('U1').at(-1)?.text, 'psst');
      assert.equal(await show({ user: 'U2' }), 'user_not_in_channel');
      assert.equal(await show({ user: undefined }), 'invalid_arguments');
      assert.equal(await show({ channel: 'C0OTHER' }), 'not_in_channel');
      assert.equal(await show({ text: '' }), 'no_text');
    });

    it('records whom a message notifies, and not what is escaped, plain or raw', async () => {
      const notified = async (more: Record<string, unknown>) => {
        await clock.advance(1000);
        await post(more);
        return server.messages(ROOM).at(-1)?.notified;
      };
      assert.deepEqual(await notified({ text: 'hi <@U1> <!here> <!subteam^S1|@ops>' }), ['U1', '!here', '!subteam^S1']);
      assert.deepEqual(await notified({ text: '&lt;@U1&gt; @here &lt;!channel&gt;' }), []);
      assert.deepEqual(await notified({ text: 'hey @here', link_names: true }), ['!here']);
      const mrkdwn = { type: 'section', text: { type: 'mrkdwn', text: '```<!channel>```' } };
      assert.deepEqual(await notified({ blocks: [mrkdwn] }), ['!channel']);
      const plain = { type: 'section', text: { type: 'plain_text', text: '<!channel>' } };
      const rich = (element: object) => ({
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [element] }],
      });
      const raw = { type: 'table', rows: [[{ type: 'raw_text', text: '<@U1>' }]] };
      assert.deepEqual(await notified({ blocks: [plain, rich({ type: 'text', text: '<!here>' }), raw] }), []);
      assert.deepEqual(await notified({ blocks: [rich({ type: 'user', user_id: 'U2' })] }), ['U2']);
      assert.deepEqual(await notified({ blocks: [rich({ type: 'broadcast', range: 'here' })] }), ['!here']);
    });
  });

  describe('looking back', () => {
    it('pages through the history, newest first, roots only, metadata when asked for', async () => {
      const oldest = String(clock.now() / 1000);
      await clock.advance(1000);
      const metadata = { event_type: 'mcobot_post', event_payload: { key: 'k2' } };
      const root = await post({ text: 'one', metadata });
      await post({ text: 'below', thread_ts: root.ts });
      await clock.advance(5000);
      await post({ text: 'two' });
      await post({ text: 'three' });
      const range = { channel: ROOM, oldest, limit: 2 };
      const first = await web.conversations.history(range);
      assert.deepEqual(
        first.messages?.map(({ text }) => text),
        ['three', 'two'],
      );
      assert.equal(first.has_more, true);
      const cursor = first.response_metadata?.next_cursor ?? '';
      const second = await web.conversations.history({ ...range, cursor, include_all_metadata: true });
      assert.deepEqual(
        second.messages?.map(({ text }) => text),
        ['one'],
      );
      assert.deepEqual(second.messages?.[0]?.metadata, metadata);
      assert.equal(second.messages?.[0]?.reply_count, 1);
      const from = { channel: ROOM, oldest: root.ts };
      assert.equal((await web.conversations.history(from)).messages?.length, 2);
      assert.equal((await web.conversations.history({ ...from, inclusive: true })).messages?.length, 3);
      const thread = await web.conversations.replies({ channel: ROOM, ts: root.ts, oldest: root.ts });
      assert.deepEqual(
        thread.messages?.map(({ text }) => text),
        ['one', 'below'],
      );
      assert.equal(thread.messages?.[0]?.metadata, undefined);
    });

    it('refuses ranges, pages and places that make no sense', async () => {
      const history = (more: object) => errorOf(web.conversations.history({ channel: ROOM, ...more }));
      assert.equal(await history({ oldest: 'monday' }), 'invalid_ts_oldest');
      assert.equal(await history({ latest: '-1' }), 'invalid_ts_latest');
      assert.equal(await history({ limit: 1000 }), 'invalid_arguments');
      assert.equal(await history({ cursor: 'x' }), 'invalid_cursor');
      assert.equal(await history({ channel: 'C0OTHER' }), 'not_in_channel');
      assert.equal(await history({ channel: 'G0THEIRS' }), 'channel_not_found');
      assert.equal(await errorOf(web.conversations.replies({ channel: ROOM, ts: '1.0' })), 'thread_not_found');
    });
  });

  describe('the directory', () => {
    it('knows people, and who of them is gone or a machine', async () => {
      assert.equal((await web.users.info({ user: 'U1' })).user?.profile?.display_name, 'ana');
      assert.equal((await web.users.info({ user: 'U9' })).user?.deleted, true);
      assert.equal((await web.users.info({ user: 'UROBOT' })).user?.is_bot, true);
      assert.equal(await errorOf(web.users.info({ user: 'U404' })), 'user_not_found');
    });

    it('lists user groups on paid plans only', async () => {
      assert.deepEqual((await web.usergroups.users.list({ usergroup: 'S1' })).users, ['U1', 'U2']);
      assert.equal(await errorOf(web.usergroups.users.list({ usergroup: 'S404' })), 'no_such_subteam');
      server.setPlan('free');
      assert.equal(await errorOf(web.usergroups.users.list({ usergroup: 'S1' })), 'plan_upgrade_required');
      server.setPlan('paid');
    });

    it('opens one direct message with each person, and none with the gone and with bots', async () => {
      const first = await web.conversations.open({ users: 'U2' });
      const again = await web.conversations.open({ users: 'U2' });
      assert.equal(first.channel?.id, again.channel?.id);
      assert.equal(((await post({ channel: 'U2' })) as { channel?: string }).channel, first.channel?.id);
      assert.equal(await errorOf(web.conversations.open({ users: 'U404' })), 'user_not_found');
      assert.equal(await errorOf(web.conversations.open({ users: 'U9' })), 'user_disabled');
      assert.equal(await errorOf(web.conversations.open({ users: 'UROBOT' })), 'cannot_dm_bot');
      assert.equal(await errorOf(web.apiCall('conversations.open', {})), 'users_list_not_supplied');
      server.setScopes([...DEFAULT_SCOPES, 'channels:read', 'im:read']);
      assert.equal((await web.conversations.info({ channel: ROOM })).channel?.is_member, true);
      assert.equal((await web.conversations.info({ channel: 'C0OTHER' })).channel?.is_member, false);
      assert.equal(await errorOf(web.conversations.info({ channel: 'C404' })), 'channel_not_found');
    });
  });
});
