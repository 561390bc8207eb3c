import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOrder } from '../../../../src/bot/approval/freeze-order.ts';
import { composeOrder } from '../../../../src/bot/compose-order.ts';
import { type Run, sealRequest } from '../../../../src/bot/compose-request.ts';
import { startEnding } from '../../../../src/bot/end-run.ts';
import { finishRun } from '../../../../src/bot/finish-run.ts';
import { describeRun } from '../../../../src/bot/records/keep-run.ts';
import { startTrail } from '../../../../src/bot/records/trail.ts';
import { type FrozenRun, sendRun } from '../../../../src/bot/sending/send-run.ts';
import { listTargets } from '../../../../src/bot/targets/find-targets.ts';
import { askPing } from '../../../../src/core/command.ts';
import { EVERYBODY } from '../../../../src/core/filter.ts';
import { decodeRequest, type Request } from '../../../../src/core/request.ts';
import { allowedBy, grantOf } from '../../../fakes/decisions.ts';
import { alive, createScene } from '../scripted-fleet.ts';

const MESSAGE = { text: 'package update nginx', account: 'console:ana', origin: { chat: 'console', channel: '' } };
const DIGEST = 'ab'.repeat(32);
const YES = { by: 'person:raj', at: 1_700_000_000_000, digest: DIGEST };

/** What an approved order is, rebuilt from what was kept of it. */
const decideAgain = () => Promise.resolve();

const APPROVED: FrozenRun = {
  id: '01890000-0000-7000-8000-00000000abcd',
  caller: 'person:ana',
  origin: MESSAGE.origin,
  command: 'package update nginx',
  ask: {
    kind: 'ask',
    agent: 'package',
    action: 'update',
    effect: 'write',
    input: { package: 'nginx' },
    view: 'results',
  },
  collective: 'mcollective',
  options: { format: 'text', noProgress: false, quiet: false, verbose: false },
  isRepeatable: true,
  filter: { ...EVERYBODY, agents: [{ is: 'package' }] },
  targets: { count: 2, digest: DIGEST, isNarrowed: true },
  approvals: [YES],
  approvedAt: YES.at,
};

async function send(nodes: readonly string[]) {
  const scene = createScene({ web1: alive(), web2: alive(), web3: alive() });
  const { bot, surface, clock } = scene;
  const trail = startTrail(bot, MESSAGE);
  await bot.store.runs.begin(describeRun(APPROVED, MESSAGE, clock.now()));
  const thread = await surface.open({
    state: 'discovering',
    header: describeRun(APPROVED, MESSAGE, 1).header,
    found: 0,
  });
  const active = bot.active.start(APPROVED.id, APPROVED.caller);
  const sending = sendRun(bot, APPROVED, { targets: listTargets(nodes), thread, trail, active, decideAgain });
  await clock.advance(10_000);
  return { ...scene, trail, active, thread, executed: await sending };
}

const requestsOf = ({ bus }: Pick<ReturnType<typeof createScene>, 'bus'>): Request[] =>
  bus.published.map(({ body }) => decodeRequest(body));

