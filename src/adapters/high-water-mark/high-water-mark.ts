import { open, readFile, rename } from 'node:fs/promises';
import { McoError } from '../../core/errors.ts';
import type { HighWaterMark } from '../../core/ports.ts';

const MAX_DIGITS = 16;

/**
 * A high-water mark in a file of its own, written aside and renamed, so that it is whole at any moment.
 *
 * @throws McoError `usage/bad-file` when the file holds something else; a missing one is fine
 */
export async function openHighWaterMark(path: string): Promise<HighWaterMark> {
  let mark = await readMark(path);
  let writing: Promise<void> = Promise.resolve();
  return {
    current: () => mark,
    raise(toMs) {
      if (toMs <= mark) return writing;
      mark = toMs;
      writing = writing.then(() => writeMark(path, mark));
      return writing;
    },
  };
}

async function readMark(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '0';
    throw new McoError('usage/bad-file', `${path} can't be read`, { cause: thrown });
  });
  const digits = text.trim();
  if (/^\d+$/.test(digits) && digits.length <= MAX_DIGITS) return Number(digits);
  throw new McoError('usage/bad-file', `${path} does not hold a time in milliseconds`, {
    hint: 'requests of the last minute might be run twice without it; remove the file to accept that',
  });
}

async function writeMark(path: string, mark: number): Promise<void> {
  const next = `${path}.next`;
  try {
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(`${mark}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (cause) {
    throw new McoError('failed/high-water-mark', `${path} can't be written`, { cause });
  }
}
