import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type WebAPICallResult, WebClient } from '@slack/web-api';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { SILENT_LOGGER } from '../servers/slack/silent-logger.ts';
import { startSlackServer } from '../servers/slack/slack-server.ts';
import type { SlackServer } from '../servers/slack/slack-types.ts';
import { waitFor } from './wait-for.ts';

const ROOM = 'C0ROOM';

let server: SlackServer;
let clock: FakeClock;
let web: WebClient;

interface Failure {
  code?: string;
  retryAfter?: number;
  statusCode?: number;
  data?: { error?: string; errors?: string[] };
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    return error as Failure;
  }
  return {};
}

describe('the limits of the Slack test server', () => {
  before(async () => {
    clock = createFakeClock();
    server = await startSlackServer({ clock });
    server.addUser('U1');
    server.addChannel(ROOM, { members: ['U1', server.botUser] });
    server.addChannel('C0TWO', { members: ['U1', server.botUser] });
    server.addChannel('C0OTHER', { members: ['U1'] });
    const fixed = {
      slackApiUrl: server.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: SILENT_LOGGER,
    };
    web = new WebClient(server.botToken, fixed);
  });
  after(async () => await server.close());
  beforeEach(async () => {
    server.chaos.onCall = undefined;
    await clock.advance(61_000);
  });

  const post = (more: Record<string, unknown> = {}) =>
    web.apiCall('chat.postMessage', { channel: ROOM, text: 'hello', ...more }) as Promise<
      WebAPICallResult & { ts: string }
    >;

  describe('rates', () => {
    it('lets a short burst of posts through to one channel, then one a second', async () => {
      for (let burst = 0; burst < 3; burst++) await post();
      const failure = await failureOf(post());
      assert.equal(failure.code, 'slack_webapi_rate_limited_error');
      assert.equal(failure.retryAfter, 1);
      assert.equal((await failureOf(post({ channel: 'C0TWO' }))).code, undefined);
      await clock.advance(1000);
      await post();
      assert.equal((await failureOf(post())).retryAfter, 1);
    });

    it('counts the tiers a minute and per workspace', async () => {
      const { ts } = await post();
      const tiers: [number, string, () => Promise<unknown>][] = [
        [50, 'chat.update', () => web.chat.update({ channel: ROOM, ts, text: 'x' })],
        [100, 'chat.postEphemeral', () => web.chat.postEphemeral({ channel: ROOM, user: 'U1', text: 'x' })],
        [100, 'files.getUploadURLExternal', () => web.files.getUploadURLExternal({ filename: 'a', length: 1 })],
        [20, 'usergroups.users.list', () => web.usergroups.users.list({ usergroup: 'S1' })],
        [50, 'conversations.history', () => web.conversations.history({ channel: ROOM })],
        [50, 'conversations.replies', () => web.conversations.replies({ channel: ROOM, ts })],
      ];
      server.addUserGroup('S1', ['U1']);
      for (const [count, method, call] of tiers) {
        for (let index = 0; index < count; index++) await call();
        const failure = await failureOf(call());
        assert.equal(failure.code, 'slack_webapi_rate_limited_error', method);
        assert.equal(failure.retryAfter, 60, method);
      }
      assert.equal(server.calls.at(-1)?.status, 429);
      await clock.advance(60_000);
      for (const [, , call] of tiers) await call();
    });
  });

  describe('blocks', () => {
    const plain = (text: string) => ({ type: 'plain_text', text });
    const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
    const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
    const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...more });
    const actions = (...elements: object[]) => ({ type: 'actions', elements });
    const confirm = { title: plain('t'), text: mrkdwn('x'), confirm: plain('y'), deny: plain('n') };
    const cell = (text: string) => ({ type: 'raw_text', text });
    const table = (...rows: object[][]) => ({ type: 'table', rows });
    const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
    const inline = (...elements: object[]) => rich({ type: 'rich_text_section', elements });
    const pre = (...elements: object[]) => rich({ type: 'rich_text_preformatted', elements });
    const long = (length: number) => 'x'.repeat(length);
    const many = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, at) => make(at));

    const good: [string, object[]][] = [
      ['a section of 3,000 characters', [section(long(3000))]],
      ['fields', [{ type: 'section', fields: many(10, () => mrkdwn(long(1000))) }]],
      ['a header of 150', [{ type: 'header', text: plain(long(150)) }]],
      ['context', [{ type: 'context', elements: many(10, () => mrkdwn('x')) }]],
      ['50 dividers', many(50, () => ({ type: 'divider' }))],
      ['a full button', [actions(button({ value: long(2000), style: 'danger', confirm }))]],
      ['rich text', [inline({ type: 'text', text: 'a', style: { bold: true } }, { type: 'user', user_id: 'U1' })]],
      ['preformatted text', [pre({ type: 'text', text: 'a\nb' }, { type: 'link', url: 'https://example.org' })]],
      ['a table of 100 × 20', [table(...many(100, () => many(20, () => cell('x'))))]],
      ['a table with rich cells', [table([inline({ type: 'text', text: 'x', style: { bold: true } }), cell('y')])]],
      ['markdown', [{ type: 'markdown', text: long(12_000) }]],
    ];
    for (const [title, blocks] of good)
      it(`takes ${title}`, async () => {
        assert.deepEqual((await failureOf(post({ blocks }))).data, undefined);
      });

    const bad: [string, unknown, RegExp, string?][] = [
      ['a text over 3,000', [section(long(3001))], /less than 3001.*\/blocks\/0\/text\/text/],
      ['an empty text', [section('')], /more than 0 characters/],
      ['a section with nothing', [{ type: 'section' }], /missing required field/],
      ['11 fields', [{ type: 'section', fields: many(11, () => mrkdwn('x')) }], /no more than 10/],
      ['a field over 2,000', [{ type: 'section', fields: [mrkdwn(long(2001))] }], /less than 2001/],
      ['a header over 150', [{ type: 'header', text: plain(long(151)) }], /less than 151/],
      ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], /unsupported type: mrkdwn/],
      ['emoji in mrkdwn', [{ type: 'section', text: { ...mrkdwn('x'), emoji: true } }], /additional property: emoji/],
      ['11 context elements', [{ type: 'context', elements: many(11, () => mrkdwn('x')) }], /no more than 10/],
      ['51 blocks', many(51, () => ({ type: 'divider' })), /no more than 50/],
      ['unknown blocks', [{ type: 'marquee' }], /unsupported type: marquee/],
      ['unknown fields', [{ type: 'divider', colour: 'red' }], /additional property: colour/],
      ['one block_id twice', many(2, () => ({ type: 'divider', block_id: 'a' })), /block_id already exists/],
      ['a long block_id', [{ type: 'divider', block_id: long(256) }], /less than 256/],
      ['no buttons', [actions()], /no fewer than 1/],
      ['26 buttons', [actions(...many(26, (at) => button({ action_id: `a${at}` })))], /no more than 25/],
      ['one action_id twice', [actions(button(), button())], /action_id already exists/],
      ['a long action_id', [actions(button({ action_id: long(256) }))], /less than 256/],
      ['a long value', [actions(button({ value: long(2001) }))], /less than 2001/],
      ['a long label', [actions(button({ text: plain(long(76)) }))], /less than 76/],
      ['a label in mrkdwn', [actions(button({ text: mrkdwn('x') }))], /unsupported type: mrkdwn/],
      ['another style', [actions(button({ style: 'loud' }))], /primary, danger/],
      ['a confirm without deny', [actions(button({ confirm: { ...confirm, deny: undefined } }))], /field: deny/],
      ['a long question', [actions(button({ confirm: { ...confirm, text: mrkdwn(long(301)) } }))], /less than 301/],
      ['a long title', [actions(button({ confirm: { ...confirm, title: plain(long(101)) } }))], /less than 101/],
      ['a long yes', [actions(button({ confirm: { ...confirm, confirm: plain(long(31)) } }))], /less than 31/],
      ['a long no', [actions(button({ confirm: { ...confirm, deny: plain(long(31)) } }))], /less than 31/],
      ['empty rich text', [inline({ type: 'text', text: '' })], /more than 0 characters/],
      ['a style that is no flag', [inline({ type: 'text', text: 'x', style: { bold: 1 } })], /must be a boolean/],
      ['an unknown style', [inline({ type: 'text', text: 'x', style: { blink: true } })], /additional property: blink/],
      ['a mention in preformatted', [pre({ type: 'user', user_id: 'U1' })], /unsupported type: user/],
      ['a user that is none', [inline({ type: 'user', user_id: 'ana' })], /must be a user ID/],
      ['101 rows', [table(...many(101, () => [cell('x')]))], /no more than 100/],
      ['21 columns', [table(many(21, () => cell('x')))], /no more than 20/],
      ['an empty cell', [table([cell('')])], /more than 0 characters.*\/rows\/0\/0\/text/],
      ['uneven rows', [table([cell('x')], [cell('x'), cell('y')])], /same number of cells/],
      ['a mrkdwn cell', [table([mrkdwn('x')])], /unsupported type: mrkdwn/],
      ['10,001 characters in cells', [table([cell(long(5000)), cell(long(5001))])], /less than 10001/],
      ['two tables', [table([cell('x')]), table([cell('y')])], /only_one_table_allowed/, 'invalid_attachments'],
      ['too much markdown', many(2, () => ({ type: 'markdown', text: long(6001) })), /less than 12001/],
      ['more than 13,200 in all', many(5, () => section(long(2641))), /^$/, 'msg_blocks_too_long'],
      ['blocks that are no list', { type: 'divider' }, /^$/, 'invalid_blocks_format'],
      ['blocks that are no JSON', '[', /^$/, 'invalid_blocks_format'],
    ];
    for (const [title, blocks, pattern, code = 'invalid_blocks'] of bad)
      it(`refuses ${title}`, async () => {
        const { data } = await failureOf(post({ blocks }));
        assert.equal(data?.error, code);
        assert.match((data.errors ?? []).join('\n'), pattern);
      });
  });

  describe('files', () => {
    it('takes an upload in the three steps of the SDK and shows it in the thread', async () => {
      const { ts } = await post();
      const target = {
        channel_id: ROOM,
        thread_ts: ts,
        filename: '7f3a.csv',
        title: 'All nodes',
        content: 'a,b\n1,ü\n',
      };
      await web.files.uploadV2(target);
      const [file] = server.files(ROOM);
      assert.deepEqual(
        { name: file?.name, title: file?.title, content: file?.content, thread: file?.thread_ts },
        { name: '7f3a.csv', title: 'All nodes', content: 'a,b\n1,ü\n', thread: ts },
      );
      const thread = await web.conversations.replies({ channel: ROOM, ts });
      assert.equal(thread.messages?.[1]?.files?.[0]?.name, '7f3a.csv');
    });

    it('refuses files without bytes, of another size, used twice, and for other channels', async () => {
      const ask = async (length: number) => await web.files.getUploadURLExternal({ filename: 'a.txt', length });
      const errorOf = async (call: Promise<unknown>) => (await failureOf(call)).data?.error;
      const complete = (id: string | undefined, channel_id: string) =>
        web.files.completeUploadExternal({ files: [{ id: String(id) }], channel_id });
      assert.equal(await errorOf(ask(0)), 'missing_argument');
      assert.equal(await errorOf(web.apiCall('files.getUploadURLExternal', { length: 1 })), 'invalid_arguments');
      const { upload_url: url = '', file_id: id } = await ask(3);
      assert.equal(await errorOf(complete(id, ROOM)), 'file_not_found');
      assert.equal((await fetch(url, { method: 'POST', body: 'four' })).status, 400);
      assert.equal((await fetch(url, { method: 'POST', body: 'abc' })).status, 200);
      assert.equal((await fetch(url, { method: 'POST', body: 'abc' })).status, 404);
      assert.equal(await errorOf(complete(id, 'C0OTHER')), 'not_in_channel');
      await complete(id, ROOM);
      assert.equal(await errorOf(complete(id, ROOM)), 'file_not_found');
    });
  });

  describe('bad days', () => {
    it('answers 429 and 503 when told to, without any effect', async () => {
      const before = server.messages(ROOM).length;
      server.chaos.onCall = ({ method }) =>
        method === 'chat.postMessage' ? { status: 429, retryAfter: 7 } : undefined;
      assert.equal((await failureOf(post())).retryAfter, 7);
      server.chaos.onCall = () => ({ status: 503 });
      assert.equal((await failureOf(post())).statusCode, 503);
      assert.equal(server.messages(ROOM).length, before);
    });

    it('cuts the connection before or after the effect', async () => {
      const before = server.messages(ROOM).length;
      server.chaos.onCall = () => ({ drop: 'before' });
      assert.equal((await failureOf(post())).code, 'slack_webapi_request_error');
      assert.equal(server.messages(ROOM).length, before);
      server.chaos.onCall = () => ({ drop: 'after' });
      assert.equal((await failureOf(post())).code, 'slack_webapi_request_error');
      assert.equal(server.messages(ROOM).length, before + 1);
      assert.deepEqual(server.calls.at(-1)?.status, 0);
    });

    it('answers late, with the effect at once or at the end', async () => {
      const before = server.messages(ROOM).length;
      let asked = 0;
      server.chaos.onCall = () => {
        asked += 1;
        return { delayMs: 5000, effect: asked === 1 ? 'at-once' : 'later' };
      };
      const first = post();
      await waitFor(() => asked === 1);
      assert.equal(server.messages(ROOM).length, before + 1);
      await clock.advance(5000);
      await first;
      const second = post();
      await waitFor(() => asked === 2);
      assert.equal(server.messages(ROOM).length, before + 1);
      await clock.advance(5000);
      await second;
      assert.equal(server.messages(ROOM).length, before + 2);
    });
  });
});
