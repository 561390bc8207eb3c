import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Input, OutputField } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { JsonValue } from '../../../../src/core/json.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createSimulatedAgents } from '../../../fakes/simulated-agents.ts';
import { INPUTS } from './host-agents.ts';

const agents = createSimulatedAgents();
/** What this imagined machine has; elsewhere as for machines whose tools are broken. */
const OWN_INPUTS: Readonly<Record<string, Input>> = {
  'puppet.resource': { type: 'service', name: 'ssh' },
  'puppet.set_resource': { type: 'service', name: 'ssh', properties: 'ensure=running' },
  'rpcutil.get_fact': { fact: 'os' },
  'rpcutil.get_facts': { facts: 'os, kernel' },
  'rpcutil.describe': { agent: 'package' },
  'rpcutil.audit': { run: '0198f0a0-0000-7000-8000-000000007f3a' },
};
/** Jobs have tests of their own; this machine opens no files, Puppet is disabled there, and manages all that may be changed. */
const ELSEWHERE = /^(?:job\.(?:show|tail|kill)|file\.(?:tail|create|touch|remove)|puppet\.(?:stale|set_resource))$/;

for (const agent of agents) {
  const { agent: agentName, actions } = agent.description;
  for (const [name, action] of Object.entries(actions)) {
    const key = `${agentName}.${name}`;
    if (ELSEWHERE.test(key)) continue;
    test(`${key} answers with what its description says`, async () => {
      const service = agentName === 'service' ? { service: 'ssh' } : undefined;
      const input = checkInput(action, OWN_INPUTS[key] ?? service ?? INPUTS[key] ?? {});
      const data = await callAction(agent, name, { input });
      for (const [output, value] of Object.entries(data)) {
        const field = action.output[output];
        assert.ok(field, `${output} is described`);
        assert.ok(fits(value, field.type), `${output} is no ${field.type}: ${JSON.stringify(value)}`);
      }
      assert.ok(Object.keys(data).length > 0);
    });
  }
}

function fits(value: JsonValue | undefined, type: OutputField['type']): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}
