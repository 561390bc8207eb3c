import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAgent } from '../../../../agent/start-agent.ts';
import type { Request } from '../../../../src/core/request.ts';
import { readNodePolicy } from '../../../../src/policy/read-policy.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createFakeNode } from '../fake-node.ts';

const POLICY = `
signers:
  mco-read: { effect: read }
  mco-write: { effect: write, callers: ["person:*"], vouches: true }
roles:
  looker: { allow: [{ actions: ["*"], effect: read }] }
  jobber: { allow: [{ actions: ["job.*"], effect: write }] }
  writer:
    allow: [{ actions: ["probe.work"], effect: write, max_nodes: 3, require_filter: true, approval: { over_nodes: 2, from: leads } }]
groups:
  leads: { members: ["person:raj"] }
bindings:
  - { role: looker, who: [everyone] }
  - { role: writer, who: ["person:ana", "person:bob", "person:eve", "person:kim"] }
  - { role: jobber, who: ["person:jim"] }
deny:
  - { actions: ["probe.work"], who: ["person:eve"], reason: "not for eve" }
  - { actions: ["job.kill"], who: ["person:kim"], reason: "kim kills nothing" }
  - { actions: ["job.tail"], who: ["person:kim"], nodes: "-F osfamily=Debian" }
  - { actions: ["probe.work"], who: ["person:bob"], inputs: { secret: ["prod*"] }, reason: "not production" }
`;

const RUN = '01890000-0000-7000-9000-00000000aaaa';
const NONE = '01890000-0000-7000-9000-00000000bbbb';
const READ = { principal: 'mco-read' };

type Asking = Partial<Pick<Request, 'caller' | 'input' | 'targets'>>;

/** A node with a job by ana, begun with approval, that runs. */
async function startJob(fields: Partial<Request> = {}) {
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const node = createFakeNode({ policy: () => policy });
  const targets = { count: 3, digest: 'd'.repeat(64), isNarrowed: true };
  const few = { ...targets, count: 2 };
  await node.send({
    agent: 'probe',
    action: 'work',
    run: RUN,
    targets: few,
    options: { timeoutMs: 600_000 },
    ...fields,
  });
  const ask = async (action: string, asking: Asking = {}, how = {}) => {
    const { id } = node.makeRequest();
    const many = { ...few, count: 500, isNarrowed: false };
    const request = { id, agent: 'job', action, input: { run: RUN }, targets: many, ...asking };
    return (await node.send(request, how)).find(({ request: answered }) => answered === id);
  };
  return { node, ask };
}

test('who may do a thing looks after the job, whatever limits and approvals it took to begin it', async () => {
  const { node, ask } = await startJob();
  assert.deepEqual(node.ran, ['prepare', 'perform']);
  const shown = await ask('show', { caller: 'person:bob' });
  assert.deepEqual([shown?.status.message, shown?.data.state, shown?.data.action], ['', 'running', 'probe.work']);
  assert.equal((await ask('tail', {}, READ))?.status.name, 'ok');
  const killed = await ask('kill', { caller: 'person:bob' });
  assert.deepEqual(killed?.data.killed, true);
});

test('who may not do it sees, tails and kills nothing, whatever rights to the agent job they have', async () => {
  const { ask } = await startJob();
  for (const caller of ['person:jim', 'person:zoe', 'person:eve']) {
    for (const action of ['show', 'tail', 'kill']) {
      assert.equal((await ask(action, { caller }))?.status.name, 'denied', `${caller} ${action}`);
    }
  }
  assert.match((await ask('show', { caller: 'person:eve' }))?.status.message ?? '', /not for eve/);
  assert.match((await ask('show', { caller: 'person:zoe' }))?.status.message ?? '', /`probe.work` needs write/);
});

test('what is denied of the agent job itself is denied to who may begin one, too', async () => {
  const { ask } = await startJob();
  assert.match((await ask('kill', { caller: 'person:kim' }))?.status.message ?? '', /kim kills nothing/);
  assert.equal((await ask('tail', { caller: 'person:kim' }))?.status.name, 'denied');
  assert.equal((await ask('show', { caller: 'person:kim' }))?.status.name, 'ok');
});

test('a key that may only read kills nothing', async () => {
  const { node, ask } = await startJob();
  assert.equal((await ask('kill', {}, READ))?.status.name, 'denied');
  assert.equal((await node.runtime.jobs.list())[0]?.state, 'running');
});

test('a dry run is looked after by who may read', async () => {
  const { node, ask } = await startJob({ options: { noop: true, timeoutMs: 600_000 } });
  assert.deepEqual(node.ran, ['prepare', 'perform']);
  assert.equal((await ask('show', { caller: 'person:zoe' }))?.status.name, 'ok');
});

test('the nodes of a grant hold for looking after a job too', async () => {
  const { node } = await startJob();
  const elsewhere = readNodePolicy(POLICY.replace('max_nodes: 3', `nodes: "-F os=other"`), 'node.yaml');
  const moved = createFakeNode({ policy: () => elsewhere, jobs: node.runtime.jobs });
  const [reply] = await moved.send({ agent: 'job', action: 'show', input: { run: RUN } });
  assert.equal(reply?.status.name, 'denied');
  assert.match(reply?.status.message ?? '', /only on nodes with/);
});

