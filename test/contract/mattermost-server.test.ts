import assert from 'node:assert/strict';
import { test } from 'node:test';
import sdk from '@mattermost/client';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { type ApiResult, startTestSite, type TestSite } from '../servers/mattermost/test-site.ts';
import type { MattermostServerOptions } from '../servers/mattermost/types.ts';

/** The server itself is tested here, so that what is tested against it is tested against something strict. */
function siteTest(title: string, run: (site: TestSite) => Promise<void>, options: MattermostServerOptions = {}): void {
  test(title, async () => {
    const site = await startTestSite(options);
    try {
      await run(site);
    } finally {
      await site.server.close();
    }
  });
}

function clientOf(site: TestSite, token: string) {
  const client = new sdk.Client4();
  client.setUrl(site.server.url);
  client.setToken(token);
  return client;
}

function assertRefused(result: ApiResult, status: number, id: string): void {
  assert.deepEqual([result.status, result.body.id, result.body.status_code], [status, id, status]);
  assert.deepEqual(Object.keys(result.body).sort(), ['detailed_error', 'id', 'message', 'request_id', 'status_code']);
}

const NO_RIGHT = 'api.context.permissions.app_error';

siteTest('a missing, wrong or deactivated token is 401', async ({ api, server, alice }) => {
  const id = 'api.context.session_expired.app_error';
  assertRefused(await api('', 'GET /users/me'), 401, id);
  assertRefused(await api('nonsense', 'GET /users/me'), 401, id);
  assert.equal((await api(alice.token, 'GET /users/me')).status, 200);
  server.deactivate('alice');
  assertRefused(await api(alice.token, 'GET /users/me'), 401, id);
});

siteTest('a path that does not exist is 404, a body that is no JSON 400', async ({ api, server, bot }) => {
  assertRefused(await api(bot.token, 'GET /nothing'), 404, 'api.context.404.app_error');
  const headers = { authorization: `Bearer ${bot.token}` };
  const response = await fetch(`${server.url}/api/v4/posts`, { method: 'POST', headers, body: '{' });
  assert.equal(response.status, 400);
});

siteTest('the real client gets, posts, patches and reads as the bot', async (site) => {
  const client = clientOf(site, site.bot.token);
  assert.equal((await client.getMe()).id, site.bot.id);
  assert.equal((await client.getUserByUsername('alice')).id, site.alice.id);
  assert.equal((await client.getClientConfig()).Version, '5.37.0');
  assert.equal((await client.ping(false)).status, 'OK');
  const post = await client.createPost({ channel_id: site.channel, message: 'hello' });
  await client.patchPost({ id: post.id, message: 'changed' });
  assert.equal((await client.getPost(post.id)).message, 'changed');
  const reply = await client.createPost({ channel_id: site.channel, message: 'more', root_id: post.id });
  assert.deepEqual((await client.getPostThread(post.id)).order, [reply.id, post.id]);
  const [record] = site.server.posts('ops');
  assert.deepEqual([record?.edits, record?.message, record?.user_id], [1, 'changed', site.bot.id]);
  assert.ok((record?.edit_at ?? 0) > 0);
});

siteTest('the real client finds teams, channels, members and direct channels', async (site) => {
  const client = clientOf(site, site.bot.token);
  assert.deepEqual(
    (await client.getMyTeams()).map(({ name }) => name),
    ['eng'],
  );
  assert.equal((await client.getTeamByName('eng')).id, site.team);
  assert.equal((await client.getChannelByName(site.team, 'ops')).id, site.channel);
  assert.deepEqual(
    (await client.getMyChannels(site.team)).map(({ id }) => id),
    [site.channel],
  );
  const direct = await client.createDirectChannel([site.bot.id, site.bob.id]);
  assert.equal(direct.type, 'D');
  assert.equal((await client.createDirectChannel([site.bob.id, site.bot.id])).id, direct.id);
  assert.equal((await client.getChannelMembers(site.channel, 0, 1)).length, 1);
  assert.equal((await client.getChannelMembers(site.channel, 2, 1)).length, 0);
  assert.equal((await client.getTeamMembers(site.team, 0, 2)).length, 2);
  assert.equal((await client.getTeamMembers(site.team, 1, 2)).length, 1);
  assertRefused(
    await site.api(site.bot.token, `GET /channels/${site.channel}/members/${site.bob.id}`),
    404,
    'app.channel.get_member.missing.app_error',
  );
  assert.deepEqual(await client.getTeams(), [], 'closed teams are listed to administrators only');
});

