import type { KeyObject } from 'node:crypto';
import { createPublicKey, hash } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import { quoteText } from './quote-text.ts';
import { encodeMpint, encodeString, padNumber, WireReader } from './wire.ts';

/** The numbers of a public key, checked for form and size but not yet for mathematics. */
export type PublicKeyParts =
  | { readonly type: 'ssh-ed25519'; readonly x: Buffer }
  | { readonly type: 'ecdsa-sha2-nistp256'; readonly x: Buffer; readonly y: Buffer }
  | { readonly type: 'ssh-rsa'; readonly n: Buffer; readonly e: Buffer };

export type KeyType = PublicKeyParts['type'];

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16_384;

const malformed = (problem: string) =>
  new McoError('untrusted/malformed-key', `the public key is malformed: ${problem}`);

/** `SHA256:...` of a public key blob, as `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`;
}

/**
 * The type named inside a public key blob, whether or not it is supported.
 * @throws McoError `untrusted/malformed-key`
 */
export function readKeyType(blob: Uint8Array): string {
  return new WireReader(blob, malformed).text();
}

/**
 * Takes a public key blob apart (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4).
 * @throws McoError `untrusted/malformed-key`, or `untrusted/unsupported-key` for certificates, security keys,
 *   other curves and RSA keys that are too short
 */
export function parsePublicKey(blob: Uint8Array): PublicKeyParts {
  const reader = new WireReader(blob, malformed);
  const parts = readParts(reader, reader.text());
  reader.end();
  return parts;
}

function readParts(reader: WireReader, type: string): PublicKeyParts {
  switch (type) {
    case 'ssh-ed25519': {
      const x = reader.string();
      if (x.length !== 32) throw malformed('an Ed25519 key has 32 bytes');
      return { type, x };
    }
    case 'ecdsa-sha2-nistp256': {
      if (reader.text() !== 'nistp256') throw malformed('its type and its curve differ');
      const point = reader.string();
      if (point.length !== 65 || point[0] !== 4) throw malformed('its point is not an uncompressed one');
      return { type, x: point.subarray(1, 33), y: point.subarray(33) };
    }
    case 'ssh-rsa': {
      const e = reader.mpint();
      const n = reader.mpint();
      checkRsa(n, e);
      return { type, n, e };
    }
    default:
      throw refuseType(type);
  }
}

function checkRsa(n: Buffer, e: Buffer): void {
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    throw new McoError('untrusted/unsupported-key', `the RSA key has ${bits} bits`, {
      hint: `use an Ed25519 key, or an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`,
    });
  }
  const isOdd = ((e.at(-1) ?? 0) & 1) === 1;
  if (e.length > 8 || !isOdd || (e.length === 1 && e[0] === 1)) throw malformed('its RSA exponent is not a usable one');
}

function refuseType(type: string): McoError {
  const isCertificate = /-cert-v\d\d@openssh\.com$/.test(type);
  const message = isCertificate ? 'certificates are not accepted' : `keys of type ${quoteText(type)} are not accepted`;
  const hint = isCertificate ? 'sign with the plain key' : 'use an Ed25519, ECDSA P-256 or RSA key';
  return new McoError('untrusted/unsupported-key', message, { hint });
}

/**
 * The key for `node:crypto`. By way of JWK, which costs a tenth of DER.
 * @throws McoError `untrusted/malformed-key` when the numbers are no key, such as a point off the curve
 */
export function importPublicKey(parts: PublicKeyParts): KeyObject {
  try {
    return createPublicKey({ format: 'jwk', key: toJwk(parts) });
  } catch {
    throw malformed('its numbers are not a key');
  }
}

function toJwk(parts: PublicKeyParts) {
  switch (parts.type) {
    case 'ssh-ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: parts.x.toString('base64url') };
    case 'ecdsa-sha2-nistp256':
      return { kty: 'EC', crv: 'P-256', x: parts.x.toString('base64url'), y: parts.y.toString('base64url') };
    case 'ssh-rsa':
      return { kty: 'RSA', n: parts.n.toString('base64url'), e: parts.e.toString('base64url') };
  }
}

/**
 * The public key blob of a private or public key.
 * @throws McoError `untrusted/unsupported-key`
 */
export function exportPublicKey(key: KeyObject): Buffer {
  const type = String(key.asymmetricKeyType ?? key.type);
  if (type !== 'ed25519' && type !== 'ec' && type !== 'rsa') throw refuseType(type);
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  const blob = encodeJwk(jwk);
  if (blob === undefined) throw refuseType(jwk.crv ?? type);
  parsePublicKey(blob);
  return blob;
}

function encodeJwk(jwk: { kty?: string; crv?: string; x?: string; y?: string; n?: string; e?: string }) {
  const decode = (value: string | undefined) => Buffer.from(value ?? '', 'base64url');
  if (jwk.crv === 'Ed25519') return Buffer.concat([encodeString('ssh-ed25519'), encodeString(decode(jwk.x))]);
  if (jwk.kty === 'RSA') {
    return Buffer.concat([encodeString('ssh-rsa'), encodeMpint(decode(jwk.e)), encodeMpint(decode(jwk.n))]);
  }
  const x = padNumber(decode(jwk.x), 32);
  const y = padNumber(decode(jwk.y), 32);
  if (jwk.crv !== 'P-256' || x === undefined || y === undefined) return undefined;
  const point = Buffer.concat([Buffer.of(4), x, y]);
  return Buffer.concat([encodeString('ecdsa-sha2-nistp256'), encodeString('nistp256'), encodeString(point)]);
}
