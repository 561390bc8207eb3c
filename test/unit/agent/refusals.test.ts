import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handleRequest } from '../../../agent/handle-request.ts';
import { EVERYBODY, type Filter } from '../../../src/core/filter.ts';
import type { Request } from '../../../src/core/request.ts';
import { createFakeVerifier } from '../../fakes/fake-keys.ts';
import { createFakeNode, type Signing, START, signRequest } from './fake-node.ts';

type Case = readonly [what: string, fields: Partial<Request>, signing: Signing, code: string];

const unanswered: readonly Case[] = [
  ['no signature', {}, { unsigned: true }, 'untrusted/no-signature'],
  ['a signature for another purpose', {}, { namespace: 'mco-reply@v1' }, 'untrusted/bad-signature'],
  [
    'a key that claims another principal',
    { signer: { principal: 'root', fingerprint: '' } },
    {},
    'untrusted/malformed',
  ],
  ['another collective', { collective: 'elsewhere' }, {}, 'untrusted/wrong-collective'],
  ['another audience', { audience: 'web2.example.org' }, {}, 'untrusted/wrong-audience'],
  ['a reply destination that is no reply queue', { replyTo: '/topic/x' }, {}, 'untrusted/wrong-reply-destination'],
  [
    'the reply queue of another collective',
    { replyTo: '/queue/mco.storage.reply.bot1' },
    {},
    'untrusted/wrong-reply-destination',
  ],
  ['an unknown field', { extra: 1 } as Partial<Request>, {}, 'untrusted/malformed'],
];
for (const [what, fields, signing, code] of unanswered) {
  test(`${what}: refused, recorded, not answered`, async () => {
    const node = createFakeNode();
    assert.deepEqual(await node.send(fields, signing), []);
    assert.deepEqual(node.events(), [`refused ${code}`]);
    assert.deepEqual(node.ran, []);
    assert.equal(node.runtime.counters.refused, 1);
  });
}

test('a request in the name of a principal that the key does not stand for is not answered', async () => {
  const node = createFakeNode();
  const { fingerprint } = node.makeRequest().signer;
  assert.deepEqual(await node.send({ signer: { principal: 'mco-read', fingerprint } }), []);
  assert.deepEqual(node.events(), ['refused untrusted/wrong-signer']);
});

test('a request that names another key than the one that signed is not answered', async () => {
  const node = createFakeNode();
  const fingerprint = `SHA256:${'A'.repeat(43)}`;
  assert.deepEqual(await node.send({ signer: { principal: 'mco-write', fingerprint } }), []);
  assert.deepEqual(node.events(), ['refused untrusted/wrong-signer']);
});

test('a key that is not listed is not answered', async () => {
  const node = createFakeNode({ verifier: createFakeVerifier(() => false) });
  assert.deepEqual(await node.send(), []);
  assert.deepEqual(node.events(), ['refused untrusted/unknown-key']);
});

for (const [what, from, to] of [
  ['filter', '"facts":[]', '"facts":[ ]'],
  ['caller', 'person:ana', 'person:raj'],
] as const) {
  test(`a request whose ${what} was changed on the way is not answered`, async () => {
    const node = createFakeNode();
    const { body, signature } = await signRequest(node.makeRequest());
    const changed = Buffer.from(Buffer.from(body).toString().replace(from, to));
    assert.notDeepEqual(changed, Buffer.from(body));
    await handleRequest({ body: changed, signature }, node.runtime);
    assert.deepEqual(node.events(), ['refused untrusted/bad-signature']);
    assert.deepEqual(node.bus.published, []);
  });
}

test('a message over the size limit is refused before its signature is looked at', async () => {
  const node = createFakeNode({
    verifier: { verify: () => assert.fail('it was verified') },
  });
  await handleRequest({ body: new Uint8Array(256 * 1024 + 1), signature: 'x' }, node.runtime);
  assert.deepEqual(node.events(), ['refused untrusted/too-large']);
});

