import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENT_DESCRIPTIONS, createAgents } from '../../../../agent/plugins/index.ts';
import { systemClock } from '../../../../src/adapters/clock/system-clock.ts';
import { hashText } from '../../../../src/adapters/hash/hash-text.ts';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import { createSimulatedPackages } from '../../../../src/adapters/simulation/simulated-packages.ts';
import { createSimulatedPuppet } from '../../../../src/adapters/simulation/simulated-puppet.ts';
import { createSimulatedServices } from '../../../../src/adapters/simulation/simulated-services.ts';
import { requireSound } from '../../../../src/core/agent-description.ts';
import { checkDescription } from '../../../../src/core/description-schema.ts';
import { simulateTools } from '../../../../src/main/playground/simulate-tools.ts';

const [host] = layoutFleet(1);
assert.ok(host);
const agents = createAgents({
  jobs: createMemorySpool(),
  tools: simulateTools(host, systemClock),
  packages: createSimulatedPackages(host, systemClock),
  puppet: createSimulatedPuppet(host, systemClock),
  services: createSimulatedServices(host, systemClock),
  node: {
    version: '0',
    collectives: ['mcollective'],
    now: () => 0,
    profile: () => ({ identity: 'n', facts: {}, classes: new Set(), agents: new Set() }),
    stats: () => ({}),
    audit: { find: () => Promise.resolve({ records: [], truncated: false }) },
    hash: hashText,
  },
});

test('every described agent can be made', () => {
  const made = agents.map(({ description }) => description.agent).sort();
  const described = AGENT_DESCRIPTIONS.map(({ agent }) => agent);
  assert.deepEqual(made, described);
});

for (const { description, actions } of agents) {
  describe(`the agent ${description.agent}`, () => {
    test('has code for each action that it describes, and for no other', () =>
      assert.deepEqual(Object.keys(actions).sort(), Object.keys(description.actions).sort()));

    test('says of those actions that outlive a request that they are jobs', () => {
      for (const [name, action] of Object.entries(actions)) {
        assert.equal(description.actions[name]?.isJob === true, typeof action !== 'function', name);
      }
    });
  });
}

for (const description of AGENT_DESCRIPTIONS) {
  test(`the description of ${description.agent} is one that an agent in any language could have`, () => {
    requireSound(description);
    checkDescription(JSON.parse(JSON.stringify(description)));
    for (const [name, { effect, dryRun, examples = [] }] of Object.entries(description.actions)) {
      assert.ok(examples.length > 0, `${name} has an example`);
      assert.ok(effect === 'write' || dryRun === undefined, `${name} only reads: it needs no dry run`);
    }
  });
}
