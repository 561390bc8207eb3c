import { McoError } from '../../core/errors.ts';
import type { Verifier } from '../../core/ports.ts';
import { parseAllowedSigners } from './allowed-signers.ts';
import { matchesPatternList } from './host-pattern.ts';
import { fingerprintOf } from './public-key.ts';
import { createReloading } from './reloading.ts';
import { createSignatureCheck, type LookUpKey, refuseUnknownKey } from './verify-signature.ts';

export interface AllowedSignersOptions {
  readonly path: string;
  /** Milliseconds since the epoch, for `valid-after` and `valid-before`. */
  now(): number;
  /** After the file changed: without an error it is in use, with one the old lines stay. Must not throw. */
  readonly onReload?: (error: McoError | undefined) => void;
  readonly pollMs?: number;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Checks requests against an `allowed_signers` file, which is read again whenever it changes.
 * `speaksFor` tells whether a line that allows the key now, in that namespace, lists the principal.
 *
 * @throws McoError `failed/unreadable-file`, `failed/exposed-file`, `failed/allowed-signers`
 */
export async function createAllowedSigners(
  options: AllowedSignersOptions,
): Promise<Verifier & { reload(): Promise<void>; close(): void }> {
  const { path, now, onReload, pollMs } = options;
  const check = createSignatureCheck({ inPool: false });
  const list = await createReloading({
    paths: [path],
    maxFileBytes: MAX_FILE_BYTES,
    build: ([file]) => parseAllowedSigners(file?.text ?? '', path),
    onReload,
    pollMs,
  });
  const lookUp: LookUpKey = (publicKey, namespace) => {
    const { current } = list;
    const lines = current.find(publicKey, namespace, now());
    if (lines.length > 0) return (name) => lines.some((line) => matchesPatternList(name, line.principals));
    if (!current.has(publicKey)) throw refuseUnknownKey(publicKey, path);
    const message = `${path} does not allow the key ${fingerprintOf(publicKey)} for \`${namespace}\` now`;
    throw new McoError('untrusted/unknown-key', message, {
      hint: 'see the options namespaces, valid-after and valid-before of its line',
    });
  };
  return {
    verify: (namespace, body, signature) => check({ namespace, body, signature }, lookUp),
    reload: () => list.reload(),
    close: () => list.close(),
  };
}
