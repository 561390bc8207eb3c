import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sdk from '@mattermost/client';
import { WebSocket } from 'ws';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { listenRaw } from '../servers/mattermost/raw-socket.ts';
import { startTestSite, type TestSite } from '../servers/mattermost/test-site.ts';
import type { MattermostServerOptions } from '../servers/mattermost/types.ts';
import { waitFor } from './wait-for.ts';

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

/** The stock client takes both from the browser; Node 20 has neither. */
before(() => {
  Object.assign(globalThis, { WebSocket, CloseEvent: class extends Event {} });
});
after(() => {
  Reflect.deleteProperty(globalThis, 'WebSocket');
  Reflect.deleteProperty(globalThis, 'CloseEvent');
});

interface StockEvent {
  readonly event: string;
  readonly seq: number;
  readonly data: Record<string, string>;
}

/** The stock client with quick reconnects; with `bearer` its upgrade carries the token. */
function connectStock(site: TestSite, bearer: boolean) {
  const client = new sdk.WebSocketClient({
    minWebSocketRetryTime: 20,
    reconnectJitterRange: 1,
    ...(bearer
      ? {
          newWebSocketFn: (url: string) =>
            new WebSocket(url, { headers: { authorization: `Bearer ${site.bot.token}` } }) as never,
        }
      : {}),
  });
  const events: StockEvent[] = [];
  let missed = 0;
  client.addMessageListener((message) => events.push(message as unknown as StockEvent));
  client.addMissedMessageListener(() => missed++);
  client.initialize(`${site.server.url.replace('http', 'ws')}/api/v4/websocket`, bearer ? undefined : site.bot.token);
  return {
    client,
    events,
    get missed() {
      return missed;
    },
    texts: () =>
      events
        .filter(({ event }) => event === 'posted')
        .map(({ data }) => (JSON.parse(String(data.post)) as { message: string }).message),
  };
}

siteTest('the stock client gets hello, then posted events with post and mentions as JSON strings', async (site) => {
  const { server, channel, alice, bot } = site;
  const { client, events } = connectStock(site, false);
  await waitFor(() => events.length === 1);
  const id = server.say({ user: 'alice', channel, text: 'hi @mcobot' });
  server.say({ user: 'alice', channel, text: 'thread', root: id });
  server.editPost(id, 'edited');
  server.deletePost(id);
  const elsewhere = server.addChannel('eng', 'elsewhere');
  server.join('alice', elsewhere);
  server.say({ user: 'alice', channel: elsewhere, text: 'not for the bot' });
  const direct = server.directChannel('alice', 'mcobot');
  server.say({ user: 'alice', channel: direct, text: 'in private' });
  await waitFor(() => events.length === 6);
  client.close();
  assert.deepEqual(
    events.map(({ event, seq }) => [event, seq]),
    ['hello', 'posted', 'posted', 'post_edited', 'post_deleted', 'posted'].map((event, seq) => [event, seq]),
  );
  assert.match(String(events[0]?.data.connection_id), /^[a-z0-9]{26}$/);
  const { post, mentions, ...data } = events[1]?.data ?? {};
  assert.deepEqual(JSON.parse(String(mentions)), [bot.id]);
  const parsed = JSON.parse(String(post)) as Record<string, unknown>;
  assert.deepEqual([parsed.id, parsed.user_id, parsed.root_id], [id, alice.id, '']);
  assert.deepEqual(data, {
    channel_display_name: 'ops',
    channel_name: 'ops',
    channel_type: 'O',
    sender_name: '@alice',
    set_online: true,
    team_id: site.team,
  });
  assert.equal(JSON.parse(String(events[2]?.data.post)).root_id, id);
  assert.equal(events[2]?.data.mentions, undefined);
  assert.deepEqual([events[5]?.data.channel_type, events[5]?.data.team_id], ['D', '']);
});

siteTest('after a cut the stock client has a new connection, and the events between are lost', async (site) => {
  const stock = connectStock(site, false);
  await waitFor(() => stock.events.length === 1);
  site.server.chaos.dropSockets();
  site.server.say({ user: 'alice', channel: site.channel, text: 'lost' });
  await waitFor(() => stock.missed === 1 && site.server.sockets === 1);
  site.server.say({ user: 'alice', channel: site.channel, text: 'seen' });
  await waitFor(() => stock.texts().length > 0);
  stock.client.close();
  assert.deepEqual(stock.texts(), ['seen']);
});

