import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportPublicKey } from '../../adapters/ssh/public-key.ts';
import { createKeySigner } from '../../adapters/ssh/signer.ts';
import type { Signer } from '../../core/ports.ts';

/** A fresh Ed25519 key as its owner holds it, and as others list it. */
export interface MadeKey {
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  /** `ssh-ed25519 AAAA...`, the middle of a line in `known_hosts` or `allowed_signers`. */
  readonly publicLine: string;
}

export function makeKey(principal: string): MadeKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicLine = `ssh-ed25519 ${exportPublicKey(privateKey).toString('base64')}`;
  return { signer: createKeySigner({ privateKey, principal }), privateKey, publicLine };
}
