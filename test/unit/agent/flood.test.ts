import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { handleRequest } from '../../../agent/handle-request.ts';
import { createReplayGuard } from '../../../agent/replay-guard.ts';
import { writeCanonicalJson } from '../../../src/core/canonical-json.ts';
import { EVERYBODY, type Filter } from '../../../src/core/filter.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { createFakeSigner } from '../../fakes/fake-keys.ts';
import { createFakeNode, signRequest } from './fake-node.ts';

const COSTLY: Filter = {
  ...EVERYBODY,
  where: [
    {
      any: Array.from({ length: 80 }, () => ({
        class: { matches: { pattern: `[${'x'.repeat(398)}]` } },
      })),
    },
  ],
};
const profile = () => assert.fail('the filter was matched');

describe('a filter that is too costly', () => {
  it('is told to whoever asked one node', async () => {
    const node = createFakeNode();
    const [reply] = await node.send({ filter: COSTLY });
    assert.equal(reply?.status.name, 'invalid input');
    assert.match(reply?.status.message ?? '', /too much work/);
    assert.deepEqual(node.events(), ['refused usage/filter-too-costly']);
  });

  it('is recorded and not answered in a broadcast', async () => {
    const node = createFakeNode();
    assert.deepEqual(await node.send({ filter: COSTLY, audience: '*' }), []);
    assert.deepEqual(node.events(), ['refused usage/filter-too-costly']);
  });
});

describe('a key that may not ask', () => {
  const cases = [
    ['is not in the policy', {}, { principal: 'stranger' }],
    ['may not speak for the caller', { caller: 'slack:T1/U1' }, {}],
    ['may only read', { action: 'change' }, { principal: 'mco-read' }],
  ] as const;
  for (const [what, fields, signing] of cases) {
    it(`is denied before a filter is matched or a request remembered, when it ${what}`, async () => {
      const node = createFakeNode({ profile });
      node.runtime.seen.claim = () => assert.fail('it was remembered');
      const request = node.makeRequest({ ...signerOf(signing), ...fields, audience: '*', filter: COSTLY });
      assert.equal((await node.send(request, signing))[0]?.status.name, 'denied');
      assert.deepEqual(await node.send(request, signing), [], 'a replay is not answered again');
      assert.deepEqual(node.events(), ['decided denied/policy', 'decided denied/policy']);
      assert.deepEqual(node.ran, []);
      assert.deepEqual(node.problems, []);
    });
  }
});

function signerOf(signing: { principal?: string }) {
  const { principal, fingerprint } = createFakeSigner(signing.principal ?? 'mco-write');
  return { signer: { principal, fingerprint } };
}

describe('a request that was turned down', () => {
  it('is not run later, when the policy would allow it', async () => {
    const { dependencies } = createFakeNode();
    const strict = { ...dependencies.policy(), signers: new Map() };
    let policy: ReturnType<typeof dependencies.policy> = strict;
    const node = createFakeNode({ policy: () => policy });
    const request = node.makeRequest();
    assert.equal((await node.send(request))[0]?.status.name, 'denied');
    policy = dependencies.policy();
    assert.deepEqual(await node.send(request), []);
    assert.equal((await node.send())[0]?.status.name, 'ok');
    assert.deepEqual(node.events().slice(0, 2), ['decided denied/policy', 'refused untrusted/replayed']);
    assert.deepEqual(node.ran, ['look']);
  });

  it('with a time of issue far ahead does not keep later ones from an answer', async () => {
    const node = createFakeNode();
    for (const days of [9000, 0, 0]) {
      const issuedAt = node.clock.now() + days * 86_400_000 - (days === 0 ? 100_000 : 0);
      const fields = { issuedAt, notAfter: issuedAt + 1000 };
      assert.equal((await node.send(fields))[0]?.status.name, 'expired');
      await node.clock.advance(11 * 60_000);
    }
    assert.deepEqual(node.ran, []);
  });
});

