import type { KeyObject } from 'node:crypto';
import { fingerprintOf, importPublicKey, parsePublicKey } from './public-key.ts';

export interface CachedKey {
  readonly key: KeyObject;
  readonly fingerprint: string;
}

/**
 * Public keys made ready for `node:crypto`, when first used. About 1 kB each, hence the bound; the oldest goes
 * first, and making one again costs microseconds.
 * @returns a function from public key blob to key; it throws McoError `untrusted/malformed-key` or
 *   `untrusted/unsupported-key`
 */
export function createKeyCache(maxKeys = 10_000): (blob: Buffer) => CachedKey {
  const keys = new Map<string, CachedKey>();
  return (blob) => {
    const id = blob.toString('latin1');
    const known = keys.get(id);
    if (known !== undefined) return known;
    const made = { key: importPublicKey(parsePublicKey(blob)), fingerprint: fingerprintOf(blob) };
    for (const oldest of keys.keys()) {
      if (keys.size < maxKeys) break;
      keys.delete(oldest);
    }
    keys.set(id, made);
    return made;
  };
}
