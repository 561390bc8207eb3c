import { readFile, writeFile } from 'node:fs/promises';
import { armourSshsig, dearmourSshsig } from '../../adapters/ssh/armour.ts';
import { fingerprintOf } from '../../adapters/ssh/public-key.ts';
import { parseSshsig } from '../../adapters/ssh/sshsig.ts';
import type { SignedCheckpoint } from '../../core/audit-trail.ts';
import { McoError } from '../../core/errors.ts';

const MAX_BYTES = 16_384;

/** The signature of a checkpoint as `ssh-keygen -Y verify` reads it. */
export const armourCheckpoint = ({ signature }: SignedCheckpoint): string =>
  armourSshsig(Buffer.from(signature, 'base64'));

/**
 * Writes what was signed to FILE, byte for byte, and the signature to FILE.sig. A checkpoint that is there is never
 * written over.
 *
 * @throws McoError `usage/bad-file`
 */
export async function writeCheckpoint(path: string, checkpoint: SignedCheckpoint): Promise<void> {
  await writeNew(path, checkpoint.statement);
  await writeNew(`${path}.sig`, armourCheckpoint(checkpoint));
}

async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'is there already' : `can't be written (${code ?? 'unknown error'})`;
    throw new McoError('usage/bad-file', `${path} ${why}`, { hint: 'name another file with --out', cause });
  });
}

/**
 * Reads what `writeCheckpoint` wrote. Whether the signature holds is checked with the trail.
 *
 * @throws McoError `usage/bad-file`, `untrusted/malformed-signature`
 */
export async function readCheckpoint(path: string): Promise<SignedCheckpoint> {
  const statement = await readShort(path);
  const blob = dearmourSshsig(await readShort(`${path}.sig`));
  return { statement, signature: blob.toString('base64'), signer: fingerprintOf(parseSshsig(blob).publicKey) };
}

async function readShort(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new McoError('usage/bad-file', `the checkpoint ${path} can't be read (${why})`, {
      hint: 'FILE is what was signed, and FILE.sig the signature, as `mcobot audit checkpoint --out FILE` writes them',
      cause,
    });
  });
  if (text.length <= MAX_BYTES) return text;
  throw new McoError('usage/bad-file', `the checkpoint ${path} is larger than ${MAX_BYTES} bytes`);
}
