import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Question } from '../../../../src/bot/bot.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Decision } from '../../../../src/policy/policy.ts';
import { allowed, denied } from '../../../fakes/decisions.ts';
import { createChatScene } from '../chat-scene.ts';
import { alive } from '../scripted-fleet.ts';

const SILENT = { web1: alive(() => undefined) };

const runsOf = async ({ store, chat }: ReturnType<typeof createChatScene>, channel = 'C1') =>
  await store.runs.list({ chat: chat.name, channel, max: 1000 });

describe('a message', () => {
  it('is done once, however often it is delivered, one after the other or at once', async () => {
    const scene = createChatScene(SILENT);
    const { chat, clock } = scene;
    await scene.start();
    const twice = () => chat.say('package update nginx', { id: 'same' });
    assert.deepEqual(await Promise.all([twice(), twice(), twice()]), [true, true, true]);
    await clock.advance(30_000);
    assert.equal(await twice(), true);
    scene.die();
    await scene.start();
    assert.equal(await twice(), true);
    await clock.advance(30_000);
    assert.equal((await runsOf(scene)).length, 1);
    assert.equal(chat.posts.filter(({ ref }) => ref.thread === undefined).length, 1);
  });

  it('is claimed on disk before it is acknowledged, and closed when its run is known', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    let claims = 0;
    const claim = scene.store.inbox.claim;
    Object.assign(scene.store.inbox, {
      claim: async (seen: Parameters<typeof claim>[0]) => {
        claims++;
        assert.deepEqual(scene.audit.records, []);
        return await claim(seen);
      },
    });
    await scene.chat.say('package status nginx');
    assert.equal(claims, 1);
    await scene.settle();
    assert.deepEqual(await scene.store.inbox.open(), []);
  });

  it('is not acknowledged while the store fails, and is done when it comes again', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    const claim = scene.store.inbox.claim;
    Object.assign(scene.store.inbox, {
      claim: async () => {
        throw new McoError('failed/store', 'no space left');
      },
    });
    assert.equal(await scene.chat.say('package status nginx', { id: 'm7' }), false);
    await scene.settle();
    assert.deepEqual(scene.audit.records, []);
    assert.deepEqual(
      scene.problems.map(({ code }) => code),
      ['failed/store'],
    );
    Object.assign(scene.store.inbox, { claim });
    assert.equal(await scene.chat.say('package status nginx', { id: 'm7' }), true);
    await scene.settle();
    assert.equal((await runsOf(scene)).length, 1);
  });

  it('that no service would hand over is dropped: a huge text, a huge id', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    assert.equal(await scene.chat.say(`package status ${'x'.repeat(40_000)}`), true);
    assert.equal(await scene.chat.say('package status nginx', { id: 'x'.repeat(201) }), true);
    await scene.clock.advance(1000);
    assert.deepEqual([await scene.store.inbox.open(), scene.chat.calls, scene.audit.records], [[], [], []]);
    assert.equal(await scene.chat.say('package status nginx', { id: 'x'.repeat(200) }), true);
    await scene.settle();
    assert.equal((await runsOf(scene)).length, 1);
  });

  it('is decided for the place it was said in, and recorded with it', async () => {
    const places: string[] = [];
    const scene = createChatScene(SILENT, {
      decide: ({ place, caller }) => {
        places.push(`${caller} in ${place}`);
        return allowed();
      },
    });
    await scene.start();
    await scene.ask('package status nginx');
    assert.ok(places.length > 0 && places.every((place) => place === 'person:ana in slack:T1/C1'), places.join());
    assert.deepEqual(scene.audit.records[0]?.origin, { chat: 'slack', channel: 'T1/C1', message: 'm1' });
  });
});

describe('too many runs', () => {
  it('of one person are refused and recorded, while others go on', async () => {
    const scene = createChatScene(SILENT);
    const { chat, clock, audit } = scene;
    await scene.start();
    for (let n = 0; n < 11; n++) assert.equal(await chat.say('package status nginx'), true);
    await chat.say('package status nginx', { account: 'slack:T1/raj' });
    await clock.advance(1000);
    assert.equal((await runsOf(scene)).length, 11);
    assert.equal(chat.whispers.length, 1);
    assert.match(chat.whispers[0]?.text ?? '', /NOT SENT · too many runs are under way: 10 of yours/);
    assert.equal(audit.records.filter(({ code }) => code === 'usage/too-many').length, 1);
    await clock.advance(60_000);
    await chat.say('package status nginx');
    await clock.advance(1000);
    assert.equal((await runsOf(scene)).length, 12, 'when they are done there is room again');
    assert.deepEqual(await scene.store.inbox.open(), []);
  });

  it('of all together are refused, whoever asks', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    for (let n = 0; n < 101; n++) await scene.chat.say('package status nginx', { account: `slack:T1/u${n}` });
    await scene.clock.advance(1000);
    assert.equal((await runsOf(scene)).length, 100);
    assert.deepEqual(
      scene.chat.whispers.map(({ to }) => to.account),
      ['slack:T1/u100'],
    );
    await scene.clock.advance(60_000);
    await scene.chat.say('package status nginx', { account: 'slack:T1/u100' });
    await scene.clock.advance(1000);
    assert.equal((await runsOf(scene)).length, 101, 'when they are done there is room again');
  });

  it('keep nobody from cancelling, by word or by button, nor from what asks no node', async () => {
    const scene = createChatScene(SILENT);
    const { chat, clock } = scene;
    await scene.start();
    for (let n = 0; n < 10; n++) await chat.say('package update nginx --batch 1 --batch-sleep 600');
    await clock.advance(3000);
    const ids = scene.bot().active.ids();
    assert.equal(ids.length, 10);
    for (const text of ['health', 'whoami', 'help', 'runs', `cancel ${ids[3]}`]) await chat.say(text);
    await chat.press(scene.root(), 'cancel');
    await clock.advance(2000);
    const told = chat.whispers.map(({ text }) => text).join('\n');
    assert.doesNotMatch(told, /too many/);
    for (const answer of ['OK: everything answers', 'you are', 'the newest runs'])
      assert.ok(told.includes(answer), told);
    assert.equal(scene.bot().active.ids().length, 8);
  });
});

