import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import { type AgentDescription, requireSound } from '../../../src/core/agent-description.ts';
import { createFakeNode } from '../agent/fake-node.ts';

const VAULT: AgentDescription = {
  agent: 'vault',
  version: '1.0.0',
  about: 'keeps secrets',
  actions: {
    open: {
      about: 'opens it',
      effect: 'write',
      timeoutMs: 1000,
      input: { name: { about: 'which', type: 'string' }, pin: { about: 'the secret', type: 'string', secret: true } },
      output: {},
      words: ['name'],
    },
  },
};

const typed: AgentDescription = {
  ...VAULT,
  actions: { open: { ...(VAULT.actions.open ?? assert.fail()), words: ['name', 'pin'] } },
};

describe('a description', () => {
  it('whose secret is typed without its name is refused, with where', () => {
    requireSound(VAULT);
    assert.throws(() => requireSound(typed), {
      code: 'bug/bad-description',
      message: 'the secret input `pin` of `vault.open` is one of its words',
    });
  });

  it('like that starts no node', () => {
    const actions = { open: async () => ({}) };
    createFakeNode({ agents: [{ description: VAULT, actions }] });
    assert.throws(() => createFakeNode({ agents: [{ description: typed, actions }] }), { code: 'bug/bad-description' });
  });

  it('comes with every agent, and none is like that', () => {
    for (const description of AGENT_DESCRIPTIONS) requireSound(description);
  });
});
