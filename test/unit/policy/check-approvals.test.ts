import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApprovalClaim } from '../../../src/core/request.ts';
import { decideOnNode, type NodeQuestion } from '../../../src/policy/decide-on-node.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { PLAIN_REQUEST, parseAction } from './policy-fixtures.ts';

const node = readNodePolicy(
  `signers: { key: { effect: write, callers: ["person:*"], vouches: true }, own: { effect: write, callers: ["person:ana"] } }
groups: { leads: { members: ["person:raj", "person:lea", "person:ana"] } }
roles:
  one: { allow: [{ actions: [package.update], effect: write, approval: { from: leads, over_nodes: 3, expires: 10m } }] }
  two: { allow: [{ actions: [package.purge], effect: write, approval: { from: leads, count: 2, expires: 10m } }] }
bindings:
  - { role: one, who: ["person:ana"] }
  - { role: two, who: ["person:ana"] }
`,
  'n.yaml',
);

const NOW = Date.UTC(2026, 10, 22);
const DIGEST = 'a'.repeat(64);
const MINUTE = 60_000;

const yes = (by: string, change: Partial<ApprovalClaim> = {}): ApprovalClaim => ({
  by,
  at: NOW,
  digest: DIGEST,
  ...change,
});

function ask(short: string, approvals: readonly ApprovalClaim[], change: Partial<NodeQuestion> = {}) {
  return decideOnNode(node, {
    ...PLAIN_REQUEST,
    principal: 'key',
    caller: 'person:ana',
    ...parseAction(short),
    targets: { count: 4, digest: DIGEST, isNarrowed: true },
    approvals,
    approvedAt: NOW,
    issuedAt: NOW,
    ...change,
  });
}

const NEEDED = '4 nodes need approval by somebody in `leads`';

/** What is asked with which approvals, and why it is denied; undefined: it is allowed. */
const ROWS: readonly (readonly [string, string, readonly ApprovalClaim[], string | undefined])[] = [
  ['none', 'package.update!', [], NEEDED],
  ['one by a member', 'package.update!', [yes('person:raj')], undefined],
  [
    'one by somebody else',
    'package.update!',
    [yes('person:bob')],
    `${NEEDED}; the request carries none that counts here`,
  ],
  ['one by the caller', 'package.update!', [yes('person:ana')], `${NEEDED}; the request carries none that counts here`],
  [
    'one by a member by another account',
    'package.update!',
    [yes('console:raj')],
    `${NEEDED}; the request carries none that counts here`,
  ],
  ['one by what is no caller', 'package.update!', [yes('raj')], `${NEEDED}; the request carries none that counts here`],
  [
    'one of another list',
    'package.update!',
    [yes('person:raj', { digest: 'b'.repeat(64) })],
    'what was approved is not what is asked',
  ],
  [
    'a good one and one of another list',
    'package.update!',
    [yes('person:raj'), yes('person:lea', { digest: 'b'.repeat(64) })],
    'what was approved is not what is asked',
  ],
  ['one that is just old enough', 'package.update!', [yes('person:raj', { at: NOW - 10 * MINUTE })], undefined],
  [
    'one that is too old',
    'package.update!',
    [yes('person:raj', { at: NOW - 10 * MINUTE - 1 })],
    `${NEEDED}; the request carries none that counts here`,
  ],
  [
    'one by a clock that is half a minute ahead',
    'package.update!',
    [yes('person:raj', { at: NOW + 30_000 })],
    undefined,
  ],
  [
    'one from the future',
    'package.update!',
    [yes('person:raj', { at: NOW + 30_001 })],
    `${NEEDED}; the request carries none that counts here`,
  ],
  [
    'one at no time',
    'package.update!',
    [yes('person:raj', { at: Number.NaN })],
    `${NEEDED}; the request carries none that counts here`,
  ],
  [
    'one where two are needed',
    'package.purge!',
    [yes('person:raj')],
    '4 nodes need approval by 2 people in `leads`; the request carries 1 that counts here',
  ],
  [
    'two by one person',
    'package.purge!',
    [yes('person:raj'), yes('person:raj', { at: NOW - 1 })],
    '4 nodes need approval by 2 people in `leads`; the request carries 1 that counts here',
  ],
  ['two by two people', 'package.purge!', [yes('person:raj'), yes('person:lea')], undefined],
  [
    'two of which one is too old',
    'package.purge!',
    [yes('person:raj'), yes('person:lea', { at: 0 })],
    '4 nodes need approval by 2 people in `leads`; the request carries 1 that counts here',
  ],
  ['two and a stranger', 'package.purge!', [yes('person:bob'), yes('person:raj'), yes('person:lea')], undefined],
];

