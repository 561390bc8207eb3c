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
const DSA_ENCODING = 'ieee-p1363';

/** The algorithm we sign with, for each type of key. */
export const signingAlgorithm = (keyType: KeyType): string => (keyType === 'ssh-rsa' ? 'rsa-sha2-512' : keyType);

/** Whether signatures made with `algorithm` are accepted from keys of this type. */
export const acceptsAlgorithm = (keyType: string, algorithm: string): boolean =>
  ALGORITHMS.get(algorithm)?.keyType === keyType;

/** A signature over `bytes`, made with `key` if it holds. */
export interface Claim {
  readonly key: KeyObject;
  readonly algorithm: string;
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/**
 * Checks a signature's body at once.
 * @returns false when it does not hold
 * @throws McoError `untrusted/malformed-signature` when the body can't be a signature of that algorithm
 */
export function verifyBytes({ key, algorithm, bytes, signature }: Claim): boolean {
  const known = ALGORITHMS.get(algorithm);
  if (known === undefined) return false;
  return verify(known.digest, bytes, { key, dsaEncoding: DSA_ENCODING }, toRawSignature(known, signature, key));
}

/** Does the same in the thread pool, so that many checks keep all cores busy and the main loop free. */
export async function verifyBytesInPool({ key, algorithm, bytes, signature }: Claim): Promise<boolean> {
  const known = ALGORITHMS.get(algorithm);
  if (known === undefined) return false;
  const raw = toRawSignature(known, signature, key);
  return new Promise((resolve) => {
    verify(known.digest, bytes, { key, dsaEncoding: DSA_ENCODING }, raw, (error, held) =>
      resolve(error === null && held),
    );
  });
}

/**
 * Signs, and returns the body in SSH's layout. RSA takes milliseconds and goes to the thread pool; the others take some
 * 30 µs, about what the way there and back costs.
 */
export async function signBytes(key: KeyObject, keyType: KeyType, bytes: Buffer): Promise<Buffer> {
  const { digest } = ALGORITHMS.get(signingAlgorithm(keyType)) as Algorithm;
  if (keyType === 'ssh-rsa') return await signInPool(key, digest, bytes);
  try {
    const raw = sign(digest, bytes, { key, dsaEncoding: DSA_ENCODING });
    return keyType === 'ecdsa-sha2-nistp256' ? encodeEcdsa(raw) : raw;
  } catch (cause) {
    throw describeSigning(cause);
  }
}

function signInPool(key: KeyObject, digest: string | undefined, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(digest, bytes, key, (error, raw) => (error === null ? resolve(raw) : reject(describeSigning(error))));
  });
}

function describeSigning(cause: unknown): McoError {
  return new McoError('failed/signing', 'the private key could not sign', { cause });
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