siteTest('groups need a licence', async (site) => {
  await assert.rejects(clientOf(site, site.admin.token).getGroups({} as never), { status_code: 501 });
  assertRefused(await site.api(site.bot.token, 'GET /groups'), 501, 'api.ldap_groups.license_error');
});

siteTest('who is no member can neither post nor read, in a public channel too', async ({ api, server, ...site }) => {
  const post = { channel_id: site.channel, message: 'hi' };
  assertRefused(await api(site.bob.token, 'POST /posts', post), 403, NO_RIGHT);
  assertRefused(await api(site.bob.token, `GET /channels/${site.channel}/posts`), 403, NO_RIGHT);
  assertRefused(await api(site.bob.token, `GET /channels/${site.channel}/members`), 403, NO_RIGHT);
  assert.equal((await api(site.bob.token, `GET /channels/${site.channel}`)).status, 200);
  const secret = server.addChannel('eng', 'secret', { isPrivate: true });
  assertRefused(await api(site.bob.token, `GET /channels/${secret}`), 403, NO_RIGHT);
  assertRefused(await api(site.bob.token, `POST /channels/${secret}/members`, { user_id: site.bob.id }), 403, NO_RIGHT);
  assertRefused(await api(site.bob.token, 'POST /channels/direct', [site.alice.id, site.bot.id]), 403, NO_RIGHT);
  assert.throws(() => server.say({ user: 'bob', channel: 'ops', text: 'hi' }), { id: NO_RIGHT });
});

siteTest('a member adds others of the team, with a system message; strangers to the team are refused', async (site) => {
  const { api, server, alice, bob, channel } = site;
  assert.equal((await api(alice.token, `POST /channels/${channel}/members`, { user_id: bob.id })).status, 201);
  assert.equal(server.posts('ops').at(-1)?.type, 'system_add_to_channel');
  const outside = server.addUser('outside');
  const refused = await api(alice.token, `POST /channels/${channel}/members`, { user_id: outside.id });
  assertRefused(refused, 404, 'app.team.get_member.missing.app_error');
});

siteTest('messages and props have their limits', async ({ api, bot, channel }) => {
  const post = (fields: object) => api(bot.token, 'POST /posts', { channel_id: channel, message: '', ...fields });
  assert.equal((await post({ message: '\u{1F600}'.repeat(16_383) })).status, 201);
  assertRefused(await post({ message: 'x'.repeat(16_384) }), 400, 'model.post.is_valid.msg.app_error');
  assert.equal((await post({ props: { x: 'y'.repeat(7900) } })).status, 201);
  const wide = await post({ props: { x: 'y'.repeat(8000) } });
  assertRefused(wide, 400, 'model.post.is_valid.props.app_error');
  const made = await post({ message: 'small' });
  const grown = await api(bot.token, `PUT /posts/${made.body.id}/patch`, { message: 'x'.repeat(16_384) });
  assertRefused(grown, 400, 'model.post.is_valid.msg.app_error');
});

siteTest('a root must be a live root of the same channel', async ({ api, server, bot, channel }) => {
  const other = server.addChannel('eng', 'other');
  server.join('mcobot', other);
  const root = server.say({ user: 'alice', channel, text: 'root' });
  const reply = server.say({ user: 'alice', channel, text: 'reply', root });
  const post = (root_id: string, channel_id = channel) =>
    api(bot.token, 'POST /posts', { channel_id, root_id, message: 'x' });
  assert.equal((await post(root)).status, 201);
  const id = 'api.post.create_post.root_id.app_error';
  assertRefused(await post(reply), 400, id);
  assertRefused(await post('nonsense'), 400, id);
  assertRefused(await post(root, other), 400, 'api.post.create_post.channel_root_id.app_error');
  server.deletePost(root);
  assertRefused(await post(root), 400, id);
});

