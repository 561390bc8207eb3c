import { hash as digest } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import { readKeyType } from './public-key.ts';
import { encodeString, encodeU32, WireReader } from './wire.ts';

/** The hash over the message, named inside the signature. */
export type SshsigHash = 'sha512' | 'sha256';

/** A signature that was taken apart, nothing about it checked but its form. */
export interface Sshsig {
  /** The signer's public key as a blob. */
  readonly publicKey: Buffer;
  /** The key's type, supported or not. */
  readonly keyType: string;
  readonly namespace: string;
  readonly hash: SshsigHash;
  /** `ssh-ed25519`, `rsa-sha2-512`... */
  readonly algorithm: string;
  /** What the algorithm made: its layout depends on it. */
  readonly signature: Buffer;
}

const MAGIC = Buffer.from('SSHSIG', 'latin1');
const VERSION = 1;
/** RSA with 16,384 bits needs 4.2 kB. */
const MAX_BYTES = 8192;

const malformed = (problem: string) =>
  new McoError('untrusted/malformed-signature', `the signature is malformed: ${problem}`);

/**
 * Takes a raw SSHSIG blob apart (OpenSSH, PROTOCOL.sshsig). Stricter than OpenSSH in one point: the reserved field, which
 * no signature covers, must be empty.
 * @throws McoError `untrusted/malformed-signature`
 */
export function parseSshsig(blob: Uint8Array): Sshsig {
  if (blob.length > MAX_BYTES) throw malformed('it is too long');
  const reader = new WireReader(blob, malformed);
  if (!reader.raw(MAGIC.length).equals(MAGIC)) throw malformed('it is not an SSH signature');
  if (reader.u32() !== VERSION) throw malformed('its version is not 1');
  const publicKey = reader.string();
  const namespace = reader.text();
  if (namespace === '') throw malformed('its namespace is empty');
  if (reader.string().length !== 0) throw malformed('its reserved field is not empty');
  const hash = reader.text();
  if (hash !== 'sha512' && hash !== 'sha256') throw malformed('its hash is neither sha512 nor sha256');
  const inner = new WireReader(reader.string(), malformed);
  reader.end();
  const algorithm = inner.text();
  const keyType = readEmbeddedType(publicKey);
  // A security key's signature carries flags and a counter behind the body.
  const signature = inner.string();
  if (!keyType.startsWith('sk-')) inner.end();
  return { publicKey, keyType, namespace, hash, algorithm, signature };
}

function readEmbeddedType(publicKey: Buffer): string {
  try {
    return readKeyType(publicKey);
  } catch {
    throw malformed('its key has no type');
  }
}

/** The raw SSHSIG blob: the opposite of `parseSshsig`. */
export function encodeSshsig(parts: Omit<Sshsig, 'keyType'>): Buffer {
  const inner = Buffer.concat([encodeString(parts.algorithm), encodeString(parts.signature)]);
  return Buffer.concat([
    MAGIC,
    encodeU32(VERSION),
    encodeString(parts.publicKey),
    encodeString(parts.namespace),
    encodeString(''),
    encodeString(parts.hash),
    encodeString(inner),
  ]);
}

/** The bytes that the key signs: they name the namespace and the hash, but neither the key nor the version. */
export function encodeSignedBytes(namespace: string, hash: SshsigHash, body: Uint8Array): Buffer {
  return Buffer.concat([
    MAGIC,
    encodeString(namespace),
    encodeString(''),
    encodeString(hash),
    encodeString(digest(hash, body, 'buffer')),
  ]);
}
