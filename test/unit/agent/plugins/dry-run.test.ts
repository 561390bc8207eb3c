import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import { readNodePolicy } from '../../../../src/policy/read-policy.ts';
import { createScriptedRunner } from '../../../fakes/scripted-runner.ts';
import { createFakeNode, TARGETS } from '../fake-node.ts';
import { createHostAgents, INPUTS } from './host-agents.ts';

const POLICY = `
signers: { mco-read: { effect: read }, mco-write: { effect: write, callers: ["person:*"] } }
roles: { all: { allow: [{ actions: ["*", "shell.*"], effect: write }] } }
bindings: [{ role: all, who: [everyone] }]
`;

const RUN = { run: '0198f0a0-0000-7000-8000-000000007f3a' };
const inputOf = (agent: string, name: string) => INPUTS[`${agent}.${name}`] ?? (agent === 'job' ? RUN : {});

/** A node with all agents, over tools that never answer. */
function createRig() {
  const runner = createScriptedRunner(() => 'hang');
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const agents = createHostAgents(runner, 'debian');
  return { runner, agents, node: createFakeNode({ agents, policy: () => policy, jobs: createMemorySpool() }) };
}

for (const { description } of createRig().agents) {
  for (const [name, { effect, dryRun }] of Object.entries(description.actions)) {
    if (effect === 'read') continue;
    const { agent } = description;
    const ask = { agent, action: name, input: inputOf(agent, name), targets: TARGETS, options: { noop: true } };
    const action = `${agent}.${name}`;

    if (dryRun === undefined) {
      test(`${action} has no dry run: asked for one it does nothing, and says so`, async () => {
        const { node, runner } = createRig();
        const [reply] = await node.send(ask);
        assert.equal(reply?.kind, 'result');
        assert.match(reply.status.message, agent === 'job' ? /no job of that run|no dry run/ : /no dry run/);
        assert.deepEqual(runner.calls, []);
        assert.equal(node.audit.records.filter(({ event }) => event === 'intent').length, 0);
      });
    } else {
      test(`a dry run of ${action} is a ${dryRun} to the node, too`, async () => {
        const { node } = createRig();
        const [reply] = await node.send(ask, { principal: 'mco-read' });
        const intents = node.audit.records.filter(({ event }) => event === 'intent').length;
        if (dryRun === 'read') return assert.equal(intents, 1, reply?.status.message);
        assert.match(reply?.status.message ?? '', /may only read/);
        assert.equal(intents, 0);
      });
    }
  }
}
