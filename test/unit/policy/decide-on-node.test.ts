import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideOnNode } from '../../../src/policy/decide-on-node.ts';
import type { NodePolicy } from '../../../src/policy/policy.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { PLAIN_REQUEST, parseAction } from './policy-fixtures.ts';

const node = readNodePolicy(
  `signers:
  mco-read: { effect: read }
  mco-write: { effect: write, callers: ["person:*"] }
  ana@example.org: { effect: write, callers: ["person:ana"] }
  slack-bot: { effect: write, callers: ["slack:T024/*", "person:raj"] }
  toString: { effect: read, callers: ["unix:*"] }
groups:
  leads: { members: ["person:raj"] }
roles:
  reader: { allow: [{ actions: ["*"], effect: read }] }
  writer: { allow: [{ actions: ["package.*"], effect: write }] }
  lead: { includes: [writer], allow: [{ actions: ["*"], effect: write }] }
bindings:
  - { role: reader, who: [everyone] }
  - { role: writer, who: ["person:ana", "slack:T024/U1", "person:ann"] }
  - { role: lead, who: ["group:leads"] }
deny:
  - { actions: ["shell.*"], who: [everyone], reason: no shells on this node }
`,
  'policy.yaml',
);

/** principal, caller, action (`!`: a write), outcome, rules that counted. */
const TABLE: readonly (readonly [string, string, string, 'allow' | 'deny', readonly number[]])[] = [
  ['mco-read', 'person:bob', 'package.status', 'allow', [2, 10, 14]],
  ['mco-read', 'person:ana', 'package.update!', 'deny', [2]],
  ['mco-read', 'person:raj', 'package.update!', 'deny', [2]],
  ['mco-read', 'console:zoe', 'rpcutil.ping', 'allow', [2, 10, 14]],
  ['mco-write', 'person:ana', 'package.update!', 'allow', [3, 11, 15]],
  ['mco-write', 'person:ana', 'service.stop!', 'deny', [10, 14]],
  ['mco-write', 'person:raj', 'service.stop!', 'allow', [3, 12, 16]],
  ['mco-write', 'person:raj', 'package.update!', 'allow', [3, 12, 11, 16]],
  ['mco-write', 'person:bob', 'package.update!', 'deny', [10, 14]],
  ['mco-write', 'person:anna', 'package.update!', 'deny', [10, 14]],
  ['mco-write', 'person:an', 'package.update!', 'deny', [10, 14]],
  ['mco-write', 'console:ana', 'package.status', 'deny', [3]],
  ['mco-write', 'slack:T024/U1', 'package.update!', 'deny', [3]],
  ['mco-write', 'xperson:ana', 'package.status', 'deny', [3]],
  ['mco-write', 'person:', 'package.status', 'deny', []],
  ['mco-write', 'person:ana\n', 'package.status', 'deny', []],
  ['mco-write', 'person:raj', 'shell.run!', 'deny', [18]],
  ['mco-write', 'person:raj', 'shell.list', 'deny', [18]],
  ['ana@example.org', 'person:ana', 'package.update!', 'allow', [4, 11, 15]],
  ['ana@example.org', 'person:raj', 'package.update!', 'deny', [4]],
  ['ana@example.org', 'person:anabel', 'package.status', 'deny', [4]],
  ['slack-bot', 'slack:T024/U1', 'package.update!', 'allow', [5, 11, 15]],
  ['slack-bot', 'slack:T024X/U1', 'package.update!', 'deny', [5]],
  ['slack-bot', 'person:raj', 'service.stop!', 'allow', [5, 12, 16]],
  ['slack-bot', 'person:ana', 'package.update!', 'deny', [5]],
  ['toString', 'unix:root', 'rpcutil.ping', 'allow', [6, 10, 14]],
  ['toString', 'person:raj', 'rpcutil.ping', 'deny', [6]],
  ['nobody', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['MCO-WRITE', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['mco-write ', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['valueOf', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['__proto__', 'person:raj', 'rpcutil.ping', 'deny', []],
  ['constructor', 'person:raj', 'rpcutil.ping', 'deny', []],
];

const ask = (principal: string, caller: string, short: string) =>
  decideOnNode(node, { ...PLAIN_REQUEST, principal, caller, ...parseAction(short) });

describe('decideOnNode', () => {
  for (const [principal, caller, short, outcome, lines] of TABLE) {
    it(`${JSON.stringify(principal)} for ${JSON.stringify(caller)}: ${short} is ${outcome}`, () => {
      const decision = ask(principal, caller, short);
      assert.deepEqual([decision.outcome, decision.rules], [outcome, lines.map((line) => `policy.yaml:${line}`)]);
      assert.equal(decision.reason === undefined, outcome === 'allow', 'a denial has a reason, an allow none');
    });
  }

  it('says in words why something is denied', () => {
    assert.equal(
      ask('nobody', 'person:raj', 'rpcutil.ping').reason,
      "the signer `nobody` may ask for nothing here: it is not in this node's `signers`",
    );
    assert.equal(ask('mco-read', 'person:raj', 'package.update!').reason, 'the key of mco-read may only read here');
    assert.equal(
      ask('mco-write', 'console:ana', 'package.status').reason,
      'the key of mco-write may not speak for this caller',
    );
    assert.equal(
      ask('mco-write', 'person:bob', 'package.update!').reason,
      '`package.update` needs write; you have read here',
    );
    assert.equal(ask('mco-write', 'person:raj', 'shell.run!').reason, 'no shells on this node');
  });

  it('takes an effect that is neither read nor write for a write', () => {
    const effect = 'none' as 'read';
    const question = {
      ...PLAIN_REQUEST,
      principal: 'mco-read',
      caller: 'person:raj',
      agent: 'rpcutil',
      action: 'ping',
      effect,
    };
    assert.equal(decideOnNode(node, question).outcome, 'deny');
  });

  it('denies when deciding fails', () => {
    const broken = {
      ...node,
      get signers(): NodePolicy['signers'] {
        throw new Error('broken');
      },
    };
    const question = { ...PLAIN_REQUEST, principal: 'mco-read', caller: 'person:raj', ...parseAction('rpcutil.ping') };
    assert.equal(decideOnNode(node, question).outcome, 'allow');
    assert.equal(decideOnNode(broken, question).outcome, 'deny');
  });

  it('never throws and allows nothing to a signer that is not listed', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.record({ principal: text, caller: text, agent: text, action: text }), (asked) => {
        fc.pre(!node.signers.has(asked.principal));
        assert.equal(decideOnNode(node, { ...PLAIN_REQUEST, ...asked, effect: 'read' }).outcome, 'deny');
      }),
    );
  });
});
