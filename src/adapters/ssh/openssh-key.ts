import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { McoError } from '../../core/errors.ts';
import { quoteText } from './quote-text.ts';
import { padNumber, WireReader } from './wire.ts';

const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const MAGIC = 'openssh-key-v1\0';

/** An OpenSSH private key file, its envelope opened. */
export interface OpensshKeyFile {
  /** `none` when the file has no passphrase. */
  readonly cipher: string;
  /** The private section; encrypted unless the cipher is `none`. */
  readonly section: Buffer;
}

/** Says what is wrong with a key file. The text never contains any of the file. */
const refuseKeyFile = (problem: string): McoError =>
  new McoError('usage/malformed-key', `the private key is malformed: ${problem}`);

/** Whether the text looks like OpenSSH's own format. */
export const isOpensshKey = (text: string): boolean => text.trimStart().startsWith(BEGIN);

/**
 * Opens the envelope of OpenSSH's private key format (OpenSSH, PROTOCOL.key).
 * @throws McoError `usage/malformed-key`
 */
export function readOpensshKeyFile(text: string): OpensshKeyFile {
  const trimmed = text.trim();
  if (!trimmed.startsWith(BEGIN) || !trimmed.endsWith(END)) throw refuseKeyFile('its first or last line is missing');
  const bytes = Buffer.from(trimmed.slice(BEGIN.length, -END.length), 'base64');
  const reader = new WireReader(bytes, refuseKeyFile);
  if (reader.raw(MAGIC.length).toString('latin1') !== MAGIC) throw refuseKeyFile('it is not in the format it claims');
  const cipher = reader.text();
  reader.text();
  reader.string();
  if (reader.u32() !== 1) throw refuseKeyFile('it does not hold exactly one key');
  reader.string();
  const section = reader.string();
  return { cipher, section };
}

/**
 * The key in a private section that is not encrypted, or no longer.
 * @throws McoError `usage/malformed-key`, `usage/unsupported-key`
 */
export function importOpensshSection(section: Buffer): KeyObject {
  const reader = new WireReader(section, refuseKeyFile);
  const check = reader.u32();
  if (reader.u32() !== check) throw refuseKeyFile('its two check numbers differ');
  const jwk = readPrivateJwk(reader, reader.text());
  try {
    return createPrivateKey({ format: 'jwk', key: jwk });
  } catch {
    throw refuseKeyFile('its numbers are not a key');
  }
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function readPrivateJwk(reader: WireReader, type: string) {
  switch (type) {
    case 'ssh-ed25519': {
      const x = reader.string();
      const seedAndPublic = reader.string();
      if (x.length !== 32 || seedAndPublic.length !== 64) throw refuseKeyFile('it has the wrong length');
      return { kty: 'OKP', crv: 'Ed25519', x: encode(x), d: encode(seedAndPublic.subarray(0, 32)) };
    }
    case 'ecdsa-sha2-nistp256': {
      reader.text();
      const point = reader.string();
      const d = padNumber(reader.mpint(), 32);
      if (point.length !== 65 || d === undefined) throw refuseKeyFile('it has the wrong length');
      return {
        kty: 'EC',
        crv: 'P-256',
        x: encode(point.subarray(1, 33)),
        y: encode(point.subarray(33)),
        d: encode(d),
      };
    }
    case 'ssh-rsa':
      return readRsaJwk(reader);
    default:
      throw new McoError('usage/unsupported-key', `private keys of type ${quoteText(type)} can't be used from a file`, {
        hint: 'use an Ed25519, ECDSA P-256 or RSA key',
      });
  }
}

function readRsaJwk(reader: WireReader) {
  const n = reader.mpint();
  const e = reader.mpint();
  const d = reader.mpint();
  const qi = reader.mpint();
  const p = reader.mpint();
  const q = reader.mpint();
  const dp = remainder(d, p);
  const dq = remainder(d, q);
  return {
    kty: 'RSA',
    n: encode(n),
    e: encode(e),
    d: encode(d),
    p: encode(p),
    q: encode(q),
    dp: encode(dp),
    dq: encode(dq),
    qi: encode(qi),
  };
}

/** d mod (prime - 1): OpenSSH's format leaves these two numbers out. */
function remainder(d: Buffer, prime: Buffer): Buffer {
  const modulus = BigInt(`0x${prime.toString('hex')}`) - 1n;
  if (modulus <= 0n) throw refuseKeyFile('its numbers are not a key');
  const digits = (BigInt(`0x${d.toString('hex')}`) % modulus).toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}
