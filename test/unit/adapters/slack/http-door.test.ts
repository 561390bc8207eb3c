import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { ANA, CHANNEL, DIRECT, openRig, type Rig } from './slack-rig.ts';

const EVENT = {
  type: 'message',
  channel_type: 'im',
  channel: DIRECT,
  user: ANA,
  text: 'ping',
  ts: '1700000000.000100',
};

describe('the address that Slack posts to', () => {
  let rig: Rig;
  const nowSeconds = () => Math.floor(rig.clock.now() / 1000);
  const sign = (body: string, at: number, secret = rig.server.signingSecret) =>
    `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
  const wrap = (event: object = EVENT) => JSON.stringify({ team_id: rig.server.team, type: 'event_callback', event });

  async function send(body: string, headers: Record<string, string>) {
    const response = await fetch(rig.url, { method: 'POST', body, headers });
    return { status: response.status, text: await response.text() };
  }

  function sendSigned(
    body: string,
    { at = nowSeconds(), secret = rig.server.signingSecret, type = 'application/json' } = {},
  ) {
    const signature = sign(body, at, secret);
    return send(body, { 'content-type': type, 'x-slack-request-timestamp': `${at}`, 'x-slack-signature': signature });
  }

  before(async () => {
    rig = await openRig({ transport: 'http' });
    await rig.chat.start(rig.receiver);
  });
  after(() => rig.close());
  afterEach(() => {
    rig.receiver.messages.length = 0;
    rig.receiver.refusals.length = 0;
    rig.receiver.take = async () => true;
  });

  const assertRefused = (answer: { status: number; text: string }, code: string) => {
    assert.deepEqual(answer, { status: 401, text: '' });
    assert.deepEqual(
      rig.receiver.refusals.map(({ error }) => error.code),
      [code],
    );
    assert.equal(rig.receiver.messages.length, 0);
  };

  it('takes what is signed, now or four minutes ago', async () => {
    assert.deepEqual(await sendSigned(wrap()), { status: 200, text: '' });
    assert.deepEqual(await sendSigned(wrap(), { at: nowSeconds() - 240 }), { status: 200, text: '' });
    assert.deepEqual(
      rig.receiver.messages.map(({ text }) => text),
      ['ping', 'ping'],
    );
  });

  it('refuses and notes a wrong signature', async () => {
    assertRefused(await sendSigned(wrap(), { secret: 'guessed' }), 'untrusted/bad-signature');
  });

  it('refuses and notes a body that is not the signed one', async () => {
    const at = nowSeconds();
    const headers = { 'x-slack-request-timestamp': `${at}`, 'x-slack-signature': sign(wrap(), at) };
    assertRefused(await send(`${wrap()} `, headers), 'untrusted/bad-signature');
  });

  it('refuses and notes a timestamp that is not the signed one', async () => {
    const at = nowSeconds();
    const headers = { 'x-slack-request-timestamp': `${at - 1}`, 'x-slack-signature': sign(wrap(), at) };
    assertRefused(await send(wrap(), headers), 'untrusted/bad-signature');
  });

  it('refuses and notes a missing signature', async () => {
    assertRefused(await send(wrap(), {}), 'untrusted/no-signature');
  });

  it('refuses and notes signatures of other shapes', async () => {
    for (const signature of ['v0=', 'v1=00', `v0=${'g'.repeat(64)}`, 'v0']) {
      rig.receiver.refusals.length = 0;
      const headers = { 'x-slack-request-timestamp': `${nowSeconds()}`, 'x-slack-signature': signature };
      assertRefused(await send(wrap(), headers), 'untrusted/no-signature');
    }
  });

  it('refuses and notes a stale request, although it is signed', async () => {
    assertRefused(await sendSigned(wrap(), { at: nowSeconds() - 302 }), 'untrusted/stale');
  });

  it('refuses and notes a request from the future, although it is signed', async () => {
    assertRefused(await sendSigned(wrap(), { at: nowSeconds() + 120 }), 'untrusted/stale');
  });

  it('answers the challenge only when it is signed', async () => {
    assert.equal(await rig.server.verifyUrl(), true);
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c' });
    assertRefused(await sendSigned(body, { secret: 'guessed' }), 'untrusted/bad-signature');
  });

  it('survives signed bodies that make no sense', async () => {
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{"event":null}',
      JSON.stringify({ team_id: rig.server.team, event: null }),
    ]) {
      const { status } = await sendSigned(body);
      assert.ok([200, 400].includes(status), `${body}: ${status}`);
    }
    assert.equal((await sendSigned('payload=%7B', { type: 'application/x-www-form-urlencoded' })).status, 400);
    assert.equal(rig.receiver.messages.length, 0);
  });

  it('does not acknowledge an event that the bot could not take', async () => {
    rig.receiver.take = async () => false;
    assert.deepEqual(await sendSigned(wrap()), { status: 503, text: '' });
  });

  it('says to the person alone that a command could not be taken', async () => {
    rig.receiver.take = async () => false;
    await rig.server.slashCommand({ user: ANA, channel: CHANNEL, text: 'ping' });
    assert.match(rig.server.ephemerals(ANA).at(-1)?.text ?? '', /could not be taken, and nothing was done/);
  });

  it('takes nothing of another workspace, and notes it', async () => {
    const body = JSON.stringify({ team_id: 'T0FOREIGN', type: 'event_callback', event: EVENT });
    assert.equal((await sendSigned(body)).status, 200);
    assert.equal(rig.receiver.messages.length, 0);
    assert.equal(rig.receiver.refusals[0]?.error.code, 'untrusted/foreign-team');
  });
});

it('nobody is let in before the bot listens, and nobody after', async () => {
  const rig = await openRig({ transport: 'http' });
  const knock = async () => (await fetch(rig.url, { method: 'POST', body: '{}' })).status;
  assert.equal(await knock(), 503);
  await rig.chat.start(rig.receiver);
  assert.equal(await knock(), 401);
  await rig.chat.stop();
  assert.equal(await knock(), 503);
  await rig.close();
});
