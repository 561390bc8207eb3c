import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { WebClient } from '@slack/web-api';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { SILENT_LOGGER } from '../servers/slack/silent-logger.ts';
import { startSlackServer } from '../servers/slack/slack-server.ts';
import type { SlackServer } from '../servers/slack/slack-types.ts';
import { waitFor } from './wait-for.ts';

const ROOM = 'C0ROOM';
const mention = 'hey <@U0BOT> package status';

interface Press {
  readonly type: string;
  readonly user: { readonly id: string };
  readonly actions: readonly { readonly value: string }[];
}

describe('HTTP delivery of the Slack test server', () => {
  let server: SlackServer;
  let clock: FakeClock;
  let app: Server;
  let got: { headers: IncomingHttpHeaders; body: string }[];
  let reply: (body: string) => { status?: number; body?: string; headers?: Record<string, string> } | undefined;

  beforeEach(async () => {
    got = [];
    reply = () => ({});
    app = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        got.push({ headers: request.headers, body });
        const answer = reply(body);
        if (answer !== undefined) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '');
      });
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const requestUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}/slack/events`;
    clock = createFakeClock();
    server = await startSlackServer({ clock, requestUrl });
    server.addUser('U1', { name: 'ana' });
    server.addChannel(ROOM, { members: ['U1', server.botUser] });
  });

  afterEach(async () => {
    await server.close();
    app.closeAllConnections();
    await new Promise((resolve) => app.close(resolve));
  });

  it('signs every request over its exact bytes', async () => {
    await server.say({ user: 'U1', channel: ROOM, text: mention });
    await server.slashCommand({ user: 'U1', channel: ROOM, text: 'a & b' });
    for (const { headers, body } of got) {
      const timestamp = String(headers['x-slack-request-timestamp']);
      assert.equal(timestamp, String(Math.floor(clock.now() / 1000)));
      const mac = createHmac('sha256', server.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
      assert.equal(headers['x-slack-signature'], `v0=${mac}`);
    }
    assert.equal(got[0]?.headers['content-type'], 'application/json');
    assert.equal(got[1]?.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(new URLSearchParams(got[1]?.body).get('text'), 'a &amp; b');
  });

  it('posts presses as a form with a payload', async () => {
    const text = { type: 'plain_text' as const, text: 'Go' };
    const elements = [{ type: 'button' as const, text, action_id: 'go', value: 'r1' }];
    const web = new WebClient(server.botToken, { slackApiUrl: server.apiUrl, logger: SILENT_LOGGER });
    const blocks = [{ type: 'actions' as const, elements }];
    const { ts = '' } = await web.chat.postMessage({ channel: ROOM, text: 'x', blocks });
    await server.press({ user: 'U1', channel: ROOM, ts, actionId: 'go' });
    const payload = JSON.parse(new URLSearchParams(got[0]?.body).get('payload') ?? '') as Press;
    assert.deepEqual([payload.type, payload.actions[0]?.value, payload.user.id], ['block_actions', 'r1', 'U1']);
  });

  it('checks the request URL by its challenge', async () => {
    reply = (body) => ({ body: (JSON.parse(body) as { challenge: string }).challenge });
    assert.equal(await server.verifyUrl(), true);
    reply = () => ({ body: 'hello' });
    assert.equal(await server.verifyUrl(), false);
  });

  it('posts an event again when it is refused or not answered in 3 seconds, and says why', async () => {
    reply = () => (got.length === 1 ? { status: 500 } : got.length === 2 ? undefined : {});
    const said = server.say({ user: 'U1', channel: ROOM, text: mention });
    await waitFor(() => got.length === 2);
    await clock.advance(3000);
    assert.equal(got.length, 2);
    for (let seconds = 0; got.length < 3 && seconds < 300; seconds += 6) await clock.advance(6000);
    assert.equal((await said).deliveries, 3);
    const retries = got.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
    assert.deepEqual(retries, [
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_timeout'],
    ]);
    assert.equal(new Set(got.map(({ body }) => body)).size, 1);
  });

  it('stops posting an event again when the app says so, and never repeats commands', async () => {
    reply = () => ({ status: 500, headers: { 'x-slack-no-retry': '1' } });
    assert.equal((await server.say({ user: 'U1', channel: ROOM, text: mention })).deliveries, 1);
    reply = () => ({ status: 500 });
    assert.deepEqual(await server.slashCommand({ user: 'U1', channel: ROOM, text: 'x' }), {
      acknowledgedAfterMs: undefined,
      deliveries: 1,
    });
  });

  it('shows what the answer to a command says', async () => {
    reply = () => ({ body: JSON.stringify({ text: 'on it' }), headers: { 'content-type': 'application/json' } });
    await server.slashCommand({ user: 'U1', channel: ROOM, text: 'ping' });
    assert.equal(server.ephemerals('U1').at(-1)?.text, 'on it');
  });
});
