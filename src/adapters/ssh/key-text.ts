import { McoError } from '../../core/errors.ts';
import { parsePublicKey, readKeyType } from './public-key.ts';

/** The key types OpenSSH writes into files; more than we accept signatures from. */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ssh-dss',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]);

export const isKeyType = (word: string): boolean => KNOWN_TYPES.has(word);

/**
 * The public key blob of the two words `TYPE BASE64`, or undefined when they are not a key.
 *
 * INVARIANT: one key has one spelling. Base64 must be canonical, the type must be the one inside, and a key of a type
 * we verify with must be well-formed to its last byte; otherwise a key could be listed so that its revocation misses it.
 */
export function decodeKeyText(type: string | undefined, base64: string | undefined): Buffer | undefined {
  if (type === undefined || base64 === undefined || !isKeyType(type)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  if (blob.toString('base64') !== base64) return undefined;
  try {
    return parsePublicKey(blob).type === type ? blob : undefined;
  } catch (error) {
    const isOtherKind = error instanceof McoError && error.code === 'untrusted/unsupported-key';
    return isOtherKind && readKeyType(blob) === type ? blob : undefined;
  }
}
