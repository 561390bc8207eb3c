import assert from 'node:assert/strict';
import { test } from 'node:test';
import sdk from '@mattermost/client';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { type StubBot, startStubBot } from '../servers/mattermost/stub-bot.ts';
import { startTestSite, type TestSite } from '../servers/mattermost/test-site.ts';
import type { MattermostServerOptions } from '../servers/mattermost/types.ts';
import { waitFor } from './wait-for.ts';

interface BotSite extends TestSite {
  readonly stub: StubBot;
}

function siteTest(title: string, run: (site: BotSite) => Promise<void>, options: MattermostServerOptions = {}): void {
  test(title, async () => {
    const site = await startTestSite(options);
    const stub = await startStubBot();
    try {
      await run({ ...site, stub });
    } finally {
      await site.server.close();
      await stub.close();
    }
  });
}

const answerWith = (body: object) => ({ status: 200, body: JSON.stringify(body) });

/** A post of the bot with a button `go` (named Cancel), one with a bad id and a select. */
function addCard({ server, stub, channel }: BotSite): string {
  const integration = { url: stub.url, context: { run: '7f3a', mac: 'secret' } };
  const actions = [
    { id: 'go', name: 'Cancel', type: 'button', style: 'danger', integration },
    { id: 'pick_host', name: 'Bad', type: 'button', integration },
    { id: 'choose', name: 'Choose', type: 'select', options: [{ text: 'a', value: 'a' }], integration },
  ];
  return server.say({ user: 'mcobot', channel, text: 'card', props: { attachments: [{ text: 'x', actions }] } });
}

siteTest('a slash command is sent as a form with the command’s token', async (site) => {
  const { server, stub, channel, alice, bot, team } = site;
  const { token } = server.addCommand('eng', stub.url);
  stub.answer = answerWith({ response_type: 'ephemeral', text: 'working' });
  const result = await server.slashCommand({ user: 'alice', channel, text: 'ping  -F "a b"\n@mcobot' });
  assert.deepEqual([result.status, result.response?.text], [200, 'working']);
  const [call] = stub.received;
  assert.deepEqual(
    ['authorization', 'content-type', 'accept', 'user-agent', 'accept-encoding'].map((name) => call?.headers[name]),
    [`Token ${token}`, 'application/x-www-form-urlencoded', 'application/json', 'Mattermost-Bot/1.1', 'gzip'],
  );
  const form = Object.fromEntries(new URLSearchParams(call?.body));
  const { trigger_id, response_url, ...fields } = form;
  assert.match(String(trigger_id), /^[a-z0-9]{26}$/);
  assert.match(String(response_url), new RegExp(`^${server.url}/hooks/commands/[a-z0-9]{26}$`));
  assert.deepEqual(fields, {
    token,
    team_id: team,
    team_domain: 'eng',
    channel_id: channel,
    channel_name: 'ops',
    user_id: alice.id,
    user_name: 'alice',
    command: '/mco',
    text: 'ping  -F "a b"\n@mcobot',
    user_mentions: 'mcobot',
    user_mentions_ids: bot.id,
  });
  assert.deepEqual(server.ephemerals('alice'), [{ channel, text: 'working', via: 'command', root: '' }]);
  assert.deepEqual(server.posts(channel), [], 'nothing is seen by others');
});

siteTest(
  'newer servers send root_id',
  async ({ server, stub, channel }) => {
    server.addCommand('eng', stub.url);
    const root = server.say({ user: 'alice', channel, text: 'root' });
    await server.slashCommand({ user: 'alice', channel, text: '', root });
    const form = new URLSearchParams(stub.received[0]?.body);
    assert.deepEqual([form.get('root_id'), form.get('text')], [root, '']);
  },
  { sendsRootId: true },
);

siteTest('an in_channel answer is a post of the person who typed', async ({ server, stub, channel, alice }) => {
  server.addCommand('eng', stub.url);
  stub.answer = answerWith({ response_type: 'in_channel', text: 'pong' });
  const root = server.say({ user: 'alice', channel, text: 'root' });
  await server.slashCommand({ user: 'alice', channel, text: 'ping', root });
  const post = server.posts(channel).at(-1);
  assert.deepEqual([post?.user_id, post?.message, post?.root_id], [alice.id, 'pong', root]);
  assert.equal(post?.props.from_webhook, 'true');
});

siteTest('who may not use a command, or no such command, is refused', async (site) => {
  const { server, stub, channel } = site;
  server.addCommand('eng', stub.url);
  const run = async (user: string, trigger = 'mco') => {
    const { status, error } = await server.slashCommand({ user, channel, text: 'ping', trigger });
    return [status, error];
  };
  assert.deepEqual(await run('bob'), [403, 'api.context.permissions.app_error']);
  assert.deepEqual(await run('alice', 'other'), [404, 'api.command.execute_command.not_found.app_error']);
  server.archive(channel);
  assert.equal((await run('alice'))[0], 400);
  assert.equal(stub.received.length, 0);
});

