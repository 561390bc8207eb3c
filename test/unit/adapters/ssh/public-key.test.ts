import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createKeyCache } from '../../../../src/adapters/ssh/key-cache.ts';
import { decodeKeyText } from '../../../../src/adapters/ssh/key-text.ts';
import { exportPublicKey, importPublicKey, parsePublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { encodeMpint, encodeString } from '../../../../src/adapters/ssh/wire.ts';
import { McoError } from '../../../../src/core/errors.ts';

const ed25519 = exportPublicKey(generateKeyPairSync('ed25519').publicKey);
const p256 = exportPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const rsa = exportPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);

const codeOf = (code: string) => (error: unknown) => error instanceof McoError && error.code === code;
const rsaBlob = (n: Buffer, e = Buffer.of(1, 0, 1)) =>
  Buffer.concat([encodeString('ssh-rsa'), encodeMpint(e), encodeMpint(n)]);

test('a key taken apart and put together is the same blob', () => {
  for (const blob of [ed25519, p256, rsa]) {
    assert.deepEqual(exportPublicKey(importPublicKey(parsePublicKey(blob))), blob);
  }
});

test('short RSA keys and senseless exponents are refused', () => {
  const odd = (bytes: number, first: number) => Buffer.concat([Buffer.of(first), Buffer.alloc(bytes - 1, 0xff)]);
  parsePublicKey(rsaBlob(odd(256, 0x80)));
  assert.throws(() => parsePublicKey(rsaBlob(odd(256, 0x7f))), codeOf('untrusted/unsupported-key'));
  assert.throws(() => parsePublicKey(rsaBlob(odd(2049, 0x80))), codeOf('untrusted/unsupported-key'));
  for (const exponent of [Buffer.of(1), Buffer.of(4), Buffer.alloc(9, 0x7f)]) {
    assert.throws(() => parsePublicKey(rsaBlob(odd(256, 0x80), exponent)), codeOf('untrusted/malformed-key'));
  }
});

test('a point that is not on the curve is refused', () => {
  const blob = Buffer.from(p256);
  blob[blob.length - 1] = (blob.at(-1) ?? 0) ^ 1;
  assert.throws(() => importPublicKey(parsePublicKey(blob)), codeOf('untrusted/malformed-key'));
});

test('keys we do not verify with are refused by their type', () => {
  for (const type of [
    'ecdsa-sha2-nistp384',
    'sk-ssh-ed25519@openssh.com',
    'ssh-dss',
    'ssh-ed25519-cert-v01@openssh.com',
  ]) {
    assert.throws(() => parsePublicKey(encodeString(type)), codeOf('untrusted/unsupported-key'));
  }
  const x448 = generateKeyPairSync('x25519').publicKey;
  assert.throws(() => exportPublicKey(x448), codeOf('untrusted/unsupported-key'));
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  assert.throws(() => exportPublicKey(p384), codeOf('untrusted/unsupported-key'));
});

test('a changed or random blob is refused as untrusted or is another key, never a crash', () => {
  fc.assert(
    fc.property(fc.constantFrom(ed25519, p256, rsa), fc.nat(), fc.uint8Array({ maxLength: 8 }), (blob, at, noise) => {
      const changed = Buffer.concat([blob.subarray(0, at % blob.length), noise, blob.subarray((at % blob.length) + 1)]);
      try {
        importPublicKey(parsePublicKey(changed));
      } catch (error) {
        assert.ok(error instanceof McoError && error.family === 'untrusted', String(error));
      }
    }),
  );
});

test('a key has one spelling in a file', () => {
  const base64 = ed25519.toString('base64');
  assert.deepEqual(decodeKeyText('ssh-ed25519', base64), ed25519);
  const isPadded = base64.endsWith('=');
  for (const odd of [
    `${base64}=`,
    `${base64}AAAA`,
    ` ${base64}`,
    base64.slice(0, -1),
    `${base64.slice(0, 9)}\n${base64.slice(9)}`,
  ]) {
    assert.equal(decodeKeyText('ssh-ed25519', odd), undefined, odd);
  }
  assert.ok(!isPadded);
  assert.equal(decodeKeyText('ssh-rsa', base64), undefined);
  assert.equal(decodeKeyText('ssh-ed448', base64), undefined);
  const dss = Buffer.concat([encodeString('ssh-dss'), encodeString('whatever')]);
  assert.deepEqual(decodeKeyText('ssh-dss', dss.toString('base64')), dss);
});

test('a full key cache lets the oldest key go and makes it again', () => {
  const keyOf = createKeyCache(2);
  const first = keyOf(ed25519);
  assert.equal(keyOf(ed25519), first);
  keyOf(p256);
  keyOf(rsa);
  assert.notEqual(keyOf(ed25519), first);
});
