import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exportPublicKey } from '../../adapters/ssh/public-key.ts';
import { createKeySigner } from '../../adapters/ssh/signer.ts';
import type { Signer } from '../../core/ports.ts';

/** An Ed25519 key as its owner holds it, and as others list it. */
export interface MadeKey {
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  /** `ssh-ed25519 AAAA...`, the middle of a line in `known_hosts` or `allowed_signers`. */
  readonly publicLine: string;
}

/**
 * Made as text and read again: the key object that Node 20 makes at once shares a lock with what made it, and to export
 * it while that is collected as garbage stands still for ever.
 */
const generatePem = (): string =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

/** A fresh key. */
export const makeKey = (principal: string): MadeKey => wrapKey(principal, createPrivateKey(generatePem()));

/** The key in a file, which is made where it is missing. */
export function keepKey(principal: string, path: string): MadeKey {
  if (!existsSync(path)) {
    try {
      writeFileSync(path, generatePem(), { mode: 0o600, flag: 'wx' });
    } catch (thrown) {
      // Another playground was faster.
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
  }
  return wrapKey(principal, createPrivateKey(readFileSync(path)));
}

function wrapKey(principal: string, privateKey: KeyObject): MadeKey {
  const publicLine = `ssh-ed25519 ${exportPublicKey(privateKey).toString('base64')}`;
  return { signer: createKeySigner({ privateKey, principal }), privateKey, publicLine };
}
