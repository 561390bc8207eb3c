import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createFakeReceiver, type FakeReceiver } from '../../../contract/chat.ts';
import { type MattermostSite, openSite } from './mattermost-site.ts';

describe('a slash command', () => {
  let site: MattermostSite;
  let receiver: FakeReceiver;

  before(async () => {
    site = await openSite({ sendsRootId: true });
    receiver = createFakeReceiver();
    await site.chat.start(receiver);
  });
  after(() => site.close());
  beforeEach(() => {
    for (const list of [receiver.messages, receiver.refusals]) list.length = 0;
  });

  const form = (changes: Record<string, string> = {}) => ({
    token: site.commandToken,
    team_id: site.team,
    channel_id: site.channel,
    user_id: site.ana.id,
    text: 'ping',
    trigger_id: 'trigger-1',
    response_url: `${site.server.url}/hooks/commands/${'h'.repeat(26)}`,
    ...changes,
  });
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${site.callbackUrl}/mattermost/command`, { method: 'POST', body: new URLSearchParams(fields), headers });

  it('shows nothing when it was taken, and keeps thread and author', async () => {
    const root = site.server.say({ user: site.raj.id, channel: site.channel, text: 'look' });
    const result = await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping', root });
    assert.deepEqual([result.status, result.response], [200, {}]);
    assert.deepEqual(
      receiver.messages.map(({ text, account, thread }) => [text, account, thread]),
      [['ping', site.account(site.ana.id), root]],
    );
    assert.deepEqual(site.server.ephemerals(site.ana.id), []);
  });

  it('has the same id when it is sent twice', async () => {
    site.server.chaos.duplicateCommand = () => 1;
    await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    site.server.chaos.duplicateCommand = undefined;
    assert.equal(receiver.messages.length, 2);
    assert.equal(receiver.messages[0]?.id, receiver.messages[1]?.id);
    await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    assert.notEqual(receiver.messages[2]?.id, receiver.messages[0]?.id);
  });

  it('says so when it could not be taken', async () => {
    const { takeMessage } = receiver;
    receiver.takeMessage = async () => false;
    const result = await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    receiver.takeMessage = takeMessage;
    assert.match(result.response?.text ?? '', /could not take this/);
    assert.equal(result.response?.response_type, 'ephemeral');
  });

  it('is refused without the token and with another', async () => {
    const statuses: number[] = [];
    for (const token of ['', 'wrong', `${site.commandToken}x`, site.commandToken.slice(1)]) {
      statuses.push((await send(form({ token }))).status);
    }
    statuses.push((await send(form(), { authorization: 'Token wrong' })).status);
    statuses.push((await send(form(), { authorization: `Bearer ${site.commandToken}` })).status);
    assert.deepEqual(statuses, Array(6).fill(401));
    assert.equal(receiver.messages.length, 0);
    assert.deepEqual(
      receiver.refusals.map(({ error, account }) => [error.code, account]),
      Array(6).fill(['untrusted/wrong-token', undefined]),
    );
    assert.ok(!JSON.stringify(receiver.refusals).includes(site.commandToken));
  });

  it('is taken with any of the tokens, in the header or in the form', async () => {
    assert.equal((await send(form({ token: 'an-older-token-of-another-team' }))).status, 200);
    assert.equal((await send(form({ token: '' }), { authorization: `Token ${site.commandToken}` })).status, 200);
    assert.equal(receiver.messages.length, 2);
  });

  it('is refused when ids are no ids or it is too large', async () => {
    const bad = [{ user_id: '../../x' }, { channel_id: '' }, { team_id: 'x' }, { trigger_id: '' }, { root_id: 'x' }];
    for (const change of bad) assert.equal((await send(form(change))).status, 400, JSON.stringify(change));
    assert.equal((await send(form({ text: 'x'.repeat(64 * 1024) }))).status, 413);
    assert.equal(receiver.messages.length, 0);
  });

  it('is answered at this server, whatever address it names', async () => {
    const hook = 'h'.repeat(26);
    const urls = [`https://evil.example/hooks/commands/${hook}`, 'https://evil.example/other', 'no url', `${hook}?x`];
    for (const [index, url] of urls.entries())
      await send(form({ response_url: url, trigger_id: `evil-${index}-trigger` }));
    assert.deepEqual(
      receiver.messages.map(({ via }) => via),
      [`hook:${hook}`, undefined, undefined, undefined],
    );
  });

  it('is answered by its response URL while that lasts, then in a direct message', async () => {
    await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    const [message] = receiver.messages;
    const recipient = { account: site.account(site.ana.id), channel: site.channel, via: message?.via };
    for (let answer = 1; answer <= 6; answer++) await site.chat.whisper(recipient, { outcome: `A${answer}`, body: [] });
    const seen = site.server.ephemerals(site.ana.id).filter(({ via }) => via === 'response_url');
    assert.deepEqual(
      seen.map(({ text }) => /A\d/.exec(text)?.[0]),
      ['A1', 'A2', 'A3', 'A4', 'A5'],
    );
    const direct = site.server.posts(site.server.directChannel(site.ana.id, site.bot.id));
    assert.match(direct.at(-1)?.message ?? '', /A6/);
  });

  it('is refused, and recorded, once the token was made anew in Mattermost', async () => {
    const { token } = site.server.addUser('root', { isAdmin: true });
    const regenerated = await fetch(`${site.server.url}/api/v4/commands/${site.commandId}/regen_token`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(regenerated.status, 200);
    const result = await site.server.slashCommand({ user: site.ana.id, channel: site.channel, text: 'ping' });
    assert.equal(result.status, 500);
    assert.deepEqual(
      receiver.refusals.map(({ error }) => error.code),
      ['untrusted/wrong-token'],
    );
    assert.equal(receiver.messages.length, 0);
  });
});
