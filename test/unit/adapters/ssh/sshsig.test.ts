import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { armourSshsig, dearmourSshsig } from '../../../../src/adapters/ssh/armour.ts';
import { importOpensshSection, readOpensshKeyFile } from '../../../../src/adapters/ssh/openssh-key.ts';
import { exportPublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { encodeSignedBytes, encodeSshsig, parseSshsig } from '../../../../src/adapters/ssh/sshsig.ts';
import { encodeMpint, encodeString, encodeU32 } from '../../../../src/adapters/ssh/wire.ts';
import { McoError } from '../../../../src/core/errors.ts';

const publicKey = exportPublicKey(generateKeyPairSync('ed25519').publicKey);
const inner = Buffer.concat([encodeString('ssh-ed25519'), encodeString(Buffer.alloc(64, 1))]);
const malformed = { code: 'untrusted/malformed-signature' };

/** A blob made by hand, so that each of its fields can be wrong. */
function makeBlob(change: Partial<Record<'magic' | 'namespace' | 'reserved' | 'hash', string>> & Changes = {}): Buffer {
  const { magic = 'SSHSIG', version = 1, namespace = 'x', reserved = '', hash = 'sha512', tail = '' } = change;
  return Buffer.concat([
    Buffer.from(magic),
    encodeU32(version),
    encodeString(change.publicKey ?? publicKey),
    encodeString(namespace),
    encodeString(reserved),
    encodeString(hash),
    encodeString(change.inner ?? inner),
    Buffer.from(tail),
  ]);
}
interface Changes {
  version?: number;
  publicKey?: Buffer;
  inner?: Buffer;
  tail?: string;
}

test('a signature put together and taken apart is the same', () => {
  const parsed = parseSshsig(makeBlob());
  assert.equal(parsed.keyType, 'ssh-ed25519');
  assert.equal(parsed.namespace, 'x');
  assert.deepEqual(encodeSshsig(parsed), makeBlob());
});

test('every field that is not as it should be is refused', () => {
  const changes: Parameters<typeof makeBlob>[0][] = [
    { magic: 'SSHSIC' },
    { version: 2 },
    { namespace: '' },
    { namespace: 'a\nb' },
    { reserved: 'r' },
    { hash: 'sha1' },
    { tail: 'x' },
    { inner: Buffer.concat([inner, Buffer.of(0)]) },
    { inner: inner.subarray(1) },
    { publicKey: Buffer.alloc(0) },
    { publicKey: Buffer.concat([publicKey, Buffer.alloc(9000)]) },
  ];
  for (const change of changes) assert.throws(() => parseSshsig(makeBlob(change)), malformed, JSON.stringify(change));
});

test('the signed bytes name the namespace and the hash, and differ for every body', () => {
  const bytes = encodeSignedBytes('x', 'sha256', Buffer.from('abc'));
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(
    bytes.toString('hex'),
    `${Buffer.from('SSHSIG\0\0\0\x01x\0\0\0\0\0\0\0\x06sha256\0\0\0 ').toString('hex')}${digest}`,
  );
});

test('armour comes off again, and anything else is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), (bytes) => {
      const text = armourSshsig(bytes);
      assert.deepEqual([...dearmourSshsig(text)], [...bytes]);
      assert.ok(text.split('\n').every((line) => line.length <= 70));
    }),
  );
  const text = armourSshsig(makeBlob());
  for (const bad of ['', text.replace('BEGIN', 'BEGUN'), text.replace('\n', '\n!'), 'x'.repeat(20_000)]) {
    assert.throws(() => dearmourSshsig(bad), malformed);
  }
});

test('whatever stands in a private key file, only our own errors come out', () => {
  const begin = '-----BEGIN OPENSSH PRIVATE KEY-----\n';
  const end = '\n-----END OPENSSH PRIVATE KEY-----';
  const magic = Buffer.from('openssh-key-v1\0');
  const types = fc.constantFrom('ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'ssh-dss');
  const fields = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 });
  fc.assert(
    fc.property(types, fields, fc.uint8Array({ maxLength: 40 }), (type, parts, noise) => {
      const section = Buffer.concat([Buffer.alloc(8), encodeString(type), ...parts.map((part) => encodeString(part))]);
      const envelope = Buffer.concat([magic, noise]).toString('base64');
      for (const read of [() => importOpensshSection(section), () => readOpensshKeyFile(begin + envelope + end)]) {
        try {
          read();
        } catch (error) {
          assert.ok(error instanceof McoError && error.family === 'usage', String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('an RSA private key with a senseless prime is refused', () => {
  const numbers = Array.from({ length: 6 }, () => encodeMpint(Buffer.of(1)));
  const section = Buffer.concat([Buffer.alloc(8), encodeString('ssh-rsa'), ...numbers]);
  assert.throws(() => importOpensshSection(section), { code: 'usage/malformed-key' });
});
