import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { McoError } from '../../core/errors.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/** What changes when a file changes, appears, vanishes or can't be reached any more. */
export function readStamp(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? 'missing' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
  } catch (thrown) {
    return String((thrown as NodeJS.ErrnoException).code);
  }
}

/**
 * A text file of at most 8 MiB.
 *
 * @throws McoError `failed/bad-facts`
 */
export function readBoundedFile(path: string): string {
  // Asked before it is opened: to open a named pipe would wait for its writer.
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new McoError('failed/bad-facts', `${path} does not exist`);
  if (!stat.isFile()) throw new McoError('failed/bad-facts', `${path} is no file`);
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > MAX_BYTES) throw new McoError('failed/bad-facts', `${path} has ${size} bytes, over ${MAX_BYTES}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
