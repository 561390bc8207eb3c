import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { dearmourSshsig } from '../../../../src/adapters/ssh/armour.ts';
import { exportPublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { createKeySigner } from '../../../../src/adapters/ssh/signer.ts';
import { createSignatureCheck } from '../../../../src/adapters/ssh/verify-signature.ts';
import { encodeString } from '../../../../src/adapters/ssh/wire.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { SignatureNamespace } from '../../../../src/core/ports.ts';

interface Vector {
  name: string;
  namespace: SignatureNamespace;
  body: string;
  armoured: string;
  publicKey: string;
  expected: string;
}

const { vectors } = JSON.parse(readFileSync('test/vectors/sshsig.json', 'utf8')) as { vectors: Vector[] };
const check = createSignatureCheck();
const listEveryKey = () => () => true;
const namespace = 'mco-request@v1';

const SEED = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64url');
const fixedKey = createPrivateKey({
  format: 'jwk',
  key: { kty: 'OKP', crv: 'Ed25519', d: SEED, x: 'A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg' },
});
const keys = {
  ed25519: generateKeyPairSync('ed25519').privateKey,
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};

/** The code of the error that a promise ends with, or `ok`. Anything but an McoError fails the test. */
async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof McoError, String(error));
    return error.code;
  }
}

for (const vector of vectors) {
  test(`the signature that ssh-keygen made with ${vector.name} is judged ${vector.expected}`, async () => {
    const body = Buffer.from(vector.body);
    const signature = dearmourSshsig(vector.armoured).toString('base64');
    assert.equal(
      await outcomeOf(check({ namespace: vector.namespace, body, signature }, listEveryKey)),
      vector.expected,
    );
    if (vector.expected !== 'ok') return;
    const changed = Buffer.from(`${vector.body} `);
    const refused = await outcomeOf(check({ namespace: vector.namespace, body: changed, signature }, listEveryKey));
    assert.equal(refused, 'untrusted/bad-signature');
  });
}

test('a signature with a fixed Ed25519 key never changes', async () => {
  const signer = createKeySigner({ privateKey: fixedKey, principal: 'bot' });
  const signature = await signer.sign(namespace, Buffer.from('golden'));
  const golden = readFileSync('test/vectors/ed25519-golden.txt', 'utf8').trim();
  assert.equal(signature, golden);
  assert.equal(signer.fingerprint, 'SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg');
});

for (const [name, privateKey] of Object.entries(keys)) {
  test(`a signature with ${name} holds, for its namespace and body only`, async () => {
    const signer = createKeySigner({ privateKey, principal: 'bot' });
    const body = Buffer.from('{"v":1}');
    const signature = await signer.sign(namespace, body);
    const key = await check({ namespace, body, signature }, () => (name) => name === 'bot');
    assert.equal(key.fingerprint, signer.fingerprint);
    assert.ok(key.speaksFor('bot') && !key.speaksFor('bot2'));
    const other = check({ namespace: 'mco-reply@v1', body, signature }, listEveryKey);
    assert.equal(await outcomeOf(other), 'untrusted/wrong-namespace');
  });

  test(`any changed bit of a message signed with ${name} is refused as untrusted`, async () => {
    const signer = createKeySigner({ privateKey, principal: 'bot' });
    const publicKey = exportPublicKey(privateKey);
    const body = Buffer.from('{"v":1,"type":"request"}');
    const blob = Buffer.from(await signer.sign(namespace, body), 'base64');
    const lookUp = (found: Buffer) => {
      if (!found.equals(publicKey)) throw new McoError('untrusted/unknown-key', 'not listed');
      return () => true;
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(blob.length + body.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.concat([blob, body]);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const signature = changed.subarray(0, blob.length).toString('base64');
        const code = await outcomeOf(check({ namespace, body: changed.subarray(blob.length), signature }, lookUp));
        assert.match(code, /^untrusted\//);
      }),
      { numRuns: 400 },
    );
  });
}

test('a namespace that was exchanged inside the signature does not hold', async () => {
  const body = Buffer.from('x');
  const signature = await createKeySigner({ privateKey: keys.ed25519, principal: 'bot' }).sign('mco-alive@v1', body);
  const blob = Buffer.from(signature, 'base64').toString('latin1').replace('mco-alive@v1', 'mco-reply@v1');
  const changed = Buffer.from(blob, 'latin1').toString('base64');
  const code = await outcomeOf(check({ namespace: 'mco-reply@v1', body, signature: changed }, listEveryKey));
  assert.equal(code, 'untrusted/bad-signature');
});

test('of several signatures the first one counts', async () => {
  const body = Buffer.from('x');
  const signature = await createKeySigner({ privateKey: keys.ed25519, principal: 'bot' }).sign(namespace, body);
  assert.equal(await outcomeOf(check({ namespace, body, signature: `${signature},junk` }, listEveryKey)), 'ok');
  const code = await outcomeOf(check({ namespace, body, signature: `junk,${signature}` }, listEveryKey));
  assert.equal(code, 'untrusted/malformed-signature');
});

test('a message without a signature, or with junk for one, is refused', async () => {
  const body = Buffer.from('x');
  const judge = (signature: string | undefined) => outcomeOf(check({ namespace, body, signature }, listEveryKey));
  assert.equal(await judge(undefined), 'untrusted/no-signature');
  assert.equal(await judge(''), 'untrusted/no-signature');
  assert.equal(await judge('A'.repeat(12_000)), 'untrusted/malformed-signature');
  assert.equal(await judge('QUJD\n'), 'untrusted/malformed-signature');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const blob = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01', 'latin1'), bytes]);
      assert.match(await judge(blob.toString('base64')), /^untrusted\//);
    }),
  );
});

test('a SHA-1 signature of an RSA key and a security key are refused by name', async () => {
  const body = Buffer.from('x');
  const signature = await createKeySigner({ privateKey: keys.rsa, principal: 'bot' }).sign(namespace, body);
  const blob = Buffer.from(signature, 'base64');
  const tail = 4 + 256;
  const old = Buffer.concat([encodeString('ssh-rsa'), blob.subarray(blob.length - tail)]);
  const head = blob.subarray(0, blob.length - tail - 4 - 'rsa-sha2-512'.length - 4);
  const sha1 = Buffer.concat([head, encodeString(old)]).toString('base64');
  assert.equal(await outcomeOf(check({ namespace, body, signature: sha1 }, listEveryKey)), 'untrusted/unsupported-key');

  const skKey = Buffer.concat(['sk-ssh-ed25519@openssh.com', 'x'.repeat(32), 'ssh:'].map((part) => encodeString(part)));
  const skBody = Buffer.concat([
    encodeString('sk-ssh-ed25519@openssh.com'),
    encodeString('y'.repeat(64)),
    Buffer.alloc(5),
  ]);
  const parts = [skKey, namespace, '', 'sha512', skBody].map((part) => encodeString(part));
  const sk = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01', 'latin1'), ...parts]).toString('base64');
  assert.equal(await outcomeOf(check({ namespace, body, signature: sk }, listEveryKey)), 'untrusted/unsupported-key');
});
