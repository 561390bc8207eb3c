import { rm } from 'node:fs/promises';

const TRIES = 5;
const RETRY_MS = 50;

/**
 * Removes a job's directory. A daemon that the job left behind may write while it goes: then once more.
 *
 * @throws the file system's error
 */
export async function removeJob(directory: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rm(directory, { recursive: true, force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || tries === TRIES) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
