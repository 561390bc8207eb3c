import type { FileHandle } from 'node:fs/promises';

const NEWLINE = 0x0a;
/** What is read at once: little enough to be searched within some milliseconds, and then others have their turn. */
const CHUNK_BYTES = 512 * 1024;
/** No record is longer; what is, is passed over. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

export interface Scan {
  readonly file: FileHandle;
  /** Takes whole lines that follow each other, later ones first. False: nothing further is wanted. */
  take(lines: Buffer): boolean;
}

/** Reads the lines of a file from its end on, some at a time. */
export async function scanBackwards({ file, take }: Scan): Promise<void> {
  let end = (await file.stat()).size;
  /** The end of a line whose beginning stands before what was read. */
  let rest: Buffer = Buffer.alloc(0);
  while (end > 0) {
    const length = Math.min(CHUNK_BYTES, end);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, end - length);
    end -= length;
    const block = Buffer.concat([buffer.subarray(0, bytesRead), rest]);
    const start = end === 0 ? 0 : block.indexOf(NEWLINE) + 1;
    if (end > 0 && start === 0) {
      rest = block.length > MAX_LINE_BYTES ? Buffer.alloc(0) : block;
      continue;
    }
    rest = block.subarray(0, start);
    if (!take(block.subarray(start))) return;
  }
}
