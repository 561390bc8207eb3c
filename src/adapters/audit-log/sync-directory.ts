import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Who may write in a directory need not be able to read it, and not every file system can sync one. */
const UNABLE = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP']);

/** Makes the disk keep the names in a file's directory as they are now: fsync(2) of a file alone does not. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(dirname(path), 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (thrown) {
    if (!UNABLE.has((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
  }
}
