import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

const NEWLINE = 0x0a;

/** What the audit log needs of a file. Tests put a failing one in its place. */
export interface AppendFile {
  /** Appends all bytes; after an error some of them may be there. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when the disk has them. */
  sync(): Promise<void>;
  /** Whether the file is still the one its name stands for. */
  isCurrent(): Promise<boolean>;
  /** Whether the file ends in the middle of a line. */
  endsTorn(): Promise<boolean>;
  /** The end of the file, this many bytes at most. */
  readTail(maxBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a file for appending, readable by its owner alone if it is made. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const file = await open(path, 'a+', 0o600);
  const mine = await file.stat();
  return {
    async append(bytes) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
        done += bytesWritten;
      }
    },
    sync: () => file.datasync(),
    isCurrent: () => isSameFile(mine, path),
    endsTorn: () => endsTorn(file),
    readTail: (maxBytes) => readTail(file, maxBytes),
    close: () => file.close(),
  };
}

async function isSameFile(mine: Stats, path: string): Promise<boolean> {
  try {
    const named = await stat(path);
    return mine.ino === named.ino && mine.dev === named.dev;
  } catch {
    return false;
  }
}

async function readTail(file: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const length = Math.min(size, maxBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}
