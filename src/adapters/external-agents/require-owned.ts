import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { McoError } from '../../core/errors.ts';

const WRITABLE_BY_OTHERS = 0o022n;

/** What a path is expected to be. */
export type Kind = 'directory' | 'file' | 'program';

/**
 * Refuses what somebody else could change, or put something else in its place of: a path counts when it and every
 * directory above it belongs to root, or to the agent's own user, and nobody else may write there. Links are refused:
 * they lead to where nothing was checked.
 *
 * @param uid the agent's own user
 * @throws McoError `failed/exposed-file` with what to chown or chmod, `failed/unreadable-file`
 */
export async function requireOwned(path: string, uid: number): Promise<void> {
  // INVARIANT: what others may write is not run by root.
  for (const part of listParts(path)) {
    const found = await look(part);
    refuseForeign(part, found, uid);
    if (!found.isDirectory()) throw new McoError('failed/exposed-file', `${part} is not a directory`);
  }
}

/** The same for one thing in a directory that is owned. */
export async function requireOwnedEntry(path: string, kind: Kind, uid: number): Promise<void> {
  const found = await look(path);
  refuseForeign(path, found, uid);
  if (kind === 'directory' ? !found.isDirectory() : !found.isFile()) {
    throw new McoError(
      'failed/exposed-file',
      `${path} is not a ${kind === 'directory' ? 'directory' : 'regular file'}`,
    );
  }
  if (kind === 'program' && (found.mode & 0o100n) === 0n) {
    throw new McoError('failed/exposed-file', `${path} is not executable`, { hint: `chmod 755 ${path}` });
  }
}

/** `/`, `/etc`, `/etc/mco`, `/etc/mco/agents`. */
function listParts(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...listParts(above), path];
}

function refuseForeign(path: string, { mode, uid: owner, isSymbolicLink }: Looked, uid: number): void {
  if (isSymbolicLink()) {
    throw new McoError('failed/exposed-file', `${path} is a link`, { hint: 'put the directory itself there' });
  }
  if (owner !== 0n && owner !== BigInt(uid)) {
    const wanted = uid === 0 ? 'root' : `root or user ${uid}`;
    throw new McoError('failed/exposed-file', `${path} belongs to user ${owner}, and not to ${wanted}`, {
      hint: `chown ${uid === 0 ? 'root' : uid} ${path}`,
    });
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0n) {
    throw new McoError('failed/exposed-file', `others than its owner may write ${path}`, {
      hint: `chmod go-w ${path}`,
    });
  }
}

type Looked = Pick<BigIntStats, 'mode' | 'uid' | 'isDirectory' | 'isFile' | 'isSymbolicLink'>;

async function look(path: string): Promise<Looked> {
  try {
    const found = await lstat(path, { bigint: true });
    return {
      mode: found.mode,
      uid: found.uid,
      isDirectory: () => found.isDirectory(),
      isFile: () => found.isFile(),
      isSymbolicLink: () => found.isSymbolicLink(),
    };
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `can't be looked at (${code})`;
    throw new McoError('failed/unreadable-file', `${path} ${why}`, { cause });
  }
}
