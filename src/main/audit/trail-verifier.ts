import { fingerprintOf } from '../../adapters/ssh/public-key.ts';
import { createSignatureCheck } from '../../adapters/ssh/verify-signature.ts';
import { McoError } from '../../core/errors.ts';
import type { Verifier } from '../../core/ports.ts';

/**
 * Checks the checkpoints of a trail: they count when one of these keys signed them, `SHA256:...` each. A key speaks for
 * nobody by name here.
 */
export function createTrailVerifier(fingerprints: readonly string[]): Verifier {
  const check = createSignatureCheck({ inPool: false });
  return {
    verify: (namespace, body, signature) =>
      check({ namespace, body, signature }, (publicKey) => {
        const fingerprint = fingerprintOf(publicKey);
        if (fingerprints.includes(fingerprint)) return () => false;
        throw new McoError('untrusted/unknown-key', `the key ${fingerprint} is none of the bot's`, {
          hint: 'keys that the bot had before are listed as `audit.old_keys`',
        });
      }),
  };
}
