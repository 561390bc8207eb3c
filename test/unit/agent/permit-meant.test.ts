import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNodePolicy } from '../../../src/policy/read-policy.ts';
import { createFakeNode } from './fake-node.ts';

const POLICY = `
signers: { mco-write: { effect: write, callers: ["person:*"] } }
roles: { looker: { allow: [{ actions: [probe.look], effect: read, inputs: { word: ["a*"] } }] } }
bindings: [{ role: looker, who: [everyone] }]
`;

function createNode() {
  const policy = readNodePolicy(POLICY, 'node.yaml');
  const node = createFakeNode({ policy: () => policy });
  const done: string[] = [];
  const ask = async (meant: string) => {
    node.setLook(async ({ input, permit }) => {
      await permit({ ...input, word: meant });
      done.push(meant);
      return {};
    });
    return (await node.send({ input: { word: 'asked' } }))[0]?.status;
  };
  return { ...node, done, ask };
}

test('what an input turned out to mean is decided again, and on record before it is done', async () => {
  const node = createNode();
  assert.equal((await node.ask('another'))?.name, 'ok');
  assert.deepEqual(node.events(), ['intent', 'decided allow', 'outcome ok']);
  const decided = node.audit.records[1];
  assert.deepEqual([decided?.input, decided?.action], [{ word: 'another' }, 'probe.look']);
  assert.deepEqual(decided?.rules, ['node.yaml:2', 'node.yaml:3', 'node.yaml:4']);
});

test('where that is denied nothing is done, and the answer says so', async () => {
  const node = createNode();
  const status = await node.ask('forbidden');
  assert.equal(status?.name, 'denied');
  assert.match(status?.message ?? '', /^denied by this node's policy: .* only where `word` is `a\*`/);
  assert.deepEqual([node.done, node.events()], [[], ['intent', 'outcome denied/policy']]);
});

test('where it can not be recorded nothing is done', async () => {
  const node = createNode();
  node.setLook(async ({ input, permit }) => {
    node.audit.isFull = true;
    await permit(input);
    node.done.push('done');
    return {};
  });
  const [reply] = await node.send({ input: { word: 'asked' } });
  assert.equal(reply?.status.name, 'aborted');
  assert.deepEqual(node.done, []);
});