siteTest('a bot that answers badly, or not at all, gives the person 500', async ({ server, stub, channel }) => {
  server.addCommand('eng', stub.url);
  const run = () => server.slashCommand({ user: 'alice', channel, text: 'ping' });
  stub.answer = { status: 500, body: '{}' };
  assert.deepEqual((await run()).error, 'api.command.execute_command.failed_resp.app_error');
  stub.answer = { status: 200, body: 'no json' };
  const garbled = await run();
  assert.deepEqual([garbled.status, garbled.error], [500, 'api.command.execute_command.failed.app_error']);
  stub.answer = { status: 200, body: 'words', type: 'text/plain' };
  assert.equal((await run()).response?.text, 'words');
  await stub.close();
  assert.equal((await run()).status, 500);
});

const slowClock = createFakeClock();
siteTest(
  'a bot that does not answer within 30 seconds gives the person 500',
  async ({ server, stub, channel }) => {
    server.addCommand('eng', stub.url);
    stub.answer = 'hangs';
    let status = 0;
    const run = server.slashCommand({ user: 'alice', channel, text: 'ping' }).then((result) => {
      status = result.status;
      return result;
    });
    await waitFor(() => stub.received.length === 1);
    await slowClock.advance(29_999);
    assert.equal(status, 0);
    await slowClock.advance(1);
    assert.deepEqual(await run.then(({ status: code, tookMs }) => [code, tookMs]), [500, 30_000]);
  },
  { clock: slowClock },
);

siteTest('a command can be sent more than once, with the same trigger', async ({ server, stub, channel }) => {
  server.addCommand('eng', stub.url);
  server.chaos.duplicateCommand = () => 2;
  await server.slashCommand({ user: 'alice', channel, text: 'ping' });
  assert.equal(stub.received.length, 3);
  assert.equal(new Set(stub.received.map(({ body }) => new URLSearchParams(body).get('trigger_id'))).size, 1);
});

const hookClock: FakeClock = createFakeClock();
siteTest(
  'a response_url is good for five uses within 30 minutes',
  async ({ api, server, stub, channel, alice }) => {
    server.addCommand('eng', stub.url);
    const newHook = async () => {
      await server.slashCommand({ user: 'alice', channel, text: 'ping' });
      const url = new URLSearchParams(stub.received.at(-1)?.body).get('response_url') ?? '';
      return `POST ${new URL(url).pathname}`;
    };
    const hook = await newHook();
    for (let use = 1; use <= 4; use++) assert.equal((await api('', hook, { text: `use ${use}` })).status, 200);
    assert.equal((await api('', hook, { text: 'all', response_type: 'in_channel' })).status, 200);
    const sixth = await api('', hook, { text: 'too much' });
    assert.deepEqual([sixth.status, sixth.body.id], [400, 'app.command_webhook.try_use.invalid']);
    assert.deepEqual(server.ephemerals('alice').map(({ via, text }) => `${via} ${text}`)[3], 'response_url use 4');
    assert.deepEqual(
      server.posts(channel).map(({ message, user_id }) => [message, user_id]),
      [['all', alice.id]],
    );
    const late = await newHook();
    await hookClock.advance(30 * 60_000);
    assert.equal((await api('', late, { text: 'just' })).status, 200);
    await hookClock.advance(1);
    assert.equal((await api('', late, { text: 'late' })).status, 404);
  },
  { clock: hookClock },
);

siteTest('administrators manage commands; to others they do not exist', async (site) => {
  const { api, team, admin, alice, stub } = site;
  const fields = { team_id: team, trigger: 'mco', method: 'P', url: stub.url, username: 'mcobot' };
  assert.equal((await api(alice.token, 'POST /commands', fields)).status, 403);
  assert.equal((await api(alice.token, `GET /commands?team_id=${team}&custom_only=true`)).status, 403);
  const client = new sdk.Client4();
  client.setUrl(site.server.url);
  client.setToken(admin.token);
  const made = await client.addCommand(fields as never);
  assert.match(made.token, /^[a-z0-9]{26}$/);
  assert.deepEqual(
    (await client.getCustomTeamCommands(team)).map(({ id }) => id),
    [made.id],
  );
  const again = await api(admin.token, 'POST /commands', fields);
  assert.deepEqual([again.status, again.body.id], [400, 'api.command.duplicate_trigger.app_error']);
  for (const bad of [{ trigger: '/mco' }, { trigger: 'a b' }, { method: 'X' }, { url: 'ftp://x' }])
    assert.equal((await api(admin.token, 'POST /commands', { ...fields, trigger: 'new', ...bad })).status, 400);
  const { token } = await client.regenCommandToken(made.id);
  assert.notEqual(token, made.token);
  const edited = await client.editCommand({ ...made, url: `${stub.url}other` });
  assert.deepEqual([edited.url, edited.token], [`${stub.url}other`, token]);
  assert.equal((await api(alice.token, `PUT /commands/${made.id}/regen_token`)).status, 404);
  assert.equal((await api(alice.token, `DELETE /commands/${made.id}`)).status, 404);
  await client.deleteCommand(made.id);
  assert.deepEqual(await client.getCustomTeamCommands(team), []);
});

