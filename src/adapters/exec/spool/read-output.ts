import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { McoError } from '../../../core/errors.ts';
import type { OutputPart } from '../../../core/jobs.ts';

const MAX_READ_BYTES = 1024 * 1024;
/** A character has four bytes at most. */
const MAX_TAIL_BYTES = 3;

/**
 * A part of what a stream said, in whole characters. Nothing where there is no file.
 *
 * @throws McoError `failed/spool`
 */
export async function readOutput(
  path: string,
  { offset, maxBytes }: { readonly offset: number; readonly maxBytes: number },
): Promise<OutputPart> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new McoError('failed/spool', `${path} can't be read`, { cause });
    },
  );
  if (file === undefined) return { text: '', offset: 0, next: 0, size: 0 };
  try {
    const { size } = await file.stat();
    const from = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
    const length = Math.min(maxBytes, MAX_READ_BYTES, size - from);
    return { ...(await readWhole(file, { from, length, isFromEnd: offset < 0 })), size };
  } catch (cause) {
    throw new McoError('failed/spool', `${path} can't be read`, { cause });
  } finally {
    await file.close();
  }
}

async function readWhole(
  file: FileHandle,
  { from, length, isFromEnd }: { from: number; length: number; isFromEnd: boolean },
): Promise<Omit<OutputPart, 'size'>> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, from);
  const start = isFromEnd && from > 0 ? countRest(buffer.subarray(0, bytesRead)) : 0;
  const part = buffer.subarray(start, bytesRead);
  const whole = part.subarray(0, part.length - countBegun(part));
  // Bytes that are no text at all must not be waited for for ever.
  const kept = whole.length === 0 ? part : whole;
  return { text: kept.toString('utf8'), offset: from + start, next: from + start + kept.length };
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Bytes at the beginning that belong to a character before. */
function countRest(bytes: Buffer): number {
  let count = 0;
  while (count < MAX_TAIL_BYTES && isContinuation(bytes[count])) count += 1;
  return count;
}

/** Bytes at the end that begin a character which goes on after them. */
function countBegun(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(MAX_TAIL_BYTES, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return wanted > back ? back : 0;
  }
  return 0;
}
