import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalClaim, Request } from '../../../src/core/request.ts';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { createFakeNode, START, TARGETS } from './fake-node.ts';

const POLICY = `
signers:
  mco-write: { effect: write, callers: ["person:*"], vouches: true }
groups:
  leads: { members: ["person:raj", "person:eve"] }
roles:
  writer:
    allow:
      - actions: ["probe.change"]
        effect: write
        max_nodes: 10
        approval: { over_nodes: 2, from: leads }
      - { actions: ["probe.look"], effect: read, inputs: { word: ["open*"] } }
      - { actions: ["probe.secretive"], effect: read, nodes: "-F osfamily=RedHat" }
bindings:
  - { role: writer, who: ["person:ana", "person:raj"] }
`;

const yes = (fields: Partial<ApprovalClaim> = {}): ApprovalClaim => ({
  by: 'person:raj',
  at: START - 60_000,
  digest: TARGETS.digest,
  ...fields,
});

/** What a request carries that a yes made run. */
const approved = (...approvals: ApprovalClaim[]) => ({ approvals, approvedAt: START });

function createNode() {
  const policy = readNodePolicy(POLICY, 'node.yaml');
  return createFakeNode({ policy: () => policy });
}

const SMALL = { ...TARGETS, count: 2 };
const CHANGE = { action: 'change' };

const allowed: readonly (readonly [what: string, fields: Partial<Request>])[] = [
  ['a write to few nodes', { ...CHANGE, targets: SMALL }],
  ['a write to more nodes, approved', { ...CHANGE, ...approved(yes()) }],
  [
    'a wave that is sent hours after the approval',
    { ...CHANGE, ...approved(yes({ at: START - 1_800_000 - 7_200_000 })), approvedAt: START - 7_200_000 },
  ],
  ['an input that the rule is for', { input: { word: 'opened' } }],
];
for (const [what, fields] of allowed) {
  test(`${what} is run`, async () => {
    const node = createNode();
    const [reply] = await node.send(fields);
    assert.equal(reply?.status.name, 'ok', reply?.status.message);
    assert.deepEqual(node.events(), ['intent', 'outcome ok']);
  });
}

const denied: readonly (readonly [what: string, fields: Partial<Request>, reason: RegExp])[] = [
  ['a write without its list of nodes', { ...CHANGE, targets: undefined }, /denied/],
  ['a write to everybody', { ...CHANGE, targets: { ...SMALL, isNarrowed: false } }, /filter/],
  ['a write to too many nodes', { ...CHANGE, targets: { ...TARGETS, count: 11 }, ...approved(yes()) }, /10/],
  ['a write to more nodes without approval', CHANGE, /approv/],
  ['an approval of another list', { ...CHANGE, ...approved(yes({ digest: 'e'.repeat(64) })) }, /approv/],
  ['an approval by the asker', { ...CHANGE, caller: 'person:raj', ...approved(yes()) }, /approv/],
  ['an approval by somebody outside the group', { ...CHANGE, ...approved(yes({ by: 'person:bob' })) }, /approv/],
  ['an approval that is too old', { ...CHANGE, ...approved(yes({ at: START - 1_800_001 })) }, /approv/],
  ['an approval that nobody says when', { ...CHANGE, approvals: [yes()] }, /does not say when/],
  ['an approval without a list', { ...CHANGE, targets: undefined, ...approved(yes()) }, /names no list of nodes/],
  ['a read that is approved without a list', { targets: undefined, ...approved(yes()) }, /names no list of nodes/],
  ['an input that the rule is not for', { input: { word: 'closed' } }, /denied/],
  ['an action that is allowed on other nodes', { action: 'secretive', input: { password: 'x' } }, /denied/],
];
for (const [what, fields, reason] of denied) {
  test(`${what} is denied and recorded once`, async () => {
    const node = createNode();
    const [reply] = await node.send(fields);
    assert.equal(reply?.status.name, 'denied', JSON.stringify(reply));
    assert.match(reply?.status.message ?? '', reason);
    assert.deepEqual(node.events(), ['decided denied/policy']);
    assert.deepEqual(node.ran, []);
  });
}

test('the intent says which order it belongs to and who approved it', async () => {
  const node = createNode();
  await node.send({ ...CHANGE, ...approved(yes()) });
  const [intent, outcome] = node.audit.records;
  assert.equal(intent?.digest, TARGETS.digest);
  assert.equal(intent?.count, 3);
  assert.deepEqual(intent?.approvedBy, ['person:raj']);
  assert.equal(outcome?.digest, undefined);
});

test('so does a denial', async () => {
  const node = createNode();
  await node.send({ ...CHANGE, ...approved(yes({ by: 'person:bob' })) });
  const [record] = node.audit.records;
  assert.equal(record?.result, 'deny');
  assert.equal(record?.digest, TARGETS.digest);
  assert.equal(record?.count, 3);
  assert.deepEqual(record?.approvedBy, ['person:bob']);
});

test('a profile that can not be had is a denial', async () => {
  let asked = 0;
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const node = createFakeNode({
    policy: () => policy,
    profile() {
      asked += 1;
      // The filter is matched first.
      if (asked > 1) throw new TypeError('facts are gone');
      return { identity: 'web1.example.org', facts: {}, classes: new Set(), agents: new Set(['probe']) };
    },
  });
  const [reply] = await node.send({ ...CHANGE, targets: SMALL });
  assert.equal(reply?.status.name, 'denied');
  assert.deepEqual(node.ran, []);
  assert.equal(node.problems.length, 1);
});
