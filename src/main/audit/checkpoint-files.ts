import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { armourSshsig, dearmourSshsig } from '../../adapters/ssh/armour.ts';
import { fingerprintOf } from '../../adapters/ssh/public-key.ts';
import { parseSshsig } from '../../adapters/ssh/sshsig.ts';
import type { SignedCheckpoint } from '../../core/audit-trail.ts';
import { McoError } from '../../core/errors.ts';

const MAX_BYTES = 16_384;

/** The signature of a checkpoint as `ssh-keygen -Y verify` reads it. */
export const armourCheckpoint = ({ signature }: SignedCheckpoint): string =>
  armourSshsig(Buffer.from(signature, 'base64'));

/** The two files of a checkpoint that is yet to be made, empty. */
export interface CheckpointFiles {
  /**
   * Writes what was signed to FILE, byte for byte, and the signature to FILE.sig.
   *
   * @throws McoError `usage/bad-file`
   */
  write(checkpoint: SignedCheckpoint): Promise<void>;
  /** Nothing came of it: they are taken away again. */
  discard(): Promise<void>;
}

/**
 * Makes FILE and FILE.sig, so that nothing is signed that could not be kept. A checkpoint that is there is never written
 * over.
 *
 * @throws McoError `usage/bad-file`; then neither of them was made
 */
export async function makeCheckpointFiles(path: string): Promise<CheckpointFiles> {
  const statement = await makeNew(path);
  const signature = await makeNew(`${path}.sig`).catch(async (thrown: unknown) => {
    await statement.discard();
    throw thrown;
  });
  return {
    async write(checkpoint) {
      await statement.write(checkpoint.statement);
      await signature.write(armourCheckpoint(checkpoint));
    },
    async discard() {
      await statement.discard();
      await signature.discard();
    },
  };
}

async function makeNew(path: string) {
  const handle: FileHandle = await open(path, 'wx').catch((cause: unknown) => refuseFile(path, cause));
  return {
    async write(text: string): Promise<void> {
      await handle.writeFile(text).catch((cause: unknown) => refuseFile(path, cause));
      await handle.close().catch((cause: unknown) => refuseFile(path, cause));
    },
    async discard(): Promise<void> {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

function refuseFile(path: string, cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === 'EEXIST' ? 'is there already' : `can't be written (${code ?? 'unknown error'})`;
  throw new McoError('usage/bad-file', `${path} ${why}`, { hint: 'name another file with --out', cause });
}

/**
 * Reads what `CheckpointFiles` wrote. Whether the signature holds is checked with the trail.
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
