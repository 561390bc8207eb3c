import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Input } from '../../../src/core/agent-description.ts';
import { applyRules } from '../../../src/policy/apply-rules.ts';
import { UNKNOWN_VALUE } from '../../../src/policy/match-inputs.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';

const POLICY = readNodePolicy(
  `
signers:
  mco-write: { effect: write, callers: ["person:*"] }
roles:
  all: { allow: [{ actions: ["*"], effect: write }] }
  some: { allow: [{ actions: ["vault.open"], effect: write, inputs: { key: ["*"] } }] }
bindings:
  - { role: all, who: ["person:bob"] }
  - { role: some, who: ["person:ana"] }
deny:
  - { actions: ["vault.open"], who: ["person:bob"], inputs: { key: ["prod*"], mode: ["rw"] }, reason: not production }
`,
  'policy.yaml',
);

const ask = (caller: string, input: Input): string =>
  applyRules(POLICY, { caller, place: undefined, agent: 'vault', action: 'open', effect: 'write', input }).outcome;

test('a value that is not known any more is denied by a rule that looks at it', () => {
  assert.equal(ask('person:bob', { key: 'prod1', mode: 'rw' }), 'deny');
  assert.equal(ask('person:bob', { key: UNKNOWN_VALUE, mode: 'rw' }), 'deny');
  assert.equal(ask('person:bob', { key: UNKNOWN_VALUE, mode: UNKNOWN_VALUE }), 'deny');
});

test('but what is known, or was never given, decides against the denial', () => {
  assert.equal(ask('person:bob', { key: UNKNOWN_VALUE, mode: 'ro' }), 'allow');
  assert.equal(ask('person:bob', { key: UNKNOWN_VALUE }), 'allow');
  assert.equal(ask('person:bob', { key: 'test1', mode: UNKNOWN_VALUE }), 'allow');
});

test('nor is it ever among the values that a rule allows, were that all of them', () => {
  assert.equal(ask('person:ana', { key: 'test1' }), 'allow');
  assert.equal(ask('person:ana', { key: UNKNOWN_VALUE }), 'deny');
});