test('signed bytes that are no request are refused', async () => {
  const node = createFakeNode();
  for (const body of ['{}', 'not json', '[]', `${'['.repeat(40)}${']'.repeat(40)}`]) {
    const bytes = Buffer.from(body);
    const { signature } = await signRequest({});
    await handleRequest({ body: bytes, signature }, node.runtime);
  }
  await handleRequest(await signRequest('text'), node.runtime);
  assert.equal(node.events().length, 5);
  assert.deepEqual(node.bus.published, []);
});

test('a replay is refused, recorded and not answered', async () => {
  const node = createFakeNode();
  const request = node.makeRequest();
  assert.equal((await node.send(request)).length, 1);
  assert.deepEqual(await node.send(request), []);
  assert.deepEqual(node.events(), ['intent', 'outcome ok', 'refused untrusted/replayed']);
  assert.deepEqual(node.ran, ['look']);
});

test('a replay after a restart is refused, because it was issued before the start', async () => {
  const first = createFakeNode();
  const request = first.makeRequest();
  await first.send(request);
  const restarted = createFakeNode({ startedAt: START + 5000 });
  const [reply] = await restarted.send(request);
  assert.equal(reply?.status.name, 'expired');
  assert.match(reply?.status.message ?? '', /5\.0 s before this agent started/);
  assert.deepEqual(restarted.ran, []);
  assert.deepEqual(restarted.events(), ['refused untrusted/issued-before-start']);
});

const outOfTime: readonly Case[] = [
  ['expired', { issuedAt: START - 100_000, notAfter: START - 40_000 }, {}, 'untrusted/expired'],
  ['from the future', { issuedAt: START + 31_000, notAfter: START + 60_000 }, {}, 'untrusted/not-yet-valid'],
  ['valid for too long', { issuedAt: START, notAfter: START + 601_000 }, {}, 'untrusted/bad-window'],
  ['ended before it began', { issuedAt: START, notAfter: START - 1 }, {}, 'untrusted/bad-window'],
];
for (const [what, fields, , code] of outOfTime) {
  test(`a request that is ${what} is recorded and answered with \`expired\` and the clock's offset, once`, async () => {
    const node = createFakeNode({ startedAt: 0 });
    const request = node.makeRequest(fields);
    const [reply] = await node.send(request);
    assert.equal(reply?.status.name, 'expired');
    if (code !== 'untrusted/bad-window')
      assert.match(reply?.status.message ?? '', /this node's clock says .* its issue/);
    assert.deepEqual(await node.send(request), []);
    assert.deepEqual(node.events(), [`refused ${code}`, `refused ${code}`]);
    assert.deepEqual(node.ran, []);
  });
}

test('a request out of time that is broadcast to others is not answered', async () => {
  const node = createFakeNode();
  const filter: Filter = { ...EVERYBODY, identities: [{ is: 'web2.example.org' }] };
  const fields = { issuedAt: START - 100_000, notAfter: START - 40_000, audience: '*', filter };
  assert.deepEqual(await node.send(fields), []);
});

test('clocks that are 30 s apart are no reason to refuse', async () => {
  const node = createFakeNode({ startedAt: 0 });
  assert.equal((await node.send({ issuedAt: START + 30_000, notAfter: START + 60_000 }))[0]?.status.name, 'ok');
  assert.equal((await node.send({ issuedAt: START - 60_000, notAfter: START - 30_000 }))[0]?.status.name, 'ok');
});

test('a verifier that breaks is a refusal without an answer, and a problem to look at', async () => {
  const node = createFakeNode({
    verifier: {
      async verify() {
        throw new TypeError('broken');
      },
    },
  });
  assert.deepEqual(await node.send(), []);
  assert.deepEqual(node.events(), ['refused bug/unexpected']);
  assert.equal(node.problems.length, 1);
});
