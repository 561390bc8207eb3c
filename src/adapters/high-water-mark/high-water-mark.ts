import { open, readFile, rename } from 'node:fs/promises';
import { McoError } from '../../core/errors.ts';
import type { HighWaterMark } from '../../core/ports.ts';

const MAX_DIGITS = 16;
/** The mark is set so much higher than asked: a clock that is a little ahead costs one write each second, not one each request. */
const HEADROOM_MS = 1000;

/**
 * A high-water mark in a file of its own, written aside and renamed, so that it is whole at any moment.
 *
 * @throws McoError `usage/bad-file` when the file holds something else; a missing one is fine
 */
export async function openHighWaterMark(path: string): Promise<HighWaterMark> {
  let mark = await readMark(path);
  let wanted = mark;
  let writing: Promise<void> = Promise.resolve();

  async function write(toMs: number): Promise<void> {
    if (toMs <= mark) return;
    try {
      await writeMark(path, toMs);
      mark = toMs;
    } catch (thrown) {
      wanted = mark;
      throw thrown;
    }
  }

  return {
    // INVARIANT: what the disk holds, never what it was only asked to hold.
    current: () => mark,
    raise(toMs) {
      if (toMs <= mark) return Promise.resolve();
      if (toMs <= wanted) return writing;
      const next = toMs + HEADROOM_MS;
      wanted = next;
      // A write that failed is told to those who waited for it; the next one tries again.
      writing = writing.catch(() => {}).then(() => write(next));
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