siteTest('integrations are stripped from everything the API says', async (site) => {
  const { api, bot, server, channel } = site;
  const id = addCard(site);
  const seen = [
    await api(bot.token, `GET /posts/${id}`),
    await api(bot.token, `GET /channels/${channel}/posts`),
    await api(bot.token, `PUT /posts/${id}/patch`, { message: 'card 2' }),
    { body: server.posts(channel) },
  ];
  assert.doesNotMatch(JSON.stringify(seen), /integration|secret/);
  assert.deepEqual(server.integrationOf(id, 'Cancel'), {
    url: site.stub.url,
    context: { run: '7f3a', mac: 'secret' },
  });
});

siteTest('a press by the real client is posted to the bot without any proof of the sender', async (site) => {
  const { server, stub, channel, alice, team } = site;
  const id = addCard(site);
  stub.answer = answerWith({ update: { message: 'cancelled', props: {} }, ephemeral_text: 'done' });
  const client = new sdk.Client4();
  client.setUrl(server.url);
  client.setToken(alice.token);
  await client.doPostActionWithCookie(id, 'go', '');
  const [call] = stub.received;
  assert.deepEqual([call?.headers.authorization, call?.headers['content-type']], [undefined, 'application/json']);
  const { trigger_id, ...body } = JSON.parse(call?.body ?? '') as Record<string, unknown>;
  assert.equal(typeof trigger_id, 'string');
  assert.deepEqual(body, {
    user_id: alice.id,
    user_name: 'alice',
    channel_id: channel,
    channel_name: 'ops',
    team_id: team,
    team_domain: 'eng',
    post_id: id,
    type: 'button',
    data_source: '',
    context: { run: '7f3a', mac: 'secret' },
  });
  assert.deepEqual(
    server.posts(channel).map(({ message, props }) => [message, props]),
    [['cancelled', {}]],
  );
  assert.deepEqual(server.ephemerals('alice'), [{ channel, text: 'done', via: 'action', root: id }]);
  await assert.rejects(client.doPostActionWithCookie(id, 'go', ''), { status_code: 404 });
});

siteTest('bad ids, unknown actions and strangers are refused without a call', async (site) => {
  const { api, alice, bob, stub } = site;
  const id = addCard(site);
  const status = async (token: string, action: string) =>
    (await api(token, `POST /posts/${id}/actions/${action}`, {})).status;
  assert.equal(await status(alice.token, 'pick_host'), 404);
  assert.equal(await status(alice.token, 'nothing'), 404);
  assert.equal(await status(bob.token, 'go'), 403);
  assert.deepEqual(await site.server.press({ user: 'alice', post: id, actionName: 'Bad' }), {
    status: 404,
    error: 'api.context.404.app_error',
    updated: false,
  });
  assert.equal(stub.received.length, 0);
});

siteTest('anything but 200 with JSON gives the presser 400; an error in it still 200', async (site) => {
  const { server, stub, channel } = site;
  const id = addCard(site);
  const press = () => server.press({ user: 'alice', post: id, actionName: 'Cancel' });
  for (const status of [201, 302, 401, 500]) {
    stub.answer = { status, body: '{}' };
    assert.deepEqual(await press(), {
      status: 400,
      error: 'api.post.do_action.action_integration.app_error',
      updated: false,
    });
  }
  stub.answer = { status: 200, body: 'no json' };
  assert.equal((await press()).status, 400);
  stub.answer = answerWith({ error: { message: 'no' } });
  assert.deepEqual(await press(), { status: 200, updated: false });
  assert.equal(server.posts(channel)[0]?.message, 'card');
});

siteTest('a select sends whatever the client chose', async (site) => {
  const id = addCard(site);
  await site.server.press({ user: 'alice', post: id, actionName: 'choose', selected: 'not an option' });
  const { context } = JSON.parse(site.stub.received[0]?.body ?? '') as { context: object };
  assert.deepEqual(context, { run: '7f3a', mac: 'secret', selected_option: 'not an option' });
});

siteTest('anybody’s post with a copied context makes the server call the bot', async (site) => {
  const { server, stub, channel, alice } = site;
  const integration = server.integrationOf(addCard(site), 'go');
  const forged = server.forgePost('alice', channel, [{ id: 'go', name: 'Go', type: 'button', integration }]);
  server.chaos.duplicatePress = () => 1;
  assert.equal((await server.press({ user: 'alice', post: forged, actionName: 'Go' })).status, 200);
  assert.equal(stub.received.length, 2);
  const body = JSON.parse(stub.received[0]?.body ?? '') as Record<string, unknown>;
  assert.deepEqual([body.post_id, body.context], [forged, integration.context]);
  assert.equal(server.posts(channel).at(-1)?.user_id, alice.id);
});