describe('approvals on a node', () => {
  it('are asked for in the singular for one node', () => {
    const targets = { count: 1, digest: DIGEST, isNarrowed: true };
    const { reason } = ask('package.purge!', [], { targets });
    assert.equal(reason, '1 node needs approval by 2 people in `leads`');
  });

  for (const [title, short, approvals, reason] of ROWS) {
    it(title, () => {
      const verdict = ask(short, approvals);
      assert.deepEqual([verdict.outcome, verdict.reason], [reason === undefined ? 'allow' : 'deny', reason]);
    });
  }

  it('are not needed below the limit, and do no harm', () => {
    const targets = { count: 3, digest: DIGEST, isNarrowed: true };
    assert.equal(ask('package.update!', [], { targets }).outcome, 'allow');
    assert.equal(ask('package.update!', [yes('person:bob')], { targets }).outcome, 'allow');
  });

  it('count as of the last yes, however long the waves take', () => {
    const claims = [yes('person:raj', { at: NOW - 9 * MINUTE }), yes('person:lea')];
    const hours = (count: number) => ({ issuedAt: NOW + count * 60 * MINUTE });
    assert.equal(ask('package.purge!', claims, hours(0)).outcome, 'allow');
    assert.equal(ask('package.purge!', claims, hours(5)).outcome, 'allow');
    assert.equal(ask('package.purge!', claims, hours(24)).outcome, 'allow');
    const late = ask('package.purge!', claims, { issuedAt: NOW + 24 * 60 * MINUTE + 1 });
    assert.match(late.reason ?? '', /; it was approved more than 24 hours ago$/);
  });

  it('count for nothing where it is not said when they were complete, or that is still to come', () => {
    const missing = ask('package.update!', [yes('person:raj')], { approvedAt: undefined });
    assert.match(missing.reason ?? '', /; the request does not say when it was approved$/);
    const soon = { approvedAt: NOW + 30_000 };
    assert.equal(ask('package.update!', [yes('person:raj')], soon).outcome, 'allow');
    const later = ask('package.update!', [yes('person:raj')], { approvedAt: NOW + 30_001 });
    assert.match(later.reason ?? '', /; it was approved after it was sent$/);
    assert.equal(ask('package.update!', [yes('person:raj')], { approvedAt: Number.NaN }).outcome, 'deny');
  });

  const OWN = "approval by somebody in `leads` is needed, and the key of own can't vouch for one here";

  it('count for nothing from a key that does not vouch for them', () => {
    const { outcome, reason, rules } = ask('package.update!', [yes('person:raj')], { principal: 'own' });
    assert.deepEqual([outcome, reason, rules], ['deny', OWN, ['n.yaml:4', 'n.yaml:7']]);
  });

  it('are needed of such a key for however few nodes, as it could name them one by one', () => {
    const targets = { count: 1, digest: DIGEST, isNarrowed: true };
    assert.deepEqual(ask('package.update!', [], { principal: 'own', targets }).reason, OWN);
    assert.deepEqual(ask('package.update!', [yes('person:raj')], { principal: 'own', targets }).reason, OWN);
  });

  it('count for nothing without the list that they are for', () => {
    const { outcome, reason } = ask('package.update!', [yes('person:raj')], { targets: undefined });
    assert.deepEqual([outcome, reason], ['deny', 'the request does not say how many nodes it is for']);
  });

  it('name the rule and the key that let it through', () => {
    assert.deepEqual(ask('package.update!', [yes('person:raj')]).rules, ['n.yaml:1', 'n.yaml:4', 'n.yaml:7']);
    assert.deepEqual(ask('package.update!', []).rules, ['n.yaml:4', 'n.yaml:7']);
  });
});