siteTest('an upgrade with the Bearer header gets what it missed, in sequence', async (site) => {
  const stock = connectStock(site, true);
  await waitFor(() => stock.events.length === 1);
  site.server.chaos.dropSockets();
  for (const text of ['one', 'two']) site.server.say({ user: 'alice', channel: site.channel, text });
  await waitFor(() => stock.texts().length === 2);
  site.server.say({ user: 'alice', channel: site.channel, text: 'three' });
  await waitFor(() => stock.texts().length === 3);
  stock.client.close();
  assert.deepEqual(stock.texts(), ['one', 'two', 'three']);
  assert.equal(stock.missed, 0);
});

const loseOne = (site: TestSite) => site.server.say({ user: 'alice', channel: site.channel, text: 'lost' });

siteTest('nothing is replayed after a restart, with the Bearer header too', async (site) => {
  const stock = connectStock(site, true);
  await waitFor(() => stock.events.length === 1);
  await site.server.chaos.restart(async () => {
    loseOne(site);
  });
  await waitFor(() => stock.missed === 1);
  stock.client.close();
  assert.deepEqual(stock.texts(), []);
});

siteTest(
  'a server that does not replay gives a new connection, with the Bearer header too',
  async (site) => {
    const stock = connectStock(site, true);
    await waitFor(() => stock.events.length === 1);
    site.server.chaos.dropSockets();
    loseOne(site);
    await waitFor(() => stock.missed === 1);
    stock.client.close();
    assert.deepEqual(stock.texts(), []);
  },
  { replaysOnReconnect: false },
);

siteTest('another’s connection id gives nothing, and a forgotten sequence starts anew', async (site) => {
  const { server, alice, bot, channel } = site;
  const first = await listenRaw(server.url, { token: bot.token });
  await waitFor(() => first.frames.length === 1);
  const id = String(first.frames[0]?.data?.connection_id);
  server.chaos.dropSockets();
  server.say({ user: 'alice', channel, text: 'for members' });
  const thief = await listenRaw(server.url, { token: alice.token, connectionId: id, sequence: 1 });
  await waitFor(() => thief.frames.length === 1);
  assert.equal(thief.frames[0]?.event, 'hello');
  const late = await listenRaw(server.url, { token: bot.token, connectionId: id, sequence: 99 });
  await waitFor(() => late.frames.length === 1);
  assert.deepEqual([late.frames[0]?.event, late.frames[0]?.seq], ['hello', 0]);
  const owner = await listenRaw(server.url, { token: bot.token, connectionId: id, sequence: 1 });
  await waitFor(() => owner.frames.length === 1);
  assert.deepEqual([owner.frames[0]?.event, owner.frames[0]?.seq], ['posted', 1]);
});

siteTest('a bad token closes the socket with 1006, by header and by challenge', async ({ server }) => {
  const byHeader = await listenRaw(server.url, { token: 'nonsense' });
  await waitFor(() => byHeader.closedWith !== undefined);
  const byChallenge = await listenRaw(server.url, {});
  byChallenge.send({ seq: 1, action: 'authentication_challenge', data: { token: 'nonsense' } });
  await waitFor(() => byChallenge.closedWith !== undefined);
  assert.deepEqual([byHeader.closedWith, byChallenge.closedWith], [1006, 1006]);
  assert.equal(server.sockets, 0);
});

const idleClock = createFakeClock();
siteTest(
  'without a token a socket gets no events, no pong, and is closed after 5 seconds',
  async ({ server, channel }) => {
    const socket = await listenRaw(server.url, {});
    socket.send({ seq: 1, action: 'ping' });
    await waitFor(() => socket.frames.length === 1);
    server.say({ user: 'alice', channel, text: 'secret' });
    await idleClock.advance(4999);
    assert.equal(socket.closedWith, undefined);
    await idleClock.advance(1);
    await waitFor(() => socket.closedWith === 1006);
    assert.deepEqual([socket.frames.length, socket.frames[0]?.status], [1, 'FAIL']);
  },
  { clock: idleClock },
);

