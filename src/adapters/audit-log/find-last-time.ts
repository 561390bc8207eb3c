import { open } from 'node:fs/promises';
import { rotatedName } from './rotate-files.ts';

/** Some records of the greatest size, which a request's bounds. */
const TAIL_BYTES = 1024 * 1024;

/**
 * The latest time, ms since the epoch, in the last records of an audit trail; where the file is short because it was
 * rotated, also in the last ones of the file before it. Undefined when there is none.
 */
export async function findLastTime(path: string): Promise<number | undefined> {
  const tail = await readTail(path, TAIL_BYTES);
  const before = tail.length < TAIL_BYTES ? await readTail(rotatedName(path, 1), TAIL_BYTES - tail.length) : '';
  return latestOf([before, tail]);
}

/** Not simply the last line's: what was summed up is written later than it happened. */
function latestOf(texts: readonly string[]): number | undefined {
  const times = texts
    .flatMap((text) => text.split('\n'))
    .map(readTime)
    .filter((time) => Number.isFinite(time));
  return times.length === 0 ? undefined : times.reduce((latest, time) => Math.max(latest, time));
}

/** NaN for what is no record: the first line may have lost its beginning, another may be torn. */
function readTime(line: string): number {
  try {
    const { at } = JSON.parse(line) as { at?: unknown };
    return typeof at === 'string' ? Date.parse(at) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** The end of a file, as text; empty where there is none. */
async function readTail(path: string, maxBytes: number): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, maxBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw thrown;
  }
}
