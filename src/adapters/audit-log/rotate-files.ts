import { rename, stat } from 'node:fs/promises';
import { syncDirectory } from './sync-directory.ts';

/** What a rotation does to a disk. Tests stop it between two steps. */
export interface RotationDisk {
  exists(path: string): Promise<boolean>;
  /** Replaces what is there. */
  rename(from: string, to: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export const ROTATION_DISK: RotationDisk = {
  exists: (path) =>
    stat(path).then(
      () => true,
      (thrown: unknown) => {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw thrown;
      },
    ),
  rename,
  syncDirectory,
};

/** How the older files of a trail are called: `PATH.1` is the newest of them. 0 is the trail itself. */
export const rotatedName = (path: string, age: number): string => (age === 0 ? path : `${path}.${age}`);

/**
 * Renames a file to `PATH.1`, the one that was there to `PATH.2`, and so on. When all names up to `PATH.keep` are taken,
 * the oldest file is lost. Only one process may do this to a path.
 *
 * INVARIANT: each step leaves every file under exactly one name, on disk, in the order of their age. A rotation that
 * ended half-way leaves one name free; the next one moves no more files than up to there, and so loses none for it.
 *
 * @param keep how many older files there may be, at least 1
 */
export async function rotateFiles(path: string, keep: number, disk: RotationDisk = ROTATION_DISK): Promise<void> {
  let free = 1;
  while (free < keep && (await disk.exists(rotatedName(path, free)))) free++;
  for (let age = free; age > 0; age--) {
    await disk.rename(rotatedName(path, age - 1), rotatedName(path, age));
    await disk.syncDirectory(path);
  }
}
