import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeLimit } from '../../../../src/policy/policy.ts';
import { allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { alive } from '../scripted-fleet.ts';
import { createJobsScene, ended, GOING, saying } from './jobs-scene.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('a job that outlives its run', () => {
  it('is asked about until it has ended, less and less often, and then told in its thread', async () => {
    const scene = createJobsScene({ web1: saying(GOING, GOING, ended('aborted', 'exit code 7')) });
    await scene.start();
    assert.equal(await scene.chat.say('package update x -I web1'), true);
    await scene.clock.advance(5000);
    const { end, id } = await scene.lastRun();
    assert.deepEqual([end?.outcome, end?.problem?.code], ['FAILED', 'failed/still-at-work']);
    assert.match(end?.problem?.message ?? '', /the work goes on on one node: what comes of it is told here$/);
    assert.deepEqual([scene.looks().length, (await scene.awaited())[0]?.nodes], [0, ['web1']]);
    const counts: number[] = [];
    for (const ms of [10_000, 15_000, 22_500]) {
      await scene.clock.advance(ms);
      counts.push(scene.looks().length);
    }
    assert.deepEqual(counts, [1, 2, 3]);
    const short = id.slice(-4);
    assert.deepEqual(scene.news(), [`JOB ENDED · 1 job of run ${short}: 1 FAILED\nFAILED: exit code 7 (web1)`]);
    assert.deepEqual(await scene.awaited(), []);
    await scene.clock.advance(DAY_MS);
    assert.equal(scene.looks().length, 3, 'it is not asked any more');
    const after = await scene.lastRun();
    assert.deepEqual(after.end, end, 'what was told of the run stays');
    assert.deepEqual(scene.problems, []);
  });

  it('is looked after by the requester, in a run of its own that is on record before it asks', async () => {
    const scene = createJobsScene({ web1: saying(ended()) });
    await scene.start();
    const run = await scene.ask('package update x -I web1');
    const [look] = scene.looks();
    assert.deepEqual([look?.caller, look?.input, look?.targets], ['person:ana', { run: run.id }, undefined]);
    assert.notEqual(look?.run, run.id);
    const of = (id: string | undefined) => scene.audit.records.filter((record) => record.run === id);
    assert.deepEqual(
      of(look?.run).map(({ event, action, nodes, input }) => [event, action, nodes, input]),
      [
        ['intent', 'job.show', ['web1'], { run: run.id }],
        ['outcome', 'job.show', undefined, { run: run.id }],
      ],
    );
    const told = of(run.id).filter(({ event }) => event === 'unexpected');
    assert.deepEqual(
      told.map(({ nodes, reason }) => [nodes, reason]),
      [[['web1'], 'the job of this run ended: ok']],
    );
  });

  it('is not asked about where that can not be put on record, and later when it can', async () => {
    const scene = createJobsScene({ web1: saying(ended()) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(5000);
    scene.audit.isFull = true;
    await scene.clock.advance(60_000);
    assert.deepEqual([scene.looks().length, scene.news()], [0, []]);
    scene.audit.isFull = false;
    await scene.clock.advance(5 * MINUTE_MS);
    assert.equal(scene.news().length, 1);
  });

  it('is asked about no more when the requester has lost the right to what it did, which is told once', async () => {
    const scene = createJobsScene({ web1: saying(GOING), web2: saying(GOING) });
    await scene.start();
    const { id } = await scene.ask('package update x -I web1 -I web2');
    const before = scene.looks().length;
    assert.ok(before > 0);
    scene.policy.decide = ({ agent }) => (agent === 'package' ? denied('ana has left', 'roles.yaml:9') : denied('no'));
    await scene.clock.advance(DAY_MS);
    assert.equal(scene.looks().length, before);
    assert.deepEqual(scene.news(), [
      [
        `JOB NOT FOLLOWED · 2 jobs of run ${id.slice(-4)}`,
        'NOT KNOWN: not asked any more: ana has left (web1, web2)',
        `nothing more is told of them: \`job show ${id.slice(-4)}\` asks`,
      ].join('\n'),
    ]);
    const [record, ...more] = scene.audit.records.filter(
      ({ event, result }) => event === 'decided' && result === 'deny',
    );
    assert.deepEqual([record?.run, record?.action, record?.rules, more], [id, 'job.show', ['roles.yaml:9'], []]);
    assert.deepEqual(await scene.awaited(), []);
  });

  it('is asked about on the nodes only that its right is for, by rules with nodes of their own', async () => {
    const scene = createJobsScene({ web1: saying(GOING, ended()) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(5000);
    const onFact = (value: string): NodeLimit => {
      return { text: `-F site=${value}`, expression: { fact: { fact: 'site', op: '=', value } } };
    };
    const [one, two, three] = ['one', 'two', 'three'].map(onFact) as [NodeLimit, NodeLimit, NodeLimit];
    const grants = [grantOf({ nodes: one, maxNodes: 1 }), grantOf({ nodes: two, requireFilter: true })];
    scene.policy.decide = () => ({ ...allowedBy(...grants), excluded: [three] });
    await scene.clock.advance(10_000);
    const [look] = scene.looks();
    assert.deepEqual(look?.filter.where, [{ any: [one.expression, two.expression] }, { not: three.expression }]);
    scene.policy.decide = () => ({ ...allowedBy(...grants, grantOf()), excluded: [] });
    await scene.clock.advance(15_000);
    assert.deepEqual(scene.looks()[1]?.filter.where, []);
  });

  it('is asked about later where a chat does not say now whether the requester has the right', async () => {
    const scene = createJobsScene({ web1: saying(ended()) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(5000);
    const { authority } = scene.bot();
    const { findMemberships } = authority;
    scene.policy.decide = () => denied('nobody knows');
    Object.assign(authority, { findMemberships: async () => ({ of: new Set(), unresolved: ['slack:T1/S1'] }) });
    await scene.clock.advance(60 * MINUTE_MS);
    assert.deepEqual([scene.looks(), scene.news()], [[], []]);
    Object.assign(authority, { findMemberships });
    scene.policy.decide = () => allowedBy(grantOf());
    await scene.clock.advance(6 * MINUTE_MS);
    assert.equal(scene.news().length, 1);
  });

  it('is asked about no more when the account is somebody else now', async () => {
    const scene = createJobsScene({ web1: saying(GOING) });
    await scene.start();
    await scene.ask('package update x -I web1');
    const before = scene.looks().length;
    Object.assign(scene.bot().authority, { identify: () => 'person:eve' });
    await scene.clock.advance(60 * MINUTE_MS);
    assert.equal(scene.looks().length, before);
    assert.match(scene.news()[0] ?? '', /somebody else now \(web1\)/);
  });

  it('is told of by a bot that was restarted meanwhile', async () => {
    const scene = createJobsScene({ web1: saying(GOING, ended()) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(12_000);
    scene.die();
    await scene.clock.advance(60 * MINUTE_MS);
    assert.deepEqual(scene.news(), []);
    await scene.start();
    await scene.clock.advance(20_000);
    assert.equal(scene.news().length, 1);
    assert.match(scene.news()[0] ?? '', /^JOB ENDED · 1 job of run [0-9a-f]{4}: 1 OK\nOK: web1$/);
    scene.die();
    await scene.start();
    await scene.clock.advance(DAY_MS);
    assert.equal(scene.news().length, 1, 'it is told once');
  });

  it('is settled without a word where its chat is gone', async () => {
    const scene = createJobsScene({ web1: saying(GOING, ended()) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(12_000);
    scene.die();
    await scene.start([]);
    await scene.clock.advance(5 * MINUTE_MS);
    assert.deepEqual([await scene.awaited(), scene.news(), scene.problems], [[], [], []]);
    assert.equal(scene.audit.records.filter(({ event }) => event === 'unexpected').length, 1);
  });

  for (const [told, why] of [
    [undefined, 'no answer, for a day'],
    [GOING, 'it is still at work after a day'],
  ] as const) {
    it(`is given up after a day, once and with the reason: ${why}`, async () => {
      const scene = createJobsScene({ web1: saying(told) });
      await scene.start();
      await scene.ask('package update x -I web1');
      await scene.clock.advance(DAY_MS - 2 * MINUTE_MS);
      assert.deepEqual(scene.news(), []);
      await scene.clock.advance(5 * MINUTE_MS);
      assert.equal(scene.news().length, 1);
      assert.match(scene.news()[0] ?? '', new RegExp(`NOT KNOWN: ${why} \\(web1\\)`));
      const looks = scene.looks().length;
      assert.ok(looks > 250 && looks < 350, String(looks));
      await scene.clock.advance(DAY_MS);
      assert.deepEqual([scene.looks().length, scene.news().length, await scene.awaited()], [looks, 1, []]);
    });
  }

  it('of a node that has no such job is given up after three refusals', async () => {
    const none = { status: 'aborted', data: {} } as const;
    const scene = createJobsScene({ web1: saying(none, GOING, none, none, none) });
    await scene.start();
    await scene.ask('package update x -I web1');
    await scene.clock.advance(60 * MINUTE_MS);
    assert.equal(scene.looks().length, 5);
    assert.match(scene.news()[0] ?? '', /^JOB NOT FOLLOWED .*\nNOT KNOWN: aborted \(web1\)/);
  });

  it('of each of two runs is told in its own thread', async () => {
    const scene = createJobsScene({ web1: saying(ended()), web2: saying(GOING, GOING, ended('aborted', 'no')) });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.chat.say('package update y -I web2');
    await scene.clock.advance(5 * MINUTE_MS);
    const [one, two] = scene.chat.posts.filter(({ ref }) => ref.thread === undefined).map(({ ref }) => ref.id);
    assert.match(scene.news(one).join(), /^JOB ENDED · 1 job of run [0-9a-f]{4}: 1 OK\nOK: web1$/);
    assert.match(scene.news(two).join(), /^JOB ENDED · 1 job of run [0-9a-f]{4}: 1 FAILED\nFAILED: no \(web2\)$/);
  });

  it('is one of 300 that are asked in one round, and told together', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${String(index).padStart(3, '0')}`);
    const scene = createJobsScene(Object.fromEntries(names.map((name) => [name, saying(GOING, ended())])));
    await scene.start();
    await scene.ask('package update x');
    await scene.clock.advance(MINUTE_MS);
    assert.equal(scene.looks().length, 600);
    const intents = scene.audit.records.filter(({ event, action }) => event === 'intent' && action === 'job.show');
    assert.deepEqual([intents.length, intents[0]?.nodes?.length], [2, 300]);
    assert.equal(scene.news().length, 1);
    assert.match(scene.news()[0] ?? '', /^JOB ENDED · 300 jobs of run [0-9a-f]{4}: 300 OK\nOK: n000, .* and 240 more$/);
  });

  it('that was only started, and that nobody waited for, is told of as well', async () => {
    const start = alive(({ agent }) => (agent === 'job' ? ended() : { data: { job: 'j1' } }));
    const scene = createJobsScene({ web1: start, web2: alive(() => ({ data: { after: '2' } })) });
    await scene.start();
    const { end } = await scene.ask('package update x -I web1 -I web2');
    assert.equal(end?.outcome, 'OK');
    assert.deepEqual(scene.looks().length, 1);
    assert.match(scene.news()[0] ?? '', /1 OK\nOK: web1$/);
  });

  it('of a node whose end the bot missed with a restart is told of as well', async () => {
    const slow = alive(({ agent }) => (agent === 'job' ? ended('aborted', 'exit code 1') : undefined));
    const scene = createJobsScene({ web1: slow });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(2000);
    scene.die();
    await scene.start();
    await scene.clock.advance(MINUTE_MS);
    assert.equal((await scene.lastRun()).end?.outcome, 'UNKNOWN');
    assert.match(scene.news()[0] ?? '', /1 FAILED\nFAILED: exit code 1 \(web1\)$/);
  });

  it('that answers late, as the run is over, is told of once', async () => {
    const late = alive(({ agent }) => (agent === 'job' ? ended() : { delayMs: 10_000, data: { after: '2' } }));
    const scene = createJobsScene({ web1: late });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(2000);
    scene.die();
    await scene.start();
    await scene.clock.advance(10 * MINUTE_MS);
    const outcomes = scene.thread().map(({ cards }) => cards.at(-1)?.outcome);
    assert.equal(outcomes.filter((word) => word === 'LATE').length, 1);
    assert.deepEqual([scene.news(), scene.looks(), await scene.awaited()], [[], [], []]);
  });

  it('that a restarted agent tells of late, as the run is over, is followed from then on', async () => {
    const overTime = { delayMs: 20_000, status: 'timeout', data: { job: 'j1' } } as const;
    const scene = createJobsScene({
      web1: alive(({ agent }) => (agent === 'job' ? ended('aborted', 'exit code 7') : overTime)),
    });
    await scene.start();
    await scene.chat.say('package update x -I web1');
    await scene.clock.advance(15_000);
    assert.equal((await scene.lastRun()).end?.outcome, 'NO RESPONSE');
    assert.deepEqual(await scene.awaited(), []);
    await scene.clock.advance(11_000);
    assert.deepEqual((await scene.awaited())[0]?.nodes, ['web1']);
    await scene.clock.advance(10 * MINUTE_MS);
    const outcomes = scene.thread().map(({ cards }) => cards.at(-1)?.outcome);
    assert.deepEqual(
      outcomes.filter((word) => word === 'LATE' || word === 'JOB ENDED'),
      ['LATE', 'JOB ENDED'],
    );
    assert.match(scene.news().join(), /1 FAILED\nFAILED: exit code 7 \(web1\)$/);
    assert.deepEqual([scene.looks().length, await scene.awaited()], [1, []]);
  });

  it('that answers late that it goes on, and was seen to end while its window went on, is told of once', async () => {
    const overTime = { delayMs: 20_000, status: 'timeout', data: { job: 'j1' } } as const;
    const scene = createJobsScene({
      web1: alive(({ agent }) => (agent === 'job' ? ended() : overTime)),
      web2: alive(() => ({})),
    });
    await scene.start();
    await scene.chat.say('package update x -I web1 -I web2 --at-once 1');
    await scene.clock.advance(10 * MINUTE_MS);
    assert.equal((await scene.lastRun()).end?.counts.ok, 1);
    assert.equal(scene.news().length, 1);
    assert.match(scene.news()[0] ?? '', /1 OK\nOK: web1$/);
    assert.deepEqual([scene.looks().length, await scene.awaited()], [1, []]);
  });

  it('that ended while others of its window were asked is told of once, as are those that go on', async () => {
    const last = saying(GOING, ended());
    const scene = createJobsScene({ web1: saying(GOING, ended()), web2: last });
    await scene.start();
    await scene.chat.say('package update x -I web1 -I web2 --at-once 1');
    await scene.clock.advance(10 * MINUTE_MS);
    const { end } = await scene.lastRun();
    assert.match(end?.problem?.message ?? '', /the work goes on on one node/);
    assert.deepEqual([scene.news().length, scene.looks().length, await scene.awaited()], [2, 4, []]);
    assert.match(scene.news()[0] ?? '', /1 OK\nOK: web1$/);
    assert.match(scene.news()[1] ?? '', /1 OK\nOK: web2$/);
  });

  it('that was begun when a hundred runs are waited for already is said not to be', async () => {
    const scene = createJobsScene({ web1: saying(GOING) });
    await scene.start();
    const header = (await scene.ask('package status x -I web1')).header;
    const results = [{ node: 'web1', outcome: 'unknown', data: {} }] as const;
    for (let n = 0; n < 100; n++) {
      const run = `0190a6f0-1c2d-7b3e-8f4a-${String(n).padStart(12, '0')}`;
      await scene.store.runs.begin({ ...(await scene.lastRun()), id: run, header: { ...header, run } });
      await scene.bot().jobs?.follow({ header: { ...header, run, action: 'update' }, outcome: 'UNKNOWN', results });
    }
    assert.equal((await scene.awaited()).length, 100);
    const { id } = await scene.ask('package update x -I web1');
    const posts = scene.chat.posts.filter(({ ref }) => ref.thread === undefined);
    assert.match(
      scene.news(posts.at(-1)?.ref.id).join(),
      /^JOB NOT FOLLOWED .*\nNOT KNOWN: not asked, as too many jobs/,
    );
    assert.equal(
      (await scene.awaited()).some(({ run }) => run === id),
      false,
    );
  });
});
