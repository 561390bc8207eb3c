import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { McoError } from '../../core/errors.ts';
import { describeStoreFailure } from './store-failure.ts';

/**
 * Makes an empty file for its owner alone where there is none; SQLite gives the files next to it the same mode.
 *
 * One that is there is not even opened: closing it again would end the locks that this process holds on it
 * (https://www.sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws McoError `failed/store`
 */
export async function createFile(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
    await syncFolder(folder);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw describeStoreFailure(path, thrown);
    throw new McoError('failed/store', `the directory ${folder} of the store does not exist`, {
      hint: 'make it, readable by the bot alone',
      cause: thrown,
    });
  }
}

/** So that the name of the file is on disk, as what is in the file will be. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
