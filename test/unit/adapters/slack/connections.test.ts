import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { McoError } from '../../../../src/core/errors.ts';
import { waitFor } from '../../../contract/wait-for.ts';
import { ANA, createFastClock, DIRECT, openRig, type Rig } from './slack-rig.ts';

describe('the connections to Slack', () => {
  let rig: Rig;
  const say = (text: string) => rig.server.say({ user: ANA, channel: DIRECT, text });
  const heard = (text: string) => rig.receiver.messages.some((message) => message.text === text);
  const openBoth = async () => {
    await rig.chat.start(rig.receiver);
    await waitFor(() => rig.server.sockets === 2);
  };

  beforeEach(async () => {
    // Slow enough that a busy machine still acknowledges in time.
    rig = await openRig({ clock: createFastClock(3) });
  });
  afterEach(() => rig.close());

  it('are two, and health says so', async () => {
    await openBoth();
    assert.equal((await rig.chat.checkHealth()).about, 'Socket Mode, 2 connections');
  });

  it('carry every message while one of them after the other is cut', async () => {
    await openBoth();
    for (let n = 0; n < 6; n++) {
      rig.server.chaos.dropSocket();
      const { acknowledgedAfterMs } = await say(`ping ${n}`);
      assert.notEqual(acknowledgedAfterMs, undefined);
      await waitFor(() => rig.server.sockets === 2);
    }
    for (let n = 0; n < 6; n++) assert.ok(heard(`ping ${n}`));
    assert.ok(rig.receiver.problems.some(({ code }) => code === 'unreachable/chat'));
  });

  it('are made anew before Slack closes those that it announced', async () => {
    await openBoth();
    rig.server.chaos.disconnect('refresh_requested');
    await waitFor(() => rig.server.sockets === 4);
    for (let n = 0; n < 4; n++) assert.equal((await say(`ping ${n}`)).deliveries, 1);
    await waitFor(() => rig.server.sockets === 2);
    assert.equal((await say('still there')).deliveries, 1);
    assert.deepEqual(rig.receiver.problems, []);
  });

  it('are made when Slack comes back after the start', async () => {
    rig.server.chaos.onCall = ({ method }) => (method === 'auth.test' ? { status: 503 } : undefined);
    await rig.chat.start(rig.receiver);
    assert.equal(rig.receiver.problems.length, 1);
    rig.server.chaos.onCall = ({ method }) => (method === 'apps.connections.open' ? { drop: 'before' } : undefined);
    await waitFor(() => rig.server.calls.some(({ method }) => method === 'apps.connections.open'));
    rig.server.chaos.onCall = undefined;
    await waitFor(() => rig.server.sockets === 2);
    await say('ping');
    assert.ok(heard('ping'));
  });

  it('survive answers and frames that make no sense', async () => {
    await openBoth();
    const payloads = [{}, { event: null }, { event: {} }, { event: { type: 1 } }, { event: { type: 'message' } }];
    for (const payload of payloads) await Promise.race([rig.server.deliver('event', payload), say('ping')]);
    await waitFor(() => heard('ping'));
    assert.equal(rig.server.sockets, 2);
  });

  it('are gone after a stop, and nothing is heard any more', async () => {
    await openBoth();
    await rig.chat.stop();
    await waitFor(() => rig.server.sockets === 0);
    rig.receiver.messages.length = 0;
    rig.server.say({ user: ANA, channel: DIRECT, text: 'ping' }).catch(() => {});
    assert.deepEqual(rig.receiver.messages, []);
  });

  it('are answered on before they are closed by a stop', async () => {
    await openBoth();
    let decide = (_taken: boolean): void => {};
    rig.receiver.take = () =>
      new Promise((resolve) => {
        decide = resolve;
      });
    const said = say('ping');
    await waitFor(() => heard('ping'));
    const stopping = rig.chat.stop();
    decide(true);
    await stopping;
    assert.equal((await said).deliveries, 1);
  });
});

for (const [what, options] of [
  ['bot token', { chat: { botToken: 'xoxb-wrong' } }],
  ['app token', { chat: { transport: { kind: 'socket', appToken: 'xapp-wrong' } } }],
  ['workspace', { chat: { team: 'T0OTHER' } }],
] as const) {
  it(`a wrong ${what} is told at the start, without the token`, async () => {
    const rig = await openRig({ ...options, clock: createFastClock() });
    await assert.rejects(rig.chat.start(rig.receiver), (error) => {
      assert.ok(error instanceof McoError);
      assert.equal(error.code, 'failed/chat-refused');
      assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.cause, error.stack]), /x(?:oxb|app)-wrong/);
      return true;
    });
    await rig.close();
  });
}
