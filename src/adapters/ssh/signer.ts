import type { KeyObject } from 'node:crypto';
import type { Signer } from '../../core/ports.ts';
import { signBytes, signingAlgorithm } from './algorithm.ts';
import { openPrivateKey } from './private-key.ts';
import { exportPublicKey, fingerprintOf, parsePublicKey } from './public-key.ts';
import type { SshsigHash } from './sshsig.ts';
import { encodeSignedBytes, encodeSshsig } from './sshsig.ts';

/** Makes the body of a signature over SSHSIG's signed bytes: with a key in memory, or by asking an ssh-agent. */
export type SignBody = (bytes: Buffer) => Promise<{ readonly algorithm: string; readonly signature: Buffer }>;

export interface SshsigRequest {
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly body: Uint8Array;
  /** Default `sha512`. */
  readonly hash?: SshsigHash;
  readonly signBody: SignBody;
}

/** A raw SSHSIG blob over `body` (OpenSSH, PROTOCOL.sshsig). Throws what `signBody` throws. */
export async function createSshsig(request: SshsigRequest): Promise<Buffer> {
  const { publicKey, namespace, body, hash = 'sha512', signBody } = request;
  const made = await signBody(encodeSignedBytes(namespace, hash, body));
  return encodeSshsig({ publicKey, namespace, hash, ...made });
}

/** A signer for a public key, however the signature's body is made. */
export function createSigner(options: { publicKey: Buffer; principal: string; signBody: SignBody }): Signer {
  const { publicKey, principal, signBody } = options;
  return {
    principal,
    fingerprint: fingerprintOf(publicKey),
    async sign(namespace, body) {
      return (await createSshsig({ publicKey, namespace, body, signBody })).toString('base64');
    },
  };
}

/** How a key in memory signs. @throws McoError `untrusted/unsupported-key` */
export function createKeySignBody(privateKey: KeyObject, publicKey: Buffer): SignBody {
  const { type } = parsePublicKey(publicKey);
  const algorithm = signingAlgorithm(type);
  return async (bytes) => ({ algorithm, signature: await signBytes(privateKey, type, bytes) });
}

/**
 * Signs with a private key that is in memory already.
 * @throws McoError `untrusted/unsupported-key`
 */
export function createKeySigner({ privateKey, principal }: { privateKey: KeyObject; principal: string }): Signer {
  const publicKey = exportPublicKey(privateKey);
  return createSigner({ publicKey, principal, signBody: createKeySignBody(privateKey, publicKey) });
}

/** Signs with the private key in a file; see `openPrivateKey` for formats and errors. */
export async function createFileSigner(options: {
  path: string;
  principal: string;
  passphrase?: string;
}): Promise<Signer> {
  const { path, principal, passphrase } = options;
  const privateKey = await openPrivateKey(path, passphrase === undefined ? {} : { passphrase });
  return createKeySigner({ privateKey, principal });
}
