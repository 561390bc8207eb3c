import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../../agent/plugins/index.ts';
import { requireSound } from '../../../../src/core/agent-description.ts';
import { checkDescription } from '../../../../src/core/description-schema.ts';
import { createSimulatedAgents } from '../../../fakes/simulated-agents.ts';

const agents = createSimulatedAgents();

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
