import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReplyData, StatusName } from '../../../../src/core/reply.ts';
import { allowedBy, denied, grantOf } from '../../../fakes/decisions.ts';
import { createFakeChat } from '../../../fakes/fake-chat.ts';
import { type ApprovalScene, createApprovalScene, needsApproval } from '../approval/approval-scene.ts';
import { alive, type Script } from '../scripted-fleet.ts';

const nameOf = (index: number): string => `n${String(index).padStart(2, '0')}`;

/** Answers after so long; zero: never. */
type Ends = readonly (number | { readonly afterMs: number; readonly status: StatusName; readonly data?: ReplyData })[];

/** What nodes keep of their jobs, where a test says so. */
type Kept = Readonly<Record<string, ReplyData>>;

/** A fleet whose nodes say when they were asked; what each does of it is listed. */
async function createWindowScene(ends: Ends, command = 'package update x --at-once 2', kept: Kept = {}) {
  const asked: { readonly name: string; readonly at: number }[] = [];
  const work = (name: string, end: Ends[number]): Script => {
    const {
      afterMs,
      status,
      data: told = { after: '2' },
    } = typeof end === 'number' ? { afterMs: end, status: 'ok' as const } : end;
    return alive((request) => {
      const data = request.agent === 'job' ? kept[name] : {};
      if (request.agent === 'job') return data === undefined ? { status: 'aborted' } : { data };
      asked.push({ name, at: scene.clock.now() });
      return afterMs === 0 ? undefined : { delayMs: afterMs, status, data: told };
    });
  };
  const fleet = Object.fromEntries(ends.map((end, index) => [nameOf(index), work(nameOf(index), end)]));
  const scene: ApprovalScene = await createApprovalScene({ fleet });
  scene.policy.decide = () => allowedBy(grantOf());
  return {
    ...scene,
    asked,
    names: () => asked.map(({ name }) => name),
    /** Gives the command, and kills the bot so long after its first request. */
    async killAfter(ms: number) {
      await scene.chat.say(command);
      while (asked.length === 0) await scene.clock.advance(50);
      await scene.clock.advance(ms);
      assert.equal((await scene.lastRun()).end, undefined, 'it was not over');
      scene.die();
    },
    async restart(ms = 120_000) {
      await scene.start();
      await scene.clock.advance(ms);
      return await scene.lastRun();
    },
    async outcomes() {
      const results = await scene.store.runs.resultsOf((await scene.lastRun()).id);
      return results.map(({ node, outcome }) => `${node} ${outcome}`);
    },
  };
}

