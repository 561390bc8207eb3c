import type { BigIntStats, Dir } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { McoError } from '../../core/errors.ts';

const WRITABLE_BY_OTHERS = 0o022n;
/** Looked at every few seconds, so not just any number. */
const MAX_ENTRIES = 1000;

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

/**
 * The same for all that lies below a directory that is owned: a program may read or run any of it. What is gone before it
 * was looked at is nobody's business.
 *
 * @throws McoError `failed/too-many` for more than 1000 files and directories, and as `requireOwned`
 */
export async function requireOwnedBelow(directory: string, uid: number): Promise<void> {
  const open = [directory];
  let count = 0;
  for (let above = open.pop(); above !== undefined; above = open.pop()) {
    for await (const { name } of (await list(above)) ?? []) {
      count += 1;
      if (count > MAX_ENTRIES) {
        throw new McoError('failed/too-many', `${directory} holds more than ${MAX_ENTRIES} files and directories`, {
          hint: 'keep what the agent needs elsewhere, where only root may write',
        });
      }
      const path = join(above, name);
      const found = await look(path).catch(passMissing);
      if (found === undefined) continue;
      refuseForeign(path, found, uid);
      if (found.isDirectory()) open.push(path);
      else if (!found.isFile()) throw new McoError('failed/exposed-file', `${path} is not a regular file`);
    }
  }
}

async function list(directory: string): Promise<Dir | undefined> {
  try {
    return await opendir(directory);
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new McoError('failed/unreadable-file', `${directory} can't be read (${code})`, { cause });
  }
}

function passMissing(thrown: unknown): undefined {
  const cause = thrown instanceof McoError ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code !== 'ENOENT') throw thrown;
}

/** `/`, `/etc`, `/etc/mco`, `/etc/mco/agents`. */
function listParts(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...listParts(above), path];
}

function refuseForeign(path: string, { mode, uid: owner, isSymbolicLink }: Looked, uid: number): void {
  if (isSymbolicLink()) {
    throw new McoError('failed/exposed-file', `${path} is a link`, { hint: 'put what it leads to there itself' });
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
