import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import type { KeyType } from './public-key.ts';
import { encodeMpint, padNumber, WireReader } from './wire.ts';

/** What `node:crypto` needs for one signature algorithm. */
interface Algorithm {
  readonly keyType: KeyType;
  /** The curve's or scheme's own digest; undefined for Ed25519, which has it built in. */
  readonly digest: string | undefined;
}

/** INVARIANT: `ssh-rsa` (SHA-1) is no algorithm here, and each algorithm belongs to one type of key. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['ssh-ed25519', { keyType: 'ssh-ed25519', digest: undefined }],
  ['ecdsa-sha2-nistp256', { keyType: 'ecdsa-sha2-nistp256', digest: 'sha256' }],
  ['rsa-sha2-512', { keyType: 'ssh-rsa', digest: 'sha512' }],
  ['rsa-sha2-256', { keyType: 'ssh-rsa', digest: 'sha256' }],
]);

const P256_BYTES = 32;

/** The algorithm we sign with, for each type of key. */
export const signingAlgorithm = (keyType: KeyType): string => (keyType === 'ssh-rsa' ? 'rsa-sha2-512' : keyType);

/** Whether signatures made with `algorithm` are accepted from keys of this type. */
export const acceptsAlgorithm = (keyType: string, algorithm: string): boolean =>
  ALGORITHMS.get(algorithm)?.keyType === keyType;

/**
 * Checks a signature's body in the thread pool.
 * @returns false when it does not hold
 * @throws McoError `untrusted/malformed-signature` when the body can't be a signature of that algorithm
 */
export function verifyBytes(claim: {
  key: KeyObject;
  algorithm: string;
  bytes: Buffer;
  signature: Buffer;
}): Promise<boolean> {
  const { key, algorithm, bytes, signature } = claim;
  const known = ALGORITHMS.get(algorithm);
  if (known === undefined) return Promise.resolve(false);
  const raw = toRawSignature(known, signature, key);
  return new Promise((resolve) => {
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    verify(known.digest, bytes, options, raw, (error, held) => resolve(error === null && held));
  });
}

/** Signs in the thread pool; returns the body in SSH's layout. */
export function signBytes(key: KeyObject, keyType: KeyType, bytes: Buffer): Promise<Buffer> {
  const { digest } = ALGORITHMS.get(signingAlgorithm(keyType)) as Algorithm;
  return new Promise((resolve, reject) => {
    sign(digest, bytes, { key, dsaEncoding: 'ieee-p1363' }, (error, raw) => {
      if (error === null) resolve(keyType === 'ecdsa-sha2-nistp256' ? encodeEcdsa(raw) : raw);
      else reject(new McoError('failed/signing', 'the private key could not sign', { cause: error }));
    });
  });
}

function toRawSignature(algorithm: Algorithm, signature: Buffer, key: KeyObject): Buffer {
  if (algorithm.keyType === 'ecdsa-sha2-nistp256') return decodeEcdsa(signature);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  const length = algorithm.keyType === 'ssh-rsa' && bits !== undefined ? Math.ceil(bits / 8) : 64;
  // Some signers drop an RSA signature's leading zeros; an Ed25519 one has a fixed length.
  const raw = algorithm.keyType === 'ssh-rsa' ? padNumber(signature, length) : signature;
  if (raw?.length !== length) throw malformed('it has the wrong length');
  return raw;
}

/** Two mpints (RFC 5656, section 3.1.2) to two numbers of fixed length. */
function decodeEcdsa(signature: Buffer): Buffer {
  const reader = new WireReader(signature, malformed);
  const r = padNumber(reader.mpint(), P256_BYTES);
  const s = padNumber(reader.mpint(), P256_BYTES);
  reader.end();
  if (r === undefined || s === undefined) throw malformed('its numbers are too long');
  return Buffer.concat([r, s]);
}

function encodeEcdsa(raw: Buffer): Buffer {
  return Buffer.concat([encodeMpint(raw.subarray(0, P256_BYTES)), encodeMpint(raw.subarray(P256_BYTES))]);
}

function malformed(problem: string): McoError {
  return new McoError('untrusted/malformed-signature', `the signature is malformed: ${problem}`);
}
