import { McoError } from '../../core/errors.ts';
import type { SignatureNamespace, VerifiedKey } from '../../core/ports.ts';
import { acceptsAlgorithm, type Claim, verifyBytes, verifyBytesInPool } from './algorithm.ts';
import { decodeBase64 } from './armour.ts';
import { createKeyCache } from './key-cache.ts';
import { fingerprintOf, parsePublicKey } from './public-key.ts';
import { quoteText } from './quote-text.ts';
import type { Sshsig } from './sshsig.ts';
import { encodeSignedBytes, parseSshsig } from './sshsig.ts';
import { createVerifyQueue } from './verify-queue.ts';

/** One message and the value of its `mco_sig` header. */
export interface SignedMessage {
  readonly namespace: SignatureNamespace;
  readonly body: Uint8Array;
  readonly signature: string | undefined;
}

/**
 * Asks the list of known keys about a key, before any costly mathematics.
 * @returns which names the key may speak for
 * @throws McoError `untrusted/unknown-key`, `untrusted/revoked-key`
 */
export type LookUpKey = (blob: Buffer, namespace: SignatureNamespace) => (name: string) => boolean;

/** 8 kB in base64. */
const MAX_HEADER_CHARS = 11_000;

/**
 * Makes the function that both verifiers share: form, namespace, known key, then the signature itself.
 * @param inPool replies come by the thousand and are checked in the thread pool; a request comes alone and is checked at
 *   once, which costs less than the way to another thread and back
 */
export function createSignatureCheck({
  inPool = true,
} = {}): (message: SignedMessage, lookUp: LookUpKey) => Promise<VerifiedKey> {
  const keyOf = createKeyCache();
  const queue = createVerifyQueue();
  const verify = async (claim: Claim): Promise<boolean> =>
    inPool ? await queue.run(() => verifyBytesInPool(claim)) : verifyBytes(claim);
  return async (message, lookUp) => {
    const sshsig = readSignature(message);
    const speaksFor = lookUp(sshsig.publicKey, message.namespace);
    const { key, fingerprint } = keyOf(sshsig.publicKey);
    // INVARIANT: what was signed is rebuilt from our namespace and the body as received, not from the signature.
    const bytes = encodeSignedBytes(message.namespace, sshsig.hash, message.body);
    const { algorithm, signature } = sshsig;
    if (!(await verify({ key, algorithm, bytes, signature }))) {
      throw new McoError('untrusted/bad-signature', `the signature by the key ${fingerprint} does not hold`, {
        hint: 'the message was changed on its way, or signed with another key than it names',
      });
    }
    return { fingerprint, speaksFor };
  };
}

function readSignature({ namespace, signature }: SignedMessage): Sshsig {
  const first = signature?.split(',', 1)[0] ?? '';
  if (first === '') throw new McoError('untrusted/no-signature', 'the message is not signed');
  if (first.length > MAX_HEADER_CHARS) {
    throw new McoError('untrusted/malformed-signature', 'the signature is malformed: it is too long');
  }
  const sshsig = parseSshsig(decodeBase64(first));
  if (sshsig.namespace !== namespace) {
    const found = quoteText(sshsig.namespace);
    throw new McoError('untrusted/wrong-namespace', `the signature is for ${found}, not for \`${namespace}\``);
  }
  parsePublicKey(sshsig.publicKey);
  if (!acceptsAlgorithm(sshsig.keyType, sshsig.algorithm)) {
    const algorithm = quoteText(sshsig.algorithm);
    throw new McoError('untrusted/unsupported-key', `signatures with ${algorithm} are not accepted from this key`);
  }
  return sshsig;
}

/** The error for a key that no line lists. */
export function refuseUnknownKey(blob: Buffer, file: string): McoError {
  return new McoError('untrusted/unknown-key', `the key ${fingerprintOf(blob)} is not listed in ${file}`);
}
