import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SocketModeClient } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';
import { WebSocket } from 'ws';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { DEFAULT_SCOPES } from '../servers/slack/api-endpoint.ts';
import { SILENT_LOGGER } from '../servers/slack/silent-logger.ts';
import { startSlackServer } from '../servers/slack/slack-server.ts';
import type { SlackServer } from '../servers/slack/slack-types.ts';
import { waitFor } from './wait-for.ts';

const ROOM = 'C0ROOM';
const DIRECT = 'D0ANA';

interface Envelope {
  readonly envelope_id: string;
  readonly type: string;
  readonly retry_attempt?: number;
  readonly retry_reason?: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many shapes, looked into by the tests alone
  readonly payload: any;
  readonly [key: string]: unknown;
}

let server: SlackServer;
let clock: FakeClock;
let web: WebClient;
let closers: (() => unknown)[] = [];

async function start(): Promise<void> {
  clock = createFakeClock();
  server = await startSlackServer({ clock });
  server.addUser('U1', { name: 'ana' });
  server.addChannel(ROOM, { members: ['U1', server.botUser], name: 'ops' });
  server.addChannel('C0OTHER', { members: ['U1'] });
  server.addChannel(DIRECT, { members: ['U1', server.botUser], isDirect: true });
  const fixed = { slackApiUrl: server.apiUrl, retryConfig: { retries: 0 }, logger: SILENT_LOGGER };
  web = new WebClient(server.botToken, fixed);
}

/** Opens a bare socket that acknowledges as `answer` says; without it, not at all. */
async function listen(
  answer?: (envelope: Envelope) => object | undefined,
): Promise<{ got: Envelope[]; url: string; socket: WebSocket }> {
  const app = new WebClient(server.appToken, { slackApiUrl: server.apiUrl, logger: SILENT_LOGGER });
  const { url = '' } = await app.apps.connections.open();
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  closers.push(() => socket.terminate());
  const got: Envelope[] = [];
  let isGreeted = false;
  socket.on('message', (data) => {
    const envelope = JSON.parse(String(data as Buffer)) as Envelope;
    if (envelope.type === 'hello') isGreeted = true;
    else got.push(envelope);
    const payload = envelope.envelope_id === undefined ? undefined : answer?.(envelope);
    if (payload !== undefined) socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload }));
  });
  await waitFor(() => isGreeted);
  return { got, url, socket };
}

const acknowledge = (): object => ({});
const mention = 'hey <@U0BOT> package status';

afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
  await server.close();
});