siteTest('an archived channel takes no posts and no edits', async ({ api, server, bot, channel }) => {
  const made = await api(bot.token, 'POST /posts', { channel_id: channel, message: 'x' });
  server.archive(channel);
  const post = await api(bot.token, 'POST /posts', { channel_id: channel, message: 'x' });
  assertRefused(post, 400, 'api.post.create_post.can_not_post_to_deleted.error');
  const patch = await api(bot.token, `PUT /posts/${made.body.id}/patch`, { message: 'y' });
  assertRefused(patch, 400, 'api.post.update_post.can_not_update_post_in_deleted.error');
  assertRefused(
    await api(bot.token, 'GET /teams/name/eng/channels/name/ops'),
    404,
    'app.channel.get_by_name.missing.app_error',
  );
});

const heldClock = createFakeClock();
siteTest(
  'a pending_post_id makes one post of several calls, for 30 seconds and for its author only',
  async ({ api, server, alice, bot, channel }) => {
    const post = (token: string) =>
      api(token, 'POST /posts', { channel_id: channel, message: 'once', pending_post_id: 'p:1' });
    const first = await post(bot.token);
    const again = await post(bot.token);
    assert.equal(again.status, 201);
    assert.equal(again.body.id, first.body.id);
    assert.deepEqual([first.body.pending_post_id, again.body.pending_post_id], ['p:1', '']);
    await heldClock.advance(29_999);
    assert.equal((await post(bot.token)).body.id, first.body.id);
    await heldClock.advance(1);
    assert.notEqual((await post(bot.token)).body.id, first.body.id, 'the real server forgets after 30 s');
    assert.notEqual((await post(alice.token)).body.user_id, bot.id);
    assert.equal(server.posts(channel).length, 3);
  },
  { clock: heldClock },
);

siteTest('only one’s own posts can be edited or deleted', async ({ api, server, bot, channel }) => {
  const id = server.say({ user: 'alice', channel, text: 'mine' });
  assertRefused(await api(bot.token, `PUT /posts/${id}/patch`, { message: 'x' }), 403, NO_RIGHT);
  assertRefused(await api(bot.token, `PUT /posts/${id}`, { id, message: 'x' }), 403, NO_RIGHT);
  assertRefused(await api(bot.token, `DELETE /posts/${id}`), 403, NO_RIGHT);
  assert.equal(server.posts(channel)[0]?.message, 'mine');
});

const editClock = createFakeClock();
siteTest(
  'after the time limit a post can not be edited',
  async ({ api, bot, channel }) => {
    const { body } = await api(bot.token, 'POST /posts', { channel_id: channel, message: 'x' });
    const edit = () => api(bot.token, `PUT /posts/${body.id}/patch`, { message: String(editClock.now()) });
    await editClock.advance(1000);
    assert.equal((await edit()).status, 200);
    await editClock.advance(1);
    assertRefused(await edit(), 400, 'api.post.update_post.permissions_time_limit.app_error');
  },
  { clock: editClock, postEditTimeLimitMs: 1000 },
);

siteTest('a bot can not post for one person’s eyes', async ({ api, alice, admin, bot, channel, server }) => {
  const body = { user_id: alice.id, post: { channel_id: channel, message: 'psst' } };
  assertRefused(await api(bot.token, 'POST /posts/ephemeral', body), 403, NO_RIGHT);
  assert.equal((await api(admin.token, 'POST /posts/ephemeral', body)).status, 201);
  assert.equal(server.ephemerals('alice').length, 1);
});

