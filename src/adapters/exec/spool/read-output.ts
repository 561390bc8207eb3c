import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import { McoError } from '../../../core/errors.ts';
import type { OutputPart } from '../../../core/jobs.ts';

const MAX_READ_BYTES = 1024 * 1024;
/** A character has four bytes at most. */
const MAX_TAIL_BYTES = 3;
/** Ends a stream of which some was not kept. It takes no room on the disk: the runner only renames a file. */
const CUT_MARK = Buffer.from('\n[cut: no more of it is kept]\n');
const NONE = Buffer.alloc(0);

/**
 * A part of what a stream said, in whole characters; at the end stands whether it was cut. Nothing where there is no file.
 *
 * @throws McoError `failed/spool`
 */
export async function readOutput(
  path: string,
  { offset, maxBytes }: { readonly offset: number; readonly maxBytes: number },
): Promise<OutputPart> {
  // INVARIANT: looked at first, since what was cut does not grow any more.
  const mark = await findMark(path);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new McoError('failed/spool', `${path} can't be read`, { cause });
    },
  );
  try {
    const written = (await file?.stat())?.size ?? 0;
    const size = written + mark.length;
    const from = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
    const length = Math.min(maxBytes, MAX_READ_BYTES, size - from);
    const bytes = await readBytes(file, { from, length, written, mark });
    return { ...cutWhole(bytes, { from, isFromEnd: offset < 0 }), size };
  } catch (cause) {
    throw new McoError('failed/spool', `${path} can't be read`, { cause });
  } finally {
    await file?.close();
  }
}

const findMark = (path: string): Promise<Buffer> =>
  access(`${path}.cut`).then(
    () => CUT_MARK,
    () => NONE,
  );

/** As if the mark stood in the file, after what was written. */
async function readBytes(
  file: FileHandle | undefined,
  { from, length, written, mark }: { from: number; length: number; written: number; mark: Buffer },
): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, written - from)));
  const bytesRead = file === undefined ? 0 : (await file.read(buffer, 0, buffer.length, from)).bytesRead;
  const markFrom = Math.max(0, from - written);
  const rest = length - buffer.length;
  return Buffer.concat([buffer.subarray(0, bytesRead), mark.subarray(markFrom, markFrom + rest)]);
}

function cutWhole(bytes: Buffer, { from, isFromEnd }: { from: number; isFromEnd: boolean }): Omit<OutputPart, 'size'> {
  const start = isFromEnd && from > 0 ? countRest(bytes) : 0;
  const part = bytes.subarray(start);
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
