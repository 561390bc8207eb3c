import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { decideOnNode } from '../../../src/policy/decide-on-node.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { PLAIN_REQUEST, parseAction, readSite, SITE_FILES } from './policy-fixtures.ts';

function throwsOnlyOurs(read: () => unknown): void {
  try {
    read();
  } catch (thrown) {
    assert.ok(thrown instanceof McoError, String(thrown));
    assert.equal(thrown.code, 'usage/bad-file');
  }
}

const words = [
  ...['people', 'groups', 'roles', 'bindings', 'deny', 'signers', 'allow', 'actions', 'effect', 'who', 'in', 'members'],
  ...['inputs', 'nodes', 'max_nodes', 'require_filter', 'approval', 'from', '-F a=b', '30m'],
  ...['read', 'write', 'ana', 'everyone', 'group:ops', 'person:*', 'package.*', '__proto__', 'constructor', 'toString'],
  ...[
    ': ',
    ':\n  ',
    '\n',
    '\n  - ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    '&a ',
    '*a',
    '? ',
    '!!binary ',
    '|\n ',
    '<<',
    '12',
    '~',
    '# ',
  ],
];

describe('reading a policy', () => {
  it('joins files, and names refer across them whatever their order', () => {
    const files = Object.entries(SITE_FILES).map(([name, text]) => ({ name, text }));
    const backwards = readBotPolicy(files.toReversed());
    assert.deepEqual(backwards.bindings, readSite().bindings);
    assert.equal(backwards.accounts.size, 10);
  });

  it('gives a role each included rule once, its own first', () => {
    const rule = '{ actions: ["a.b"], effect: read }';
    const text = `roles:
  top: { includes: [left, right], allow: [${rule}] }
  left: { includes: [base], allow: [${rule}] }
  right: { includes: [base], allow: [${rule}] }
  base: { allow: [${rule}] }
bindings: [{ role: top, who: [everyone] }]
`;
    const [binding] = readBotPolicy([{ name: 'r', text }]).bindings;
    assert.deepEqual(
      binding?.role.allow.map(({ at }) => at),
      ['r:2', 'r:3', 'r:4', 'r:5'],
    );
  });

  it('lets a node name its own people', () => {
    const text = `signers: { key: { effect: write, callers: ["person:ana", "unix:*"] } }
people: { ana: {} }
groups: { ops: { members: [ana, "unix:root"] } }
roles: { all: { allow: [{ actions: ["*"], effect: write }] } }
bindings: [{ role: all, who: ["group:ops"] }]
`;
    const node = readNodePolicy(text, 'n');
    const outcomeFor = (caller: string) =>
      decideOnNode(node, { ...PLAIN_REQUEST, principal: 'key', caller, ...parseAction('chef.run!') }).outcome;
    assert.deepEqual(['person:ana', 'unix:root', 'unix:ana'].map(outcomeFor), ['allow', 'allow', 'deny']);
  });

  it('keeps no trace of a key that names the prototype', () => {
    throwsOnlyOurs(() => readBotPolicy([{ name: 'p', text: '__proto__: { polluted: true }' }]));
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('throws nothing but a usage error, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        throwsOnlyOurs(() => readBotPolicy([{ name: 'p', text }]));
        throwsOnlyOurs(() => readNodePolicy(text, 'n'));
      }),
      { numRuns: 100 },
    );
  });

  it('throws nothing but a usage error for text made of the words of the language', () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (made) => {
        throwsOnlyOurs(() => readBotPolicy([{ name: 'p', text: made }]));
        throwsOnlyOurs(() => readNodePolicy(made, 'n'));
      }),
      { numRuns: 100 },
    );
  });

  it('throws nothing but a usage error for any value in any place', () => {
    const value = fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('everyone', ['*'], {}, [], null),
    );
    const rule = fc.record(
      {
        ...{ actions: value, effect: value, who: value, in: value, role: value },
        ...{ inputs: value, nodes: value, max_nodes: value, require_filter: value, approval: value, reason: value },
      },
      { requiredKeys: [] },
    );
    const section = fc.oneof(
      value,
      fc.dictionary(fc.constantFrom('ana', 'constructor', 'toString', '12'), fc.oneof(value, rule)),
      fc.array(rule),
    );
    const file = fc.record(
      { people: section, groups: section, roles: section, bindings: section, deny: section, signers: section },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(file, (made) => {
        throwsOnlyOurs(() => readBotPolicy([{ name: 'p', text: JSON.stringify(made) }]));
        throwsOnlyOurs(() => readNodePolicy(JSON.stringify(made), 'n'));
      }),
      { numRuns: 100 },
    );
  });
});