describe('Socket Mode of the Slack test server', () => {
  beforeEach(async () => await start());

  it('greets the real client and delivers mentions, commands and presses to it', async () => {
    const clientOptions = { slackApiUrl: server.apiUrl };
    const client = new SocketModeClient({ appToken: server.appToken, clientOptions, logger: SILENT_LOGGER });
    closers.push(() => client.disconnect());
    const seen: { type: string; body: Envelope['payload'] }[] = [];
    client.on('slack_event', ({ ack, type, body }) => {
      seen.push({ type, body });
      ack(type === 'slash_commands' ? { text: 'on it' } : undefined);
    });
    await client.start();
    assert.equal(server.sockets, 1);
    const { deliveries, acknowledgedAfterMs, ts } = await server.say({ user: 'U1', channel: ROOM, text: mention });
    assert.deepEqual({ deliveries, acknowledgedAfterMs }, { deliveries: 1, acknowledgedAfterMs: 0 });
    await server.slashCommand({ user: 'U1', channel: ROOM, text: 'rpc -F a>=1' });
    const text = { type: 'plain_text' as const, text: 'Stop' };
    const elements = [{ type: 'button' as const, text, action_id: 'mco:cancel', value: 'r1' }];
    const root = await web.chat.postMessage({ channel: ROOM, text: 'x', blocks: [{ type: 'actions', elements }] });
    await server.press({ user: 'U1', channel: ROOM, ts: root.ts ?? '', actionId: 'mco:cancel' });
    assert.deepEqual(
      seen.map(({ type }) => type),
      ['events_api', 'slash_commands', 'interactive'],
    );
    assert.deepEqual(
      { type: seen[0]?.body.event.type, ts: seen[0]?.body.event.ts, user: seen[0]?.body.event.user },
      { type: 'app_mention', ts, user: 'U1' },
    );
    assert.equal(seen[1]?.body.text, 'rpc -F a&gt;=1');
    assert.equal(seen[2]?.body.actions[0].value, 'r1');
    assert.equal(seen[2]?.body.container.message_ts, root.ts);
    assert.deepEqual(
      server.ephemerals('U1').map(({ text, via }) => [text, via]),
      [['on it', 'acknowledgement']],
    );
  });

  it('lets a ticket in once, within 30 seconds, and nobody without one', async () => {
    const { url } = await listen(acknowledge);
    const refusal = async (address: string): Promise<string> => {
      const socket = new WebSocket(address);
      return await new Promise((resolve) => socket.on('error', ({ message }) => resolve(message)));
    };
    assert.match(await refusal(url), /403/);
    assert.match(await refusal(url.replace(/ticket=[^&]+/, 'ticket=guess')), /403/);
    const { url: late = '' } = await new WebClient(server.appToken, {
      slackApiUrl: server.apiUrl,
    }).apps.connections.open();
    await clock.advance(31_000);
    assert.match(await refusal(late), /403/);
  });

  it('takes ten sockets and gives every payload to one of them', async () => {
    const sockets: { got: Envelope[] }[] = [];
    for (let index = 0; index < 10; index++) sockets.push(await listen(acknowledge));
    for (let index = 0; index < 20; index++) await server.say({ user: 'U1', channel: ROOM, text: mention });
    assert.equal(
      sockets.reduce((sum, { got }) => sum + got.length, 0),
      20,
    );
    assert.ok(sockets.filter(({ got }) => got.length > 0).length > 1);
    const app = new WebClient(server.appToken, { slackApiUrl: server.apiUrl });
    const eleventh = new WebSocket((await app.apps.connections.open()).url ?? '');
    const first = await new Promise<string>((resolve) =>
      eleventh.on('message', (data) => resolve(String(data as Buffer))),
    );
    assert.equal((JSON.parse(first) as Envelope).reason, 'too_many_websockets');
  });

  it('delivers an event again at once, after a minute and after five when nobody acknowledges', async () => {
    const { got } = await listen();
    const said = server.say({ user: 'U1', channel: ROOM, text: mention });
    for (const [count, delayMs] of [
      [1, 3000],
      [2, 3000 + 60_000],
      [3, 3000 + 300_000],
      [4, 3000],
    ] as const) {
      await waitFor(() => got.length === count);
      await clock.advance(delayMs - 1);
      assert.equal(got.length, count);
      await clock.advance(1);
    }
    assert.deepEqual(await said.then(({ deliveries, acknowledgedAfterMs }) => [deliveries, acknowledgedAfterMs]), [
      4,
      undefined,
    ]);
    assert.deepEqual(
      got.map((envelope) => [envelope.retry_attempt, envelope.retry_reason]),
      [
        [0, ''],
        [1, 'timeout'],
        [2, 'timeout'],
        [3, 'timeout'],
      ],
    );
    assert.equal(new Set(got.map(({ payload }) => payload.event_id)).size, 1);
    assert.equal(new Set(got.map((envelope) => envelope.envelope_id)).size, 4);
  });

  it('does not deliver commands and presses again', async () => {
    const { got } = await listen();
    const used = server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' });
    await waitFor(() => got.length === 1);
    await clock.advance(400_000);
    assert.deepEqual(await used, { acknowledgedAfterMs: undefined, deliveries: 1 });
    assert.equal(got.length, 1);
  });

  it('keeps events for later while there is no socket, and loses commands', async () => {
    assert.deepEqual(await server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' }), {
      acknowledgedAfterMs: undefined,
      deliveries: 0,
    });
    const said = server.say({ user: 'U1', channel: ROOM, text: mention });
    await clock.advance(30_000);
    const { got } = await listen(acknowledge);
    await clock.advance(30_000);
    assert.deepEqual(
      await said.then(({ deliveries, acknowledgedAfterMs }) => [deliveries, acknowledgedAfterMs]),
      [1, 60_000],
    );
    assert.equal(got[0]?.retry_attempt, 2);
  });

  it('delivers duplicates when told to', async () => {
    const { got } = await listen(acknowledge);
    server.chaos.redeliver = (kind) => (kind === 'command' ? 2 : 0);
    const { deliveries } = await server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' });
    assert.equal(deliveries, 3);
    assert.equal(new Set(got.map(({ payload }) => payload.trigger_id)).size, 1);
  });

  it('cuts, announces the end of, and mutes sockets', async () => {
    await listen(acknowledge);
    await listen(acknowledge);
    server.chaos.dropSocket();
    assert.equal(server.sockets, 1);
    server.chaos.dropSockets();
    assert.equal(server.sockets, 0);
    const { got } = await listen(acknowledge);
    server.chaos.disconnect('warning');
    await waitFor(() => got.length === 1);
    assert.deepEqual([got[0]?.type, got[0]?.reason], ['disconnect', 'warning']);
    assert.equal(server.sockets, 1);
    await clock.advance(10_000);
    await waitFor(() => server.sockets === 0);
    const muted = await listen(acknowledge);
    server.chaos.muteSockets();
    let pongs = 0;
    muted.socket.on('pong', () => {
      pongs += 1;
    });
    muted.socket.ping();
    const used = server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' });
    await clock.advance(3000);
    assert.equal((await used).acknowledgedAfterMs, undefined);
    await web.auth.test();
    assert.deepEqual([muted.got.length, pongs, server.sockets], [0, 0, 1]);
  });

  it('tells mentions where the bot is, all of a direct message, and nothing else', async () => {
    const { got } = await listen(acknowledge);
    const told = async (channel: string, text: string) => (await server.say({ user: 'U1', channel, text })).deliveries;
    assert.equal(await told(ROOM, mention), 1);
    assert.equal(await told(ROOM, 'hello'), 0);
    assert.equal(await told('C0OTHER', mention), 0);
    assert.equal(await told(DIRECT, 'ping'), 1);
    assert.deepEqual([got[1]?.payload.event.type, got[1]?.payload.event.channel_type], ['message', 'im']);
    const { ts } = await server.say({ user: 'U1', channel: ROOM, text: mention });
    await server.editMessage({ channel: ROOM, ts, text: `${mention} bash` });
    assert.equal(got.length, 3);
    await server.editMessage({ channel: ROOM, ts, text: `${mention} zsh`, resendMention: true });
    assert.deepEqual([got[3]?.payload.event.ts, typeof got[3]?.payload.event.edited.ts], [ts, 'string']);
    await web.chat.postMessage({ channel: DIRECT, text: 'from the bot itself' });
    await waitFor(() => got.length === 5);
    assert.equal(got[4]?.payload.event.bot_id, 'B0MCO');
    server.setScopes(DEFAULT_SCOPES.filter((scope) => scope !== 'app_mentions:read'));
    assert.equal(await told(ROOM, mention), 0);
  });

  it('tells one message as two events where both are subscribed, and the team of guests', async () => {
    await server.close();
    server = await startSlackServer({ clock, events: ['app_mention', 'message.channels'] });
    server.addUser('W1', { team: 'T0THEIRS' });
    server.addChannel(ROOM, { members: ['W1', server.botUser] });
    const { got } = await listen(acknowledge);
    const { ts, deliveries } = await server.say({ user: 'W1', channel: ROOM, text: mention });
    assert.equal(deliveries, 2);
    assert.deepEqual(
      got.map(({ payload }) => [payload.event.type, payload.event.ts]),
      [
        ['app_mention', ts],
        ['message', ts],
      ],
    );
    assert.equal(got[0]?.payload.event.user_team, 'T0THEIRS');
    await server.slashCommand({ user: 'W1', channel: ROOM, text: 'ping' });
    assert.equal(got.at(-1)?.payload.team_id, 'T0THEIRS');
    await server.deliver('event', { type: 'event_callback', team_id: 'T0EVIL' });
    assert.equal(got.at(-1)?.payload.team_id, 'T0EVIL');
  });

  it('ignores an acknowledgement that comes from another socket', async () => {
    const sockets = [await listen(), await listen()];
    const used = server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' });
    await waitFor(() => sockets.some(({ got }) => got.length === 1));
    const id = sockets.flatMap(({ got }) => got)[0]?.envelope_id;
    const stranger = sockets.find(({ got }) => got.length === 0)?.socket;
    stranger?.send(JSON.stringify({ envelope_id: id, payload: {} }));
    stranger?.ping();
    await new Promise((resolve) => stranger?.once('pong', resolve));
    await clock.advance(3000);
    assert.equal((await used).acknowledgedAfterMs, undefined);
  });

  it('refuses what people can not do', async () => {
    await listen(acknowledge);
    const { ts } = await server.say({ user: 'U1', channel: ROOM, text: 'root' });
    await assert.rejects(server.slashCommand({ user: 'U1', channel: ROOM, text: 'x', thread: ts }), /in threads/);
    await assert.rejects(server.press({ user: 'U1', channel: ROOM, ts, actionId: 'mco:cancel' }), /no button/);
    await assert.rejects(server.say({ user: 'U404', channel: ROOM, text: 'x' }), /no user/);
    await assert.rejects(server.say({ user: 'U1', channel: 'C404', text: 'x' }), /no channel/);
    server.archive(ROOM);
    await assert.rejects(server.say({ user: 'U1', channel: ROOM, text: 'x' }), /archived/);
  });

  it('takes five answers within half an hour on a response URL, and no nonsense', async () => {
    const { got } = await listen(acknowledge);
    const newUrl = async (): Promise<string> => {
      await server.slashCommand({ user: 'U1', channel: 'C0OTHER', text: 'ping' });
      return got.at(-1)?.payload.response_url as string;
    };
    const answer = async (url: string, body: unknown): Promise<[number, string]> => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      return [response.status, await response.text()];
    };
    const url = await newUrl();
    assert.deepEqual(await answer(url, { text: 'to you' }), [200, 'ok']);
    assert.deepEqual(await answer(url, { text: 'to all', response_type: 'in_channel' }), [200, 'ok']);
    assert.match((await answer(url, { text: '' })).join(), /400.*no_text/);
    assert.match((await answer(url, { blocks: [{ type: 'marquee' }] })).join(), /400.*invalid_blocks/);
    assert.match((await answer(url, 'text')).join(), /400.*invalid_payload/);
    assert.match((await answer(url, { text: 'a sixth' })).join(), /404.*used_url/);
    assert.deepEqual(
      server.ephemerals('U1').map(({ text }) => text),
      ['to you'],
    );
    assert.equal(server.messages('C0OTHER').at(-1)?.text, 'to all');
    const late = await newUrl();
    await clock.advance(1_800_001);
    assert.match((await answer(late, { text: 'late' })).join(), /404.*expired_url/);
    assert.match((await answer(`${url}x`, { text: 'x' })).join(), /404/);
  });

  it('replaces and removes the message that was pressed on', async () => {
    const { got } = await listen(acknowledge);
    const button = { type: 'button' as const, text: { type: 'plain_text' as const, text: 'Go' }, action_id: 'go' };
    const blocks = [{ type: 'actions' as const, elements: [button] }];
    const { ts = '' } = await web.chat.postMessage({ channel: ROOM, text: 'before', blocks });
    await server.press({ user: 'U1', channel: ROOM, ts, actionId: 'go' });
    const post = (body: object) =>
      fetch(got[0]?.payload.response_url as string, { method: 'POST', body: JSON.stringify(body) });
    await post({ text: 'after', replace_original: true });
    assert.deepEqual(
      server.messages(ROOM).map(({ text, edits }) => [text, edits]),
      [['after', 1]],
    );
    await post({ delete_original: true });
    assert.deepEqual(server.messages(ROOM), []);
  });
});
