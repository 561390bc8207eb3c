import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT_DESCRIPTIONS, createAgents } from '../../../../agent/plugins/index.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';

const { signal } = new AbortController();
const agents = createAgents({
  packages: { status: () => Promise.resolve([]), count: () => Promise.resolve(0) },
  services: { status: (name) => Promise.resolve({ name, state: 'running', detail: 'active (running)' }) },
  node: {
    version: '1.2.3',
    collectives: ['mcollective'],
    now: () => 1700,
    profile: () => ({
      identity: 'web1',
      facts: { os: { release: { major: '12' } }, kernelrelease: '6.1' },
      classes: new Set(['b', 'a']),
      agents: new Set(['rpcutil']),
    }),
    stats: () => ({ pid: 1 }),
    audit: {
      find: (run) =>
        Promise.resolve({ records: [{ at: 'then', by: 'node:web1', event: 'intent', run }], truncated: true }),
    },
  },
});

function run(agent: string, action: string, input: Input = {}): Promise<ReplyData> {
  const found = agents.find(({ description }) => description.agent === agent)?.actions[action];
  assert.ok(found);
  return found({ input, signal });
}

test('every described action has code, and every code is described', () => {
  assert.deepEqual(
    agents.map(({ description }) => description),
    AGENT_DESCRIPTIONS,
  );
  for (const { description, actions } of agents) {
    assert.deepEqual(Object.keys(actions).sort(), Object.keys(description.actions).sort());
  }
});

test('aggregates, lines and words name inputs and outputs that there are', () => {
  for (const { actions } of AGENT_DESCRIPTIONS) {
    for (const { input, output, aggregate = [], line = '', words = [] } of Object.values(actions)) {
      const named = [...line.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      for (const name of [...named, ...aggregate.map((entry) => entry.output)])
        assert.ok(Object.hasOwn(output, name), name);
      for (const name of words) assert.ok(Object.hasOwn(input, name), name);
    }
  }
});

test('only package.update is a write', () => {
  const writes = AGENT_DESCRIPTIONS.flatMap(({ agent, actions }) =>
    Object.entries(actions).flatMap(([name, { effect }]) => (effect === 'read' ? [] : [`${agent}.${name}`])),
  );
  assert.deepEqual(writes, ['package.update']);
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
  assert.match(JSON.stringify(await run('rpcutil', 'agent_inventory')), /"agent":"package".*"count","status","update"/);
  assert.deepEqual(await run('rpcutil', 'daemon_stats'), { version: '1.2.3', pid: 1 });
  assert.deepEqual(await run('service', 'status', { service: 'ssh' }), {
    service: 'ssh',
    state: 'running',
    detail: 'active (running)',
  });
});

test('the audit records of a run are told as they stand', async () => {
  const id = '0190a6f0-1c2d-7b3e-8f4a-5b6c7d8e7f3a';
  assert.deepEqual(await run('rpcutil', 'audit', { run: id }), {
    records: [{ at: 'then', by: 'node:web1', event: 'intent', run: id }],
    truncated: true,
  });
});

test('only the whole id of a run is looked for', () => {
  const [audit] = AGENT_DESCRIPTIONS.flatMap(({ actions }) =>
    actions['audit'] === undefined ? [] : [actions['audit']],
  );
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