siteTest('ping is answered with the sequence it came with; unknown actions fail', async ({ server, bot }) => {
  const socket = await listenRaw(server.url, { token: bot.token });
  socket.send({ seq: 7, action: 'ping' });
  socket.send({ seq: 8, action: 'dance' });
  await waitFor(() => socket.frames.length === 3);
  const [, pong, refused] = socket.frames;
  assert.deepEqual([pong?.seq_reply, pong?.data?.text], [7, 'pong']);
  assert.deepEqual([refused?.seq_reply, refused?.status], [8, 'FAIL']);
});

siteTest('deactivation ends the sockets of that user', async ({ server, bot, alice }) => {
  const socket = await listenRaw(server.url, { token: bot.token });
  const other = await listenRaw(server.url, { token: alice.token });
  await waitFor(() => server.sockets === 2);
  server.deactivate('mcobot');
  await waitFor(() => socket.closedWith === 1006);
  assert.equal(other.closedWith, undefined);
});

siteTest('a post notifies whom it names outside code, and nobody inside it', async ({ server, channel, alice }) => {
  const notified = (text: string) => server.notified(server.say({ user: 'mcobot', channel, text })).toSorted();
  assert.deepEqual(notified('hi @alice, @bob and @nobody'), [alice.id], 'bob is no member');
  assert.deepEqual(notified('@HERE. and (@channel) and x.@all'), ['all', 'channel', 'here']);
  assert.deepEqual(notified('\\@here'), ['here'], 'a backslash protects nothing');
  assert.deepEqual(notified('@\u200Bhere mail@alice `@alice` ``a ` @alice``'), []);
  assert.deepEqual(notified('```\n@all\n```\n~~~~ text\n@all\n~~~\n@all\n~~~~\n\n    @alice'), []);
  assert.deepEqual(notified('```\n@all\n````\n@alice'), [alice.id], 'a longer fence closes a shorter one');
  assert.deepEqual(notified('` @alice'), [alice.id], 'a span that never closes is none');
  const attached = { attachments: [{ text: 'see @alice', pretext: '@here' }] };
  const id = server.say({ user: 'mcobot', channel, text: '', props: attached });
  assert.deepEqual(server.notified(id).toSorted(), [alice.id, 'here'].toSorted());
});

siteTest(
  'injected faults: 429, 500, 503, a cut before, a cut after, a delay',
  async ({ server, api, bot, channel }) => {
    const post = (message: string) => api(bot.token, 'POST /posts', { channel_id: channel, message });
    const seen: unknown[] = [];
    const faults = [
      { status: 429, retryAfter: 7 },
      { status: 500 },
      { status: 503 },
      { drop: 'before' },
      { drop: 'after' },
      { delayMs: 1 },
    ] as const;
    server.chaos.onCall = (call) => {
      seen.push(call);
      return faults[seen.length - 1];
    };
    const limited = await post('a');
    assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '7']);
    const failed = await post('b');
    assert.deepEqual([failed.status, failed.body.status_code], [500, 500]);
    const away = await post('c');
    assert.deepEqual([away.status, away.headers.get('content-type')], [503, 'text/html']);
    await assert.rejects(post('d'), TypeError);
    await assert.rejects(post('e'), TypeError);
    assert.equal((await post('f')).status, 201);
    const texts = server.posts(channel).map(({ message }) => message);
    assert.deepEqual(texts, ['e', 'f']);
    assert.deepEqual(seen[0], { method: 'POST', path: '/api/v4/posts', body: { channel_id: channel, message: 'a' } });
    assert.deepEqual(
      server.calls.map(({ status }) => status),
      [429, 500, 503, 0, 0, 201],
    );
  },
);

siteTest('the server can be down for a while and comes back at the same port', async ({ server, api, bot }) => {
  await server.chaos.restart(async () => {
    await assert.rejects(api(bot.token, 'GET /users/me'), TypeError);
  });
  assert.equal((await api(bot.token, 'GET /users/me')).status, 200);
});