describe('a window that the bot left', () => {
  it('goes on: nobody is asked twice, and never more are at work', async () => {
    const scene = await createWindowScene([4000, 4000, 4000, 4000, 4000, 4000]);
    await scene.killAfter(5000);
    assert.equal(scene.asked.length, 4);
    await scene.clock.advance(1000);
    assert.equal(scene.asked.length, 4, 'while the bot is away nobody is asked');
    const { end } = await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01', 'n02', 'n03', 'n04', 'n05']);
    assert.deepEqual([end?.outcome, end?.counts.ok, end?.problem], ['OK', 6, undefined]);
    for (const { at } of scene.asked) {
      const atWork = scene.asked.filter((one) => one.at <= at && at < one.at + 4000);
      assert.ok(atWork.length <= 2, `${atWork.length} were at work`);
    }
    assert.match(scene.rootText(), /OK · 6/);
    assert.deepEqual(
      [await scene.store.runs.open(), scene.bot().active.ids(), scene.problems],
      [[], [], []],
      'nothing is left open',
    );
  });

  it('counts answers that waited in the queue at once, and fills their places', async () => {
    const scene = await createWindowScene([4000, 4000, 1000, 1000]);
    await scene.killAfter(2000);
    await scene.clock.advance(20_000);
    await scene.restart(3000);
    assert.deepEqual(await scene.outcomes(), ['n00 ok', 'n01 ok', 'n02 ok', 'n03 ok']);
  });

  it('knows who was silent before, and calls those unknown whose answer may be lost', async () => {
    const scene = await createWindowScene([0, 1000, 1000, 0, 1000], 'package update x --at-once 1');
    await scene.killAfter(36_500 + 2500);
    assert.deepEqual(scene.names(), ['n00', 'n01', 'n02', 'n03']);
    const { end } = await scene.restart();
    assert.deepEqual(await scene.outcomes(), ['n00 silent', 'n01 ok', 'n02 ok', 'n03 unknown', 'n04 ok']);
    assert.deepEqual([end?.outcome, end?.problem?.code], ['UNKNOWN', 'unreachable/restarted']);
    const answered = scene.audit.records.filter(({ event }) => event === 'answered');
    assert.deepEqual(
      answered.map(({ node, result }) => `${node} ${result}`).sort(),
      ['n00 silent', 'n01 ok', 'n02 ok', 'n03 unknown', 'n04 ok'],
      'each is on record once',
    );
  });

  it('keeps its thresholds: what failed before the restart counts with what fails after it', async () => {
    const bad = { afterMs: 2000, status: 'aborted' } as const;
    const scene = await createWindowScene([bad, 2000, bad, 2000, 2000], 'package update x --at-once 1 --max-fail 1');
    await scene.killAfter(3000);
    assert.deepEqual(scene.names(), ['n00', 'n01']);
    const { end } = await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01', 'n02']);
    assert.deepEqual([end?.counts.failed, end?.counts.notSent], [2, 2]);
    assert.equal(end?.problem?.message, 'stopped after 2 of 5 failed (--max-fail 1): 2 nodes were not asked');
  });

  it('that was over a threshold already sends nothing', async () => {
    const bad = { afterMs: 500, status: 'aborted' } as const;
    const scene = await createWindowScene(
      [bad, 9000, 500, 500],
      'package update x --at-once 2 --max-fail 0 --timeout 30',
    );
    await scene.killAfter(2000);
    const { end } = await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01']);
    assert.deepEqual([end?.counts.failed, end?.counts.ok, end?.counts.notSent], [1, 1, 2]);
  });

  for (const ms of [505, 560, 640, 740]) {
    it(`that came over its threshold ${ms - 500} ms before the bot died sends nothing further`, async () => {
      const bad = { afterMs: 500, status: 'aborted' } as const;
      const command = 'package update x --at-once 2 --max-fail 0 --timeout 30';
      const scene = await createWindowScene([bad, 9000, 500, 500], command);
      await scene.killAfter(ms);
      const { end } = await scene.restart();
      assert.deepEqual(scene.names(), ['n00', 'n01']);
      assert.deepEqual([end?.counts.failed, end?.counts.ok, end?.counts.notSent], [1, 1, 2]);
    });
  }

  it('knows an answer that is on record, though it was not kept with the run any more', async () => {
    const bad = { afterMs: 500, status: 'aborted' } as const;
    const scene = await createWindowScene(
      [bad, 9000, 500, 500],
      'package update x --at-once 2 --max-fail 0 --timeout 30',
    );
    const keep = scene.store.runs.addResults.bind(scene.store.runs);
    scene.store.runs.addResults = () => new Promise(() => {});
    await scene.killAfter(2000);
    scene.store.runs.addResults = keep;
    const { end } = await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01']);
    assert.deepEqual([end?.counts.failed, end?.counts.unknown, end?.counts.notSent], [1, 0, 2]);
    const answered = scene.audit.records.filter(({ event, node }) => event === 'answered' && node === 'n00');
    assert.deepEqual(
      answered.map(({ result }) => result),
      ['aborted'],
      'nothing on record contradicts it',
    );
  });

  it('asks after the jobs of those who do not answer, and has what an answer that was lost said', async () => {
    const kept = {
      n00: { state: 'concluded', outcome: 'ok', status: 'ok', message: '', outputs: { after: '3' } },
      n01: { state: 'running', outcome: 'running' },
    };
    const command = 'package update x --at-once 2 --max-fail 0 --timeout 600';
    const scene = await createWindowScene([0, 60_000, 500, 500], command, kept);
    await scene.killAfter(500);
    const { end } = await scene.restart();
    assert.deepEqual([end?.outcome, end?.counts.ok], ['OK', 4]);
    const [first] = await scene.store.runs.resultsOf((await scene.lastRun()).id);
    assert.deepEqual([first?.status?.name, first?.data], ['ok', { after: '3' }]);
    const asked = scene.audit.records.filter(({ event, action }) => event === 'intent' && action === 'job.show');
    assert.deepEqual(asked[0]?.nodes, ['n00', 'n01'], 'it is on record that they were asked');
    assert.ok(asked.length >= 2 && asked.length < 10);
    const ended = scene.audit.records.filter(({ event, run }) => event === 'outcome' && run === asked[0]?.run);
    assert.deepEqual(
      ended.map(({ action, result, input }) => [action, result, input]),
      [['job.show', 'OK', asked[0]?.input]],
      'and that it is over',
    );
  });

  it('keeps the place of a job over its time until the node says that it has ended', async () => {
    const kept: Record<string, ReplyData> = { n00: { state: 'running' } };
    const overTime = { afterMs: 5000, status: 'timeout', data: { job: 'j1' } } as const;
    const scene = await createWindowScene([overTime, 500, 500], 'package update x --at-once 1', kept);
    await scene.killAfter(6000);
    await scene.restart(60_000);
    assert.deepEqual(scene.names(), ['n00']);
    kept.n00 = { state: 'concluded', outcome: 'ok', status: 'ok', message: '', outputs: {} };
    await scene.clock.advance(60_000);
    const { end } = await scene.lastRun();
    assert.deepEqual([scene.names(), end?.counts.ok, end?.counts.failed], [['n00', 'n01', 'n02'], 2, 1]);
    assert.match(
      scene
        .thread()
        .map(({ cards }) => JSON.stringify(cards.at(-1)))
        .join('\n'),
      /JOB ENDED.*OK: n00/,
    );
  });

  it('knows a job over its time from the record only, where it was not kept with the run', async () => {
    const overTime = { afterMs: 5000, status: 'timeout', data: { job: 'j1' } } as const;
    const scene = await createWindowScene([overTime, 500], 'package update x --at-once 1', {
      n00: { state: 'running' },
    });
    const keep = scene.store.runs.addResults.bind(scene.store.runs);
    scene.store.runs.addResults = () => new Promise(() => {});
    await scene.killAfter(6000);
    scene.store.runs.addResults = keep;
    await scene.restart(60_000);
    assert.deepEqual(scene.names(), ['n00']);
  });

  it('keeps the place of a silent node while it may begin, and while its job may be at work', async () => {
    const kept: Record<string, ReplyData> = { n00: { state: 'running' } };
    const scene = await createWindowScene([0, 500], 'package update x --at-once 1', kept);
    await scene.killAfter(8000);
    assert.deepEqual([scene.names(), await scene.outcomes()], [['n00'], ['n00 silent']]);
    await scene.restart(120_000);
    assert.deepEqual(scene.names(), ['n00']);
    delete kept.n00;
    await scene.clock.advance(120_000);
    assert.deepEqual(scene.names(), ['n00', 'n01'], 'it has no such job');
  });

  for (const change of ['revoked', 'forged'] as const) {
    it(`asks after no jobs when its order is ${change}, neither of open nodes nor of those over their time`, async () => {
      const overTime = { afterMs: 5000, status: 'timeout', data: { job: 'j1' } } as const;
      const command = 'package update x --at-once 2 --timeout 90';
      const scene = await createWindowScene([0, overTime, 4000, 4000], command);
      await scene.killAfter(6000);
      const { id, order, nodes } = await scene.lastRun();
      if (change === 'revoked') scene.policy.decide = () => denied('revoked', 'deny.yaml:1');
      else if (order === undefined || nodes === undefined) assert.fail('the order was not kept');
      else await scene.store.runs.setTargets(id, nodes, { ...order, caller: 'person:forged' });
      const { end } = await scene.restart(200_000);
      assert.equal(end?.problem?.code, change === 'revoked' ? 'denied/policy' : 'untrusted/changed-order');
      assert.deepEqual(scene.names(), ['n00', 'n01']);
      assert.deepEqual(
        scene.requests().filter(({ agent }) => agent === 'job'),
        [],
      );
    });
  }

  it('asks after no jobs any more when the rights go while it waits', async () => {
    const scene = await createWindowScene([0, 4000], 'package update x --at-once 1 --timeout 600', {
      n00: { state: 'running' },
    });
    await scene.killAfter(2000);
    await scene.restart(20_000);
    const looks = () => scene.requests().filter(({ agent }) => agent === 'job').length;
    const before = looks();
    assert.ok(before > 0);
    scene.policy.decide = () => denied('revoked', 'deny.yaml:1');
    await scene.clock.advance(120_000);
    assert.equal(looks(), before);
    const told = scene.audit.records.filter(({ event, action }) => event === 'decided' && action === 'job.show');
    assert.deepEqual(
      told.map(({ result, rules }) => [result, rules]),
      [['deny', ['deny.yaml:1']]],
      'it is on record once',
    );
  });

  it('that asked after jobs goes on after a second restart as well', async () => {
    const scene = await createWindowScene([60_000, 500, 500], 'package update x --at-once 1 --timeout 100', {
      n00: { state: 'running' },
    });
    await scene.killAfter(2000);
    await scene.start();
    await scene.clock.advance(8000);
    const looks = scene.audit.records.filter(({ event, action }) => event === 'intent' && action === 'job.show');
    assert.equal(looks.length, 1, 'it was asked after its job');
    scene.die();
    await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01', 'n02']);
    assert.deepEqual(await scene.outcomes(), ['n00 ok', 'n01 ok', 'n02 ok']);
  });

  it('asks nobody further while an answer that may be lost could be the one too many', async () => {
    const command = 'package update x --at-once 2 --max-fail 0 --timeout 30';
    const scene = await createWindowScene([0, 1000, 1000, 1000], command);
    await scene.killAfter(500);
    const { end } = await scene.restart();
    assert.deepEqual(scene.names(), ['n00', 'n01']);
    assert.deepEqual([end?.counts.unknown, end?.counts.ok, end?.counts.notSent], [1, 1, 2]);
  });

  it('asks nobody any more whom the requester may not ask; who is at work is waited for', async () => {
    const scene = await createWindowScene([4000, 4000, 4000, 4000]);
    await scene.killAfter(1000);
    scene.policy.decide = () => denied('revoked', 'deny.yaml:1');
    const { end } = await scene.restart();
    assert.deepEqual([scene.names(), end?.counts.ok, end?.counts.notSent], [['n00', 'n01'], 2, 2]);
    assert.deepEqual([end?.problem?.code, end?.problem?.rules], ['denied/policy', ['deny.yaml:1']]);
    assert.match(
      scene.rootText(),
      /stopped on the way, 2 nodes were not asked: the requester may not do this any more/,
    );
    const decided = scene.audit.records.filter(({ event }) => event === 'decided').at(-1);
    assert.deepEqual([decided?.result, decided?.code, decided?.caller], ['deny', 'denied/policy', 'person:ana']);
  });

  it('sends nothing that is not what was put on record', async () => {
    const scene = await createWindowScene([4000, 4000, 4000, 4000]);
    await scene.killAfter(1000);
    const { id, order, nodes } = await scene.lastRun();
    if (order === undefined || nodes === undefined) assert.fail('the order was not kept');
    const forged = { ...order, ask: { ...order.ask, input: { package: 'backdoor' } } };
    await scene.store.runs.setTargets(id, nodes, forged);
    const { end } = await scene.restart();
    assert.deepEqual([scene.names(), end?.problem?.code], [['n00', 'n01'], 'untrusted/changed-order']);
    assert.deepEqual([end?.counts.ok, end?.counts.notSent], [2, 2]);
  });

  it('stays cancelled', async () => {
    const scene = await createWindowScene([4000, 4000, 4000, 4000]);
    await scene.killAfter(1000);
    const { id } = await scene.lastRun();
    await scene.audit.append({ at: '', by: 'bot:test', event: 'cancelled', run: id, caller: 'person:raj' });
    const { end } = await scene.restart();
    assert.deepEqual([scene.names(), end?.outcome, end?.cancelledBy], [['n00', 'n01'], 'CANCELLED', 'person:raj']);
    assert.deepEqual([end?.counts.unknown, end?.counts.notSent], [2, 2]);
  });

  it('can be cancelled when it goes on', async () => {
    const scene = await createWindowScene([4000, 4000, 4000, 4000, 4000, 4000]);
    await scene.killAfter(1000);
    await scene.start();
    await scene.clock.advance(4500);
    assert.equal(scene.asked.length, 4);
    await scene.tell('raj', 'cancel 0001');
    const { end } = await scene.lastRun();
    assert.deepEqual([end?.outcome, end?.cancelledBy, end?.counts.notSent], ['CANCELLED', 'person:raj', 2]);
  });

  it('whose chat is gone asks nobody any more', async () => {
    const scene = await createWindowScene([4000, 4000, 4000]);
    await scene.killAfter(1000);
    await scene.start([createFakeChat(scene.clock, { name: 'mattermost:chat.example.org' })]);
    await scene.clock.advance(60_000);
    const { end } = await scene.lastRun();
    assert.deepEqual([scene.names(), end?.counts.ok, end?.counts.notSent], [['n00', 'n01'], 2, 1]);
  });

  it('ends once: what is on record of its end stands', async () => {
    const scene = await createWindowScene([4000, 4000, 4000]);
    await scene.killAfter(1000);
    const { id } = await scene.lastRun();
    await scene.audit.append({ at: '', by: 'bot:test', event: 'outcome', run: id, result: 'PARTIAL' });
    const { end } = await scene.restart();
    assert.deepEqual([scene.names(), end?.outcome], [['n00', 'n01'], 'PARTIAL']);
  });

  it('goes on through several restarts', async () => {
    const scene = await createWindowScene([3000, 3000, 3000, 3000, 3000], 'package update x --at-once 1');
    await scene.killAfter(1000);
    for (let life = 0; life < 3; life++) {
      await scene.start();
      await scene.clock.advance(3600);
      scene.die();
    }
    const { end } = await scene.restart();
    assert.deepEqual([end?.outcome, end?.counts.ok, scene.asked.length], ['OK', 5, 5]);
  });

  it('with a secret in it is not kept, and so it is closed', async () => {
    const scene = await createWindowScene([4000, 4000, 4000], 'package update x token=hunter2 --at-once 2');
    await scene.killAfter(1000);
    const run = await scene.lastRun();
    assert.equal(run.order, undefined);
    assert.ok(!JSON.stringify(run).includes('hunter2'));
    const { end } = await scene.restart();
    assert.deepEqual([scene.names(), end?.counts.ok, end?.counts.notSent], [['n00', 'n01'], 2, 1]);
  });

  it('that was approved goes on as it was approved, while its approvers are still approvers', async () => {
    for (const leads of [['raj'], []]) {
      const scene = await createWindowScene([4000, 4000, 4000, 4000]);
      scene.policy.decide = ({ effect }) => (effect === 'write' ? needsApproval() : allowedBy(grantOf()));
      await scene.park('package update x --at-once 2');
      await scene.tell('raj', 'approve 0001', 3000);
      assert.equal(scene.asked.length, 2);
      scene.die();
      scene.policy.leads = leads;
      const { end } = await scene.restart();
      assert.deepEqual([scene.asked.length, end?.counts.ok], leads.length > 0 ? [4, 4] : [2, 2]);
      const claims = scene.requests().map(({ approvals }) => approvals?.map(({ by }) => by).join(' '));
      assert.ok(
        claims.every((by) => by === 'person:raj'),
        'each request says who approved it',
      );
      if (leads.length === 0) assert.equal(end?.problem?.code, 'denied/not-approver');
    }
  });
});
