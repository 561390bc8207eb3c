import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { McoError } from '../../core/errors.ts';
import { decryptInWorker } from './key-decryption.ts';
import { importOpensshSection, isOpensshKey, readOpensshKeyFile } from './openssh-key.ts';
import { quoteText } from './quote-text.ts';

const MAX_FILE_BYTES = 64 * 1024;
/** What can be decrypted here; the others (AES-GCM, ChaCha20-Poly1305) need an ssh-agent. */
const OPENABLE_CIPHER = /^aes(?:128|192|256)-(?:ctr|cbc)$/;

/**
 * Opens a private key file: OpenSSH's own format, PKCS#8 and the older PEM formats, with or without passphrase.
 * The passphrase's slow key derivation runs in a worker thread.
 *
 * @throws McoError `usage/unreadable-key`, `usage/exposed-key` when every user may read the file,
 *   `usage/malformed-key`, `usage/unsupported-key`, `usage/no-passphrase`, `usage/wrong-passphrase`
 */
export async function openPrivateKey(path: string, options: { passphrase?: string } = {}): Promise<KeyObject> {
  const text = await readKeyFile(path);
  if (!isOpensshKey(text)) return openPem(path, text, options.passphrase);
  const { cipher, section } = readOpensshKeyFile(text);
  if (cipher === 'none') return importOpensshSection(section);
  if (!OPENABLE_CIPHER.test(cipher)) {
    throw new McoError('usage/unsupported-key', `${quoteText(path)} is encrypted with ${quoteText(cipher)}`, {
      hint: `load it into an ssh-agent, or re-encrypt it: ssh-keygen -p -Z aes256-ctr -f ${path}`,
    });
  }
  if (options.passphrase === undefined) throw refuseMissingPassphrase(path);
  const key = await decryptInWorker(text, options.passphrase);
  if (key === undefined) throw refuseWrongPassphrase(path);
  return key;
}

async function readKeyFile(path: string): Promise<string> {
  // A pipe would be waited for until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw refuseUnreadable(path, error);
  });
  try {
    const stat = await file.stat();
    const { mode, size } = stat;
    if (!stat.isFile()) throw new McoError('usage/unreadable-key', `${quoteText(path)} is not a regular file`);
    // INVARIANT: a key that everybody on the machine can read is nobody's signature.
    if ((mode & 0o007) !== 0) {
      throw new McoError('usage/exposed-key', `every user can get at the private key ${quoteText(path)}`, {
        hint: `chmod 600 ${path}`,
      });
    }
    if (size > MAX_FILE_BYTES) throw refusePem(path);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof McoError) throw error;
    throw refuseUnreadable(path, error);
  } finally {
    await file.close();
  }
}

/** What the system says of a file that can't be opened, in words. */
const WHY: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this user may not read it'],
  ['EPERM', 'this user may not read it'],
]);

function refuseUnreadable(path: string, cause: unknown): McoError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  const isMissing = code === 'ENOENT';
  // OpenSSH's names for the keys of a machine (sshd(8)).
  const make = /\/ssh_host_[a-z0-9]+_key$/.test(path) ? 'ssh-keygen -A' : `ssh-keygen -t ed25519 -f ${path}`;
  return new McoError(
    'usage/unreadable-key',
    `the private key ${quoteText(path)} can't be read: ${WHY.get(code) ?? code}`,
    {
      hint: isMissing ? `name the one that is there, or make it: ${make}` : 'run it as the user whose key it is',
      cause,
    },
  );
}

function openPem(path: string, text: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
  } catch (error) {
    const isEncrypted = text.includes('ENCRYPTED');
    if (isEncrypted && passphrase === undefined) throw refuseMissingPassphrase(path);
    if (isEncrypted) throw refuseWrongPassphrase(path);
    throw refusePem(path, error);
  }
}

const refusePem = (path: string, cause?: unknown) =>
  new McoError('usage/malformed-key', `${quoteText(path)} is not a private key`, { cause });

const refuseMissingPassphrase = (path: string) =>
  new McoError('usage/no-passphrase', `the private key ${quoteText(path)} has a passphrase`, {
    hint: 'give the passphrase, or load the key into an ssh-agent',
  });

const refuseWrongPassphrase = (path: string) =>
  new McoError('usage/wrong-passphrase', `the passphrase does not open ${quoteText(path)}`);
