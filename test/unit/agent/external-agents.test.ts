import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Agent } from '../../../src/core/agent.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { createFakeNode } from './fake-node.ts';

const POLICY = `
signers:
  mco-write: { effect: write, callers: ["person:*"] }
roles:
  all: { allow: [{ actions: ["*"], effect: write }] }
bindings:
  - { role: all, who: [everyone] }
`;

/** An agent that answers with a word. */
const makeAgent = (agent: string, word: string): Agent => ({
  description: {
    agent,
    version: '1.0.0',
    about: 'says a word',
    actions: {
      say: {
        about: 'says it',
        effect: 'read',
        timeoutMs: 1000,
        input: {},
        output: { word: { about: 'it', label: 'It' } },
      },
    },
  },
  actions: { say: async () => ({ word }) },
});

function createNode() {
  let external: readonly Agent[] = [];
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const node = createFakeNode({ policy: () => policy, externalAgents: () => external });
  return {
    setAgents(agents: readonly Agent[]) {
      external = agents;
    },
    async ask(agent: string, action = 'say') {
      const [reply] = await node.send({ agent, action });
      return [reply?.status.name, reply?.data];
    },
  };
}

it('an agent that comes, changes and goes while the node runs is answered as it is then', async () => {
  const node = createNode();
  assert.deepEqual(await node.ask('hello'), ['unknown action', {}]);
  node.setAgents([makeAgent('hello', 'one')]);
  assert.deepEqual(await node.ask('hello'), ['ok', { word: 'one' }]);
  node.setAgents([makeAgent('hello', 'two'), makeAgent('other', 'three')]);
  assert.deepEqual(await node.ask('hello'), ['ok', { word: 'two' }]);
  assert.deepEqual(await node.ask('other'), ['ok', { word: 'three' }]);
  node.setAgents([]);
  assert.deepEqual(await node.ask('hello'), ['unknown action', {}]);
});

it('an agent of the node itself is never replaced', async () => {
  const node = createNode();
  node.setAgents([makeAgent('probe', 'evil')]);
  assert.deepEqual(await node.ask('probe'), ['unknown action', {}]);
  assert.deepEqual((await node.ask('probe', 'look'))[0], 'ok');
});