describe('every request but discovery', () => {
  it('says how many nodes are meant, and the digest of the order that the intent has', async () => {
    const scene = createScene({ web1: alive(), web2: alive() });
    await scene.run('package update nginx');
    const [discovery, ...sent] = requestsOf(scene);
    const intent = scene.audit.records.find(({ event }) => event === 'intent');
    assert.deepEqual([discovery?.action, discovery?.targets, discovery?.approvals], ['ping', undefined, undefined]);
    assert.equal(sent.length, 2);
    for (const { targets, approvals } of sent) {
      assert.deepEqual(targets, { count: 2, digest: intent?.digest, isNarrowed: false });
      assert.equal(approvals, undefined);
    }
    assert.match(intent?.digest ?? '', /^[0-9a-f]{64}$/);
    assert.equal(intent?.count, 2);
  });

  it('is told apart from it, also when the list is known already', async () => {
    const { bot } = createScene({});
    const decode = async (ask: Run['ask']) =>
      decodeRequest((await sealRequest(bot, APPROVED, { ask, audience: '*' })).body);
    const discovery = await decode(askPing('names'));
    assert.deepEqual([discovery.targets, discovery.approvals, discovery.approvedAt], [undefined, undefined, undefined]);
    const itself = await decode(APPROVED.ask);
    assert.deepEqual([itself.targets, itself.approvals], [APPROVED.targets, [YES]]);
  });

  it('has the digest of just this order: caller, place, filter of the policy, nodes', async () => {
    const nodes = { text: '-C web', expression: { all: [] } };
    const scene = createScene({ web1: alive() }, () => allowedBy(grantOf({ nodes })));
    await scene.run('package update nginx');
    const [, request] = requestsOf(scene);
    assert.ok(request);
    const { run: id, caller, origin, collective, filter, input } = request;
    const run: Run = { ...APPROVED, id, caller, origin, collective, filter, ask: { ...APPROVED.ask, input } };
    const order = { asker: { account: 'console:ana', place: 'console' }, nodes: ['web1'], isNarrowed: false };
    const digestOf = (changed: Partial<Run>, change: Partial<typeof order> = {}): string =>
      digestOrder(scene.bot.hash, composeOrder({ ...run, ...changed }, { ...order, ...change }));
    assert.equal(request.targets?.digest, digestOf({}));
    assert.deepEqual(filter.where, [nodes.expression]);
    for (const other of [
      digestOf({ filter: { ...filter, where: [] } }),
      digestOf({ caller: 'person:raj' }),
      digestOf({ options: { ...run.options, canary: 1 } }),
      digestOf({}, { nodes: ['web1', 'web2'] }),
      digestOf({}, { isNarrowed: true }),
      digestOf({}, { asker: { account: 'console:ana', place: 'slack:T1/C1' } }),
    ]) {
      assert.notEqual(other, request.targets?.digest);
    }
  });
});

describe('an approved order', () => {
  it('is sent to its frozen list without any discovery, with the approvals in every request', async () => {
    const scene = await send(['web2', 'web1']);
    const requests = requestsOf(scene);
    assert.deepEqual(requests.map(({ audience, action }) => `${audience} ${action}`).sort(), [
      'web1 update',
      'web2 update',
    ]);
    for (const { targets, approvals, approvedAt, filter } of requests) {
      assert.deepEqual([targets, approvals, approvedAt, filter], [APPROVED.targets, [YES], YES.at, APPROVED.filter]);
    }
    const { report } = scene.executed;
    assert.deepEqual([report.outcome, report.counts.targeted], ['OK', 2]);
    assert.deepEqual((await scene.bot.store.runs.find(APPROVED.id))?.nodes, ['web1', 'web2']);
  });

  it('says who approved it: on record, while it runs and at its end', async () => {
    const { executed, audit, surface } = await send(['web1', 'web2']);
    const intent = audit.records.find(({ event }) => event === 'intent');
    assert.deepEqual([intent?.approvedBy, intent?.digest, intent?.count], [['person:raj'], DIGEST, 2]);
    const running = surface.roots.find((view) => view.state === 'running');
    assert.deepEqual(running?.approvedBy, [{ by: YES.by, at: YES.at }]);
    assert.deepEqual(executed.report.approvedBy, [{ by: YES.by, at: YES.at }]);
  });

  it('ends on record and on disk, also where its chat is gone', async () => {
    const { executed, bot, trail, active, audit } = await send(['web1', 'web2']);
    const report = await finishRun(bot, executed, { thread: undefined, trail, active });
    assert.equal(report.outcome, 'OK');
    assert.equal((await bot.store.runs.find(APPROVED.id))?.end?.outcome, 'OK');
    assert.equal(bot.active.isEnding(APPROVED.id), true);
    const outcome = audit.records.at(-1);
    assert.deepEqual([outcome?.event, outcome?.result, outcome?.approvedBy], ['outcome', 'OK', ['person:raj']]);
  });

  it('is not sent where the intent can not be recorded', async () => {
    const { bot, bus, clock, surface } = createScene({ web1: alive() });
    await bot.store.runs.begin(describeRun(APPROVED, MESSAGE, clock.now()));
    const full = { ...bot, audit: { append: () => Promise.reject(new Error('disk full')) } };
    const header = describeRun(APPROVED, MESSAGE, 1).header;
    const thread = await surface.open({ state: 'discovering', header, found: 0 });
    const active = bot.active.start(APPROVED.id, APPROVED.caller);
    const trail = startTrail(full, MESSAGE);
    const ending = startEnding(full, active);
    const { report } = await sendRun(full, APPROVED, {
      targets: listTargets(['web1']),
      thread,
      trail,
      active,
      ending,
      decideAgain,
    });
    assert.deepEqual([report.outcome, report.counts.notSent, bus.published.length], ['NOT SENT', 1, 0]);
  });
});