siteTest('people can set the props that look like a bot’s, but not a system type', async ({ api, ...site }) => {
  const props = { from_bot: 'true', from_webhook: 'true', override_username: 'mcobot' };
  const fake = { channel_id: site.channel, message: 'x', props };
  const made = await api(site.alice.token, 'POST /posts', fake);
  assert.deepEqual([made.body.user_id, made.body.props], [site.alice.id, props]);
  const typed = await api(site.alice.token, 'POST /posts', { ...fake, type: 'system_join_channel' });
  assertRefused(typed, 400, 'api.context.invalid_param.app_error');
});

siteTest('since gives what was created, edited or deleted after it; pages give live posts', async (site) => {
  const { api, bot, channel, server } = site;
  const ids = ['a', 'b', 'c'].map((text) => server.say({ user: 'alice', channel, text }));
  const page = await api(bot.token, `GET /channels/${channel}/posts?page=1&per_page=2`);
  assert.deepEqual(page.body.order, [ids[0]]);
  const last = Math.max(...server.posts(channel).map((post) => post.update_at));
  const nothing = await api(bot.token, `GET /channels/${channel}/posts?since=${last}`);
  assert.deepEqual(nothing.body.order, []);
  const all = await api(bot.token, `GET /channels/${channel}/posts?since=${last - 60_000}&per_page=1`);
  assert.deepEqual(all.body.order, [...ids].reverse(), 'per_page has no say');
  server.deletePost(ids[1] as string);
  const deleted = await api(bot.token, `GET /channels/${channel}/posts?since=1`);
  assert.ok((deleted.body.posts as Record<string, { delete_at: number }>)[ids[1] as string]?.delete_at);
  assert.deepEqual((await api(bot.token, `GET /channels/${channel}/posts`)).body.order, [ids[2], ids[0]]);
  assert.equal((await api(bot.token, `GET /channels/${channel}/posts?since=soon`)).status, 400);
});

siteTest('a file is its uploader’s, for one post of its channel', async (site) => {
  const { api, bot, alice, bob, channel, server } = site;
  const upload = async (token: string) => {
    const form = new FormData();
    form.append('channel_id', channel);
    form.append('files', new Blob(['a,b\r\n1,2\r\n--x']), 'run.csv');
    return api(token, 'POST /files', form);
  };
  assertRefused(await upload(bob.token), 403, NO_RIGHT);
  const made = await upload(bot.token);
  assert.equal(made.status, 201);
  const fileId = (made.body.file_infos as { id: string }[])[0]?.id;
  const post = async (token: string) =>
    (await api(token, 'POST /posts', { channel_id: channel, message: '', file_ids: [fileId] })).body;
  assert.equal((await post(alice.token)).file_ids, undefined, 'the real server drops it in silence');
  const owner = await post(bot.token);
  assert.deepEqual(server.files(String(owner.id)), [{ name: 'run.csv', content: 'a,b\r\n1,2\r\n--x' }]);
  assert.equal((await post(bot.token)).file_ids, undefined);
  assertRefused(await api(bob.token, `GET /files/${fileId}`), 403, NO_RIGHT);
  assertRefused(await api(bot.token, 'POST /files', new FormData()), 400, 'api.context.invalid_body_param.app_error');
});

const rateClock = createFakeClock();
siteTest(
  'eleven calls pass at 5 per second with a burst of 10, then 429 in plain text',
  async ({ api, bot }) => {
    const statuses: number[] = [];
    for (let call = 0; call < 11; call++) statuses.push((await api(bot.token, 'GET /users/me')).status);
    assert.deepEqual(statuses, Array(11).fill(200));
    const limited = await api(bot.token, 'GET /users/me');
    assert.deepEqual([limited.status, limited.body.text], [429, 'limit exceeded\n']);
    assert.deepEqual(
      ['retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'].map((name) =>
        limited.headers.get(name),
      ),
      ['1', '11', '0', '3'],
    );
    await rateClock.advance(200);
    assert.equal((await api(bot.token, 'GET /users/me')).status, 200);
    assert.equal((await api(bot.token, 'GET /users/me')).status, 429);
  },
  { clock: rateClock, rateLimit: { perSec: 5, maxBurst: 10 } },
);
