import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { McoError } from '../../core/errors.ts';
import { quoteText } from './quote-text.ts';

/**
 * The text of a file that decides whom we believe.
 * @throws McoError `failed/unreadable-file`: missing, longer than `maxBytes`, or no regular file;
 *   `failed/exposed-file`: every user may write it
 */
export async function readTrustedFile(path: string, maxBytes: number): Promise<string> {
  try {
    // A pipe would be waited for until somebody writes to it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new McoError('failed/unreadable-file', `${quoteText(path)} is not a regular file`);
      // INVARIANT: what every user of the machine may write proves nothing.
      if ((stat.mode & 0o002) !== 0) {
        throw new McoError('failed/exposed-file', `every user may write ${quoteText(path)}`, {
          hint: `chmod o-w ${path}`,
        });
      }
      if (stat.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof McoError) throw error;
    throw new McoError('failed/unreadable-file', `${quoteText(path)} can't be read`, { cause: error });
  }
}