describe('a flood', () => {
  const onlyAna = ({ caller }: Question): Decision => (caller === 'person:ana' ? allowed() : denied('no right'));

  it('of somebody without any right takes nobody’s place', async () => {
    const scene = createChatScene(SILENT, { decide: onlyAna });
    await scene.start();
    const said = Array.from({ length: 300 }, (_, n) => scene.chat.say('hello', { account: `slack:T1/m${n % 100}` }));
    await Promise.all([...said, scene.chat.say('package status nginx')]);
    await scene.clock.advance(2000);
    assert.deepEqual(
      (await runsOf(scene)).map(({ caller }) => caller),
      ['person:ana'],
    );
    assert.deepEqual(
      scene.chat.whispers.filter(({ to }) => to.account === 'slack:T1/ana'),
      [],
    );
    await scene.clock.advance(60_000);
    assert.deepEqual(await scene.store.inbox.open(), []);
  });

  it('of somebody with rights meets a bound of their own', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    Object.assign(scene.bot(), { findPerson: () => new Promise(() => {}) });
    const { audit, chat } = scene;
    await Promise.all(Array.from({ length: 40 }, () => chat.say('whoami')));
    await chat.say('package status nginx', { account: 'slack:T1/raj' });
    await scene.clock.advance(1000);
    assert.equal(audit.records.filter(({ code }) => code === 'usage/too-many').length, 10);
    assert.equal((await runsOf(scene)).length, 1);
  });

  it('of somebody whose group is still looked up does not keep out another with rights by a group', async () => {
    const member = (account: string) => !account.endsWith('mallory');
    const scene = createChatScene(SILENT, {
      bot: {
        authority: {
          identify: (account) => account.replace(/^.*\//, 'person:'),
          rolesOf: () => [],
          findMemberships: async (account) => ({ of: new Set(member(account) ? ['ops'] : []), unresolved: [] }),
          decide: ({ memberships }) => (memberships.of.has('ops') ? allowed() : denied('no right')),
          judgeMember: () => 'out',
        },
      },
    });
    await scene.start();
    const said = Array.from({ length: 100 }, () => scene.chat.say('hello', { account: 'slack:T1/mallory' }));
    await Promise.all([...said, scene.chat.say('package status nginx')]);
    for (let n = 0; n < 9; n++) await scene.chat.say('package status nginx');
    await scene.clock.advance(2000);
    assert.equal((await runsOf(scene)).length, 10);
    await scene.chat.say('cancel');
    await scene.clock.advance(1000);
    assert.equal(scene.bot().active.ids().length, 9, 'their runs hold no places of strangers');
  });
});

describe('a secret', () => {
  it('is nowhere while it is not known what the command means', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    let seen = '';
    const claim = scene.store.inbox.claim;
    Object.assign(scene.store.inbox, {
      claim: async (message: Parameters<typeof claim>[0]) => {
        seen += JSON.stringify(message);
        return await claim(message);
      },
    });
    for (const rest of ['--bogus', '-T nosuch', '--nodes last', 'colour=red', '"', 'two three']) {
      await scene.chat.say(`package update nginx token=hunter2 ${rest}`);
    }
    await scene.chat.say('package updte nginx tokn=hunter2');
    await scene.clock.advance(60_000);
    assert.equal(scene.audit.records.filter(({ event }) => event === 'refused').length, 7);
    const kept = JSON.stringify([scene.audit.records, scene.chat.calls, scene.chat.whispers]);
    assert.doesNotMatch(`${seen}${kept}`, /hunter2/);
    assert.match(scene.chat.whispers.map(({ text }) => text).join('\n'), /token=\*\*\* --bogus\n +\^{7} /);
  });
});

describe('a bot that stops', () => {
  it('takes nothing more, and waits for what is under way to be told', async () => {
    const scene = createChatScene(SILENT);
    const { chat, clock } = scene;
    await scene.start();
    await chat.say('package status nginx');
    await clock.advance(2000);
    let isStopped = false;
    void scene
      .conversations()
      .stop(60_000)
      .then(() => {
        isStopped = true;
      });
    assert.equal(await chat.say('package status bash'), false);
    await clock.advance(4000);
    assert.equal(isStopped, false);
    await clock.advance(3000);
    assert.equal(isStopped, true);
    assert.equal(chat.isStarted, false);
    assert.match(chat.texts()[0] ?? '', /NO RESPONSE/);
    assert.deepEqual([(await runsOf(scene)).length, await scene.store.inbox.open()], [1, []]);
  });

  it('waits no longer than it may, and leaves the rest for the next start', async () => {
    const scene = createChatScene(SILENT);
    await scene.start();
    await scene.chat.say('package status nginx');
    await scene.clock.advance(3000);
    let isStopped = false;
    void scene
      .conversations()
      .stop(1500)
      .then(() => {
        isStopped = true;
      });
    await scene.clock.advance(1499);
    assert.equal(isStopped, false);
    await scene.clock.advance(1);
    assert.equal(isStopped, true);
    assert.equal((await scene.store.runs.open()).length, 1);
  });
});