test('without a job of that run a node says so and no more', async () => {
  const { ask } = await startJob();
  for (const caller of ['person:ana', 'person:jim']) {
    const reply = await ask('kill', { caller, input: { run: NONE } });
    assert.deepEqual([reply?.status.name, reply?.status.message], ['aborted', 'no job of that run on this node']);
  }
});

test("the job's id in a request counts for nothing: the one that was decided about is meant", async () => {
  const { node, ask } = await startJob();
  const [own] = await node.runtime.jobs.list();
  const reply = await ask('show', { input: { run: RUN, job: NONE } });
  assert.equal(reply?.data.job, own?.id);
  const intent = node.audit.records.findLast(({ event, action }) => event === 'intent' && action === 'job.show');
  assert.deepEqual(intent?.input, { run: RUN, job: own?.id });
});

test('another job that is signed under the same run does not hide one that runs', async () => {
  const { node, ask } = await startJob();
  const [first] = await node.runtime.jobs.list();
  await node.send({ agent: 'probe', action: 'work', run: RUN, caller: 'person:bob', options: { timeoutMs: 600_000 } });
  assert.equal((await node.runtime.jobs.list()).length, 1, 'three nodes need approval');
  const targets = { count: 1, digest: 'd'.repeat(64), isNarrowed: true };
  await node.send({ agent: 'probe', action: 'work', run: RUN, caller: 'person:bob', targets });
  assert.equal((await node.runtime.jobs.list()).length, 2);
  assert.equal((await ask('show'))?.data.job, first?.id);
});

test('nor does it hide the first when both have ended', async () => {
  const { node, ask } = await startJob();
  const [first] = await node.runtime.jobs.list();
  node.job.finish();
  await settle();
  await node.clock.advance(1000);
  const targets = { count: 1, digest: 'd'.repeat(64), isNarrowed: true };
  await node.send({ agent: 'probe', action: 'work', run: RUN, caller: 'person:bob', targets });
  node.job.finish();
  await settle();
  const states = (await node.runtime.jobs.list()).map(({ state }) => state);
  assert.deepEqual(states, ['concluded', 'concluded']);
  assert.equal((await ask('show'))?.data.job, first?.id);
});

test("somebody else's job that runs does not answer for the first caller's that ended", async () => {
  const { node, ask } = await startJob();
  const [first] = await node.runtime.jobs.list();
  node.job.finish();
  await settle();
  await node.clock.advance(1000);
  const targets = { count: 1, digest: 'd'.repeat(64), isNarrowed: true };
  await node.send({ agent: 'probe', action: 'work', run: RUN, caller: 'person:bob', targets });
  const states = (await node.runtime.jobs.list()).map(({ state }) => state);
  assert.deepEqual(states, ['running', 'concluded']);
  for (const caller of ['person:ana', 'person:bob']) {
    assert.equal((await ask('show', { caller }))?.data.job, first?.id, caller);
  }
});

test('everybody who may list jobs sees what there is', async () => {
  const { node, ask } = await startJob();
  const listed = await ask('list', { caller: 'person:zoe', input: {} });
  assert.equal(listed?.data.running, 1);
  node.job.finish();
  await settle();
  const again = await ask('list', { caller: 'person:zoe', input: {} });
  assert.match(JSON.stringify(again?.data), /"outcome":"ok"/);
});

test('a secret that is not kept counts as one that a rule denies', async () => {
  for (const secret of ['prod1', 'test1']) {
    const { node, ask } = await startJob({ input: { secret } });
    const isProduction = secret === 'prod1';
    assert.equal((await ask('show', { caller: 'person:bob' }))?.status.name, isProduction ? 'denied' : 'ok', secret);
    node.job.finish();
    await settle();
    assert.match((await ask('show', { caller: 'person:bob' }))?.status.message ?? '', /not production/, secret);
    assert.equal((await ask('show'))?.status.name, 'ok', 'nothing is denied to ana');
  }
});

test('so do all inputs of a job whose agent is gone, and those that were never given do not', async () => {
  for (const [input, status] of [
    [{ secret: 'test1' }, 'denied'],
    [{}, 'ok'],
  ] as const) {
    const { node } = await startJob({ input });
    const [job] = await node.runtime.jobs.list();
    const { policy, jobs } = node.dependencies;
    const agents = node.dependencies.agents.filter(({ description }) => description.agent !== 'probe');
    node.stopping.abort();
    const next = createFakeNode({ policy, jobs, agents });
    const agent = await startAgent(next.dependencies);
    node.job.finish();
    await settle();
    assert.equal((await next.runtime.jobs.find(job?.id ?? ''))?.state, 'concluded');
    const [reply] = await next.send({ agent: 'job', action: 'show', input: { run: RUN }, caller: 'person:bob' });
    assert.equal(reply?.status.name, status);
    await agent.stop();
  }
});
