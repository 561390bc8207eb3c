import { createHash } from 'node:crypto';
import { McoError } from '../../src/core/errors.ts';
import type { SignatureNamespace, Signer, Verifier } from '../../src/core/ports.ts';

/**
 * Signatures for tests that are about something else: a hash over the principal, the namespace and the body, which is
 * checked just as strictly as a real one.
 */
export function createFakeSigner(principal: string): Signer {
  const fingerprint = fakeFingerprint(principal);
  return {
    principal,
    fingerprint,
    sign: async (namespace, body) =>
      Buffer.from(`${principal} ${digest(principal, namespace, body)}`).toString('base64'),
  };
}

/** Accepts the signatures of `createFakeSigner` for everybody that `knows` lists, or for all. */
export function createFakeVerifier(knows: (principal: string) => boolean = () => true): Verifier {
  return {
    async verify(namespace, body, signature) {
      if (signature === undefined) throw new McoError('untrusted/no-signature', 'the message is not signed');
      const [principal = '', hash] = Buffer.from(signature, 'base64').toString().split(' ');
      if (!knows(principal)) throw new McoError('untrusted/unknown-key', 'the key is not listed');
      if (hash !== digest(principal, namespace, body)) {
        throw new McoError('untrusted/bad-signature', 'the signature does not hold');
      }
      return { fingerprint: fakeFingerprint(principal), speaksFor: (name) => name === principal };
    },
  };
}

const fakeFingerprint = (principal: string): string =>
  `SHA256:${createHash('sha256').update(principal).digest('base64').slice(0, 43)}`;

function digest(principal: string, namespace: SignatureNamespace, body: Uint8Array): string {
  return createHash('sha256').update(`${principal}\n${namespace}\n`).update(body).digest('hex');
}