describe('a node whose memory of requests is full', () => {
  it('runs nothing more, and says `busy` once', async () => {
    const node = createFakeNode();
    const full = createReplayGuard({ windowMs: 1000, maxEntries: 0 });
    node.runtime.seen.claim = (...args) => full.claim(...args);
    const request = node.makeRequest();
    assert.equal((await node.send(request))[0]?.status.name, 'busy');
    assert.deepEqual(await node.send(request), []);
    const filter: Filter = { ...EVERYBODY, classes: [{ is: 'database' }] };
    assert.deepEqual(await node.send({ audience: '*', filter }), []);
    assert.deepEqual(node.ran, []);
    assert.equal(node.events()[0], 'refused untrusted/replay-guard-full');
  });
});

describe('what is run', () => {
  it('is recorded without its input and filter when those are large, with what tells them again', async () => {
    const node = createFakeNode();
    const identities = Array.from({ length: 3000 }, (_, i) => ({ is: `web${i}.example.org` }));
    const filter = { ...EVERYBODY, identities };
    await node.send({ input: { word: 'x' }, filter });
    const [intent] = node.audit.records;
    assert.deepEqual([intent?.event, intent?.input, intent?.filter], ['intent', { word: 'x' }, undefined]);
    assert.ok(JSON.stringify(intent).length < 2000);
    const digest = node.runtime.hash(writeCanonicalJson(filter));
    assert.equal(
      intent?.reason,
      `the filter is left out: ${writeCanonicalJson(filter).length} characters, SHA-256 ${digest}`,
    );
  });
});

describe('denied requests', () => {
  it('are recorded without their input and filter when those are large', async () => {
    const node = createFakeNode();
    const identities = Array.from({ length: 3000 }, (_, i) => ({ is: `web${i}.example.org` }));
    await node.send({ input: { word: 'x'.repeat(60_000) }, filter: { ...EVERYBODY, identities } });
    const [record] = node.audit.records;
    assert.equal(record?.event, 'refused');
    assert.ok(JSON.stringify(record).length < 4000);
    assert.match(
      record?.reason ?? '',
      /; the input is left out: 60011 characters, SHA-256 [0-9a-f]{64}; the filter is left out: /,
    );
  });

  it('of one key hide none of another key', async () => {
    const node = createFakeNode();
    for (let i = 0; i < 150; i++) {
      const request = node.makeRequest({ action: 'secretive', caller: `person:p${i}`, input: { password: '0' } });
      await handleRequest(await signRequest(request), node.runtime);
    }
    await node.send({ action: 'change', caller: 'person:eve' }, { principal: 'mco-read' });
    const [last] = node.audit.records.slice(-1);
    assert.deepEqual([last?.caller, last?.code, last?.times], ['person:eve', 'denied/policy', undefined]);
  });

  it('are summed up when there are many, and answered all the same', async () => {
    const node = createFakeNode();
    for (let i = 0; i < 150; i++) {
      const request = node.makeRequest({ action: 'change', caller: 'person:bob' });
      await handleRequest(await signRequest(request), node.runtime);
    }
    assert.equal(node.audit.records.length, 20);
    assert.equal(node.replies().filter(({ status }) => status.name === 'denied').length, 150);
    await node.clock.advance(60_000);
    await settle();
    assert.equal(node.audit.records.length, 21);
    const { times, caller, signer } = node.audit.records.at(-1) ?? {};
    assert.deepEqual([times, caller, signer], [130, 'person:bob', node.audit.records[0]?.signer]);
    assert.deepEqual(node.ran, []);
  });
});

describe('a signed request with a field name that every object has', () => {
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', '\\u005f_proto__']) {
    for (const place of ['"input":{', '"options":{', '{"v"']) {
      it(`is refused: \`${name}\` in ${place}`, async () => {
        const node = createFakeNode();
        const text = JSON.stringify(node.makeRequest());
        const field = `"${name}":"x",`.replace(/,$/, place === '{"v"' ? ',' : '');
        const changed = text.replace(place, place === '{"v"' ? `{${field}"v"` : `${place}${field}`);
        assert.notEqual(changed, text);
        await handleRequest(await signText(changed), node.runtime);
        assert.deepEqual(node.events(), ['refused untrusted/malformed']);
        assert.deepEqual(node.ran, []);
      });
    }
  }
});

async function signText(text: string) {
  const body = new TextEncoder().encode(text);
  return { body, signature: await createFakeSigner('mco-write').sign('mco-request@v1', body) };
}
