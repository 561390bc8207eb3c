import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { syncDirectory } from './sync-directory.ts';

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
  /** In bytes. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a file for appending, readable by its owner alone if it is made. Its name is on disk then, too. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const file = await open(path, 'a+', 0o600);
  try {
    const mine = await file.stat();
    await syncDirectory(path);
    return wrapFile(file, mine, path);
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

function wrapFile(file: FileHandle, mine: Stats, path: string): AppendFile {
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
    size: async () => (await file.stat()).size,
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

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}
