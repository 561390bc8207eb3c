import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { SignedCheckpoint } from '../../../core/audit-trail.ts';
import { readSignedLine } from './checkpoint-text.ts';

const NEWLINE = 0x0a;
/** Of a line, and of the end of the file. */
const MAX_BYTES = 65_536;
/** Read at once; the lines in it are checked without a pause. */
const CHUNK_BYTES = 16_384;

/** A file beside the trail, one signed checkpoint a line as JSON. */
export interface CheckpointsFile {
  /**
   * Resolves when the disk has it.
   *
   * @param recent the last ones before it: those that a file which was begun before does not end with are added, too
   */
  append(checkpoint: SignedCheckpoint, recent?: readonly SignedCheckpoint[]): Promise<void>;
  /** Undefined for a line that is no checkpoint. None where there is no file. */
  read(): AsyncGenerator<SignedCheckpoint | undefined>;
}

/** @param ownerOf whoever owns that file shall own this one: the superuser may be the one who makes it */
export function openCheckpointsFile(path: string, ownerOf: string): CheckpointsFile {
  return {
    async append(checkpoint, recent = []) {
      const file = await open(path, 'a+', 0o600);
      try {
        await giveAway(file, ownerOf);
        // What a power failure left of the one before: the record in the trail holds the whole of it.
        const size = await cutTorn(file);
        const lost = size === 0 ? [] : await listLost(file, size, recent);
        await file.appendFile([...lost, checkpoint].map((one) => `${JSON.stringify(one)}\n`).join(''));
        await file.sync();
      } finally {
        await file.close();
      }
    },
    read: () => readLines(path),
  };
}

async function giveAway(file: FileHandle, ownerOf: string): Promise<void> {
  if (process.getuid?.() !== 0 || ownerOf === ':memory:') return;
  const { uid, gid } = await stat(ownerOf);
  const mine = await file.stat();
  if (mine.uid !== uid || mine.gid !== gid) await file.chown(uid, gid);
}

/** Cuts what is behind the last whole line, however long; returns the size of the rest. */
async function cutTorn(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, MAX_BYTES));
  let end = size;
  for (let start = size; start > 0; ) {
    const length = Math.min(start, buffer.length);
    start -= length;
    await file.read(buffer, 0, length, start);
    const newline = buffer.lastIndexOf(NEWLINE, length - 1);
    end = start + newline + 1;
    if (newline >= 0) break;
  }
  if (end < size) await file.truncate(end);
  return end;
}

async function listLost(
  file: FileHandle,
  size: number,
  recent: readonly SignedCheckpoint[],
): Promise<readonly SignedCheckpoint[]> {
  const length = Math.min(size, MAX_BYTES);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const lines = new Set(buffer.toString().split('\n'));
  return recent.filter((one) => !lines.has(JSON.stringify(one)));
}

/** What is there now, in pieces: somebody may have made it very large, or one line. */
async function* readLines(path: string): AsyncGenerator<SignedCheckpoint | undefined> {
  const file = await openForReading(path);
  if (file === undefined) return;
  try {
    const found = await file.stat();
    if (!found.isFile()) yield undefined;
    else for await (const line of splitLines(file, found.size)) yield line && readSignedLine(line.toString());
  } finally {
    await file.close();
  }
}

async function openForReading(path: string): Promise<FileHandle | undefined> {
  try {
    // Without waiting, where somebody put a pipe in its place.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Undefined for a line that is too long. */
async function* splitLines(file: FileHandle, size: number): AsyncGenerator<Buffer | undefined> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let begun: Buffer | undefined = Buffer.alloc(0);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield addTo(begun, chunk.subarray(start, end));
      begun = Buffer.alloc(0);
      start = end + 1;
    }
    begun = addTo(begun, chunk.subarray(start));
  }
  if (begun === undefined || begun.length > 0) yield begun;
}

const addTo = (begun: Buffer | undefined, more: Buffer): Buffer | undefined =>
  begun === undefined || begun.length + more.length > MAX_BYTES ? undefined : Buffer.concat([begun, more]);
