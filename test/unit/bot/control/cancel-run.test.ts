import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Question } from '../../../../src/bot/bot.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const FLEET = { web1: alive(() => ({})), web2: alive(() => undefined) };

/** Raj may do what ana may; eve may only ask for facts. */
const decide = ({ caller, action }: Question): Decision =>
  caller !== 'person:eve' || action === 'get_fact' ? allowed() : denied('no right', 'roles.yaml:9');

/** A run of ana's that goes on. */
async function setUp() {
  const scene = createChatScene(FLEET, { decide });
  await scene.start();
  await scene.chat.say('package update nginx');
  await scene.clock.advance(3000);
  const cancel = async (text: string, name = 'ana', said = {}) => {
    await scene.chat.say(text, { account: `slack:T1/${name}`, ...said });
    await scene.clock.advance(1000);
    return scene.chat.whispers.at(-1)?.text ?? '';
  };
  return { ...scene, cancel, end: async () => (await scene.lastRun()).end };
}

describe('cancel', () => {
  it('ends one’s own run, and tells the requester and the channel', async () => {
    const { cancel, end, chat, audit } = await setUp();
    assert.match(await cancel('cancel'), /run 0001 is being cancelled: nodes already reached may still finish/);
    const over = await end();
    assert.deepEqual(
      [over?.outcome, over?.cancelledBy, over?.counts.ok, over?.counts.unknown],
      ['CANCELLED', 'person:ana', 1, 1],
    );
    assert.match(chat.texts()[0] ?? '', /CANCELLED by @ana/);
    assert.deepEqual(
      audit.records
        .filter(({ event }) => event !== 'answered')
        .slice(-2)
        .map(({ event, caller, result }) => [event, caller, result]),
      [
        ['cancelled', 'person:ana', undefined],
        ['outcome', 'person:ana', 'CANCELLED'],
      ],
    );
  });

  it('of somebody else’s run needs the right to ask the same here', async () => {
    const { cancel, end, audit } = await setUp();
    const records = audit.records.length;
    assert.match(await cancel('cancel 0001', 'eve'), /^DENIED · only who may use `package\.update` here may cancel/);
    assert.deepEqual(
      audit.records
        .slice(records)
        .filter(({ event }) => event !== 'received')
        .map(({ event, caller, result, action }) => [event, caller, result, action]),
      [['decided', 'person:eve', 'deny', 'package.update']],
    );
    assert.equal(await end(), undefined, 'it goes on');
    await cancel('cancel 0001', 'raj');
    assert.equal((await end())?.cancelledBy, 'person:raj');
  });

  it('of somebody’s own run needs no more than some right here', async () => {
    const scene = createChatScene(FLEET, {
      decide: ({ action }) => (action === 'get_fact' || isAllowed ? allowed() : denied()),
    });
    let isAllowed = true;
    await scene.start();
    await scene.chat.say('package update nginx');
    await scene.clock.advance(3000);
    isAllowed = false;
    await scene.chat.say('cancel');
    await scene.clock.advance(1000);
    assert.equal((await scene.lastRun()).end?.outcome, 'CANCELLED');
  });

  it('is too late for a run that is over', async () => {
    const { cancel, end, clock } = await setUp();
    await clock.advance(20_000);
    assert.match(await cancel('cancel'), /NOT SENT · run `0001` is over/);
    assert.notEqual((await end())?.outcome, 'CANCELLED');
  });

  it('of a run whose end can not be written yet says so; it is written when the disk has room', async () => {
    const { cancel, end, clock, store, bot } = await setUp();
    const { finish } = store.runs;
    let isFull = true;
    Object.assign(store.runs, {
      finish: async (...args: Parameters<typeof finish>) => {
        if (isFull) throw new McoError('failed/store', 'no space left');
        return await finish(...args);
      },
    });
    await clock.advance(3_600_000);
    assert.match(await cancel('cancel'), /NOT SENT · run `0001` is ending: how it went is being written down/);
    assert.deepEqual([await end(), bot().active.ids().length], [undefined, 1]);
    isFull = false;
    await clock.advance(61_000);
    assert.equal((await end())?.outcome, 'PARTIAL');
    assert.deepEqual(bot().active.ids(), []);
  });

  it('does not reach a run of another channel', async () => {
    const { cancel, end } = await setUp();
    assert.match(await cancel('cancel 0001', 'ana', { channel: 'C2' }), /no run of this channel ends in `0001`/);
    assert.equal(await end(), undefined);
  });

  it('is not done when it can not be recorded', async () => {
    const { cancel, end, audit } = await setUp();
    audit.isFull = true;
    assert.match(await cancel('cancel'), /the audit log can not be written/);
    assert.equal(await end(), undefined);
  });

  it('by two people is the first one’s', async () => {
    const { chat, clock, end } = await setUp();
    await Promise.all(['raj', 'ana'].map((name) => chat.say('cancel 0001', { account: `slack:T1/${name}` })));
    await clock.advance(1000);
    assert.equal((await end())?.cancelledBy, 'person:raj');
  });
});
