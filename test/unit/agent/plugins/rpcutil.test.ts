import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { createRpcutilAgent } from '../../../../agent/plugins/rpcutil/create-rpcutil-agent.ts';
import type { AgentDescription, Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { digestDescription } from '../../../../src/core/description-digest.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { callAction } from '../../../fakes/call-action.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const PROBE: AgentDescription = {
  agent: 'probe',
  version: '2.0.0',
  about: 'a probe in another language',
  actions: {
    look: { about: 'looks', effect: 'read', dryRun: undefined, timeoutMs: 1000, input: {}, output: {} },
    change: { about: 'changes', effect: 'write', timeoutMs: 1000, input: {}, output: {} },
  },
};

let refused: readonly string[] = [];

const agent = createRpcutilAgent(
  {
    version: '1.2.3',
    collectives: ['mcollective'],
    now: () => 1700,
    profile: () => ({
      identity: 'web1',
      facts: { os: { release: { major: '12' } }, kernelrelease: '6.1' },
      classes: new Set(['b', 'a']),
      agents: new Set(['rpcutil', 'package', 'probe']),
    }),
    stats: () => ({ pid: 1 }),
    audit: {
      find: (run) =>
        Promise.resolve({ records: [{ at: 'then', by: 'node:web1', event: 'intent', run }], truncated: true }),
    },
    hash,
    externalAgents: () => [PROBE],
    refusedAgents: () => refused,
  },
  AGENT_DESCRIPTIONS,
);

const run = (name: string, action: string, input: Input = {}): Promise<ReplyData> => {
  assert.equal(name, 'rpcutil');
  return callAction(agent, action, { input });
};

test('every described action has code, and every code is described', () => {
  assert.deepEqual(Object.keys(agent.actions).sort(), Object.keys(agent.description.actions).sort());
});

test('nothing of it is a write', () => {
  assert.ok(Object.values(agent.description.actions).every(({ effect }) => effect === 'read'));
});

test('the inventory of agents tells versions and effects, of those that this node has', async () => {
  const { agents } = (await run('rpcutil', 'agent_inventory')) as unknown as { agents: { agent: string }[] };
  assert.deepEqual(
    agents.map((one) => one.agent),
    ['package', 'rpcutil', 'probe'],
  );
  assert.deepEqual(agents[2], {
    agent: 'probe',
    version: '2.0.0',
    about: 'a probe in another language',
    actions: { look: 'read', change: 'write' },
  });
});

test('an agent is described in full, or by version and digest', async () => {
  const plain = JSON.parse(JSON.stringify(PROBE)) as AgentDescription;
  const digest = digestDescription(hash, plain);
  const brief = { agent: 'probe', version: '2.0.0', digest };
  assert.deepEqual(await run('rpcutil', 'describe', { agent: 'probe', brief: true }), brief);
  assert.deepEqual(await run('rpcutil', 'describe', { agent: 'probe', brief: false }), {
    ...brief,
    description: plain,
  });
});

test('an agent that this node does not have is not described, though others have it', async () => {
  for (const name of ['service', 'nope']) {
    await assert.rejects(run('rpcutil', 'describe', { agent: name }), { code: 'failed/no-such-agent' }, name);
  }
});

test('ping, facts, inventories and statistics', async () => {
  assert.deepEqual(await run('rpcutil', 'ping'), { pong: 1700 });
  assert.deepEqual(await run('rpcutil', 'get_fact', { fact: 'os.release.major' }), {
    fact: 'os.release.major',
    value: '12',
  });
  assert.deepEqual(await run('rpcutil', 'get_fact', { fact: 'constructor' }), { fact: 'constructor', value: null });
  assert.deepEqual(await run('rpcutil', 'get_facts', { facts: 'kernelrelease, nope' }), {
    values: { kernelrelease: '6.1', nope: null },
  });
  const inventory = await run('rpcutil', 'inventory');
  assert.deepEqual(inventory.classes, ['a', 'b']);
  assert.equal(inventory.version, '1.2.3');
  assert.deepEqual(await run('rpcutil', 'daemon_stats'), { version: '1.2.3', pid: 1 });
});

test('the inventory tells what keeps agents from being used, and nothing of it where nothing does', async () => {
  assert.ok(!Object.hasOwn(await run('rpcutil', 'inventory'), 'refused_agents'));
  refused = ['/etc/mco/agents/probe/agent.json: it is not JSON', 'x'.repeat(5000), ...Array<string>(50).fill('more')];
  const told = (await run('rpcutil', 'inventory')).refused_agents as string[];
  refused = [];
  assert.equal(told[0], '/etc/mco/agents/probe/agent.json: it is not JSON');
  assert.deepEqual([told[1]?.length, told.length], [300, 20]);
});

test('the audit records of a run are told as they stand', async () => {
  const id = '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a';
  assert.deepEqual(await run('rpcutil', 'audit', { run: id }), {
    records: [{ at: 'then', by: 'node:web1', event: 'intent', run: id }],
    truncated: true,
  });
});

test('only the whole id of a run is looked for', () => {
  const audit = agent.description.actions.audit;
  assert.ok(audit);
  for (const bad of [
    '7f3a',
    '',
    '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a\n',
    '0190A6F0-1C2D-7B3E-8F4A-5B6C7D8E7F3A',
    '.*',
  ]) {
    assert.throws(() => checkInput(audit, { run: bad }), { code: 'usage/invalid-input' }, bad);
  }
});
