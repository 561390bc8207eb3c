import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { SignedCheckpoint } from '../../../core/audit-trail.ts';
import { readSignedLine } from './checkpoint-text.ts';

const NEWLINE = 0x0a;
const MAX_LINE = 65_536;

/** A file beside the trail, one signed checkpoint a line as JSON. */
export interface CheckpointsFile {
  /** Resolves when the disk has it. */
  append(checkpoint: SignedCheckpoint): Promise<void>;
  /** Undefined for a line that is no checkpoint. None where there is no file. */
  read(): AsyncGenerator<SignedCheckpoint | undefined>;
}

/** @param ownerOf whoever owns that file shall own this one: the superuser may be the one who makes it */
export function openCheckpointsFile(path: string, ownerOf: string): CheckpointsFile {
  return {
    async append(checkpoint) {
      const file = await open(path, 'a+', 0o600);
      try {
        await giveAway(file, ownerOf);
        // What a power failure left of the one before: the record in the trail holds the whole of it.
        await cutTorn(file);
        await file.appendFile(`${JSON.stringify(checkpoint)}\n`);
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

async function cutTorn(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const length = Math.min(size, MAX_LINE);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  if (length > 0 && buffer[length - 1] !== NEWLINE) {
    await file.truncate(size - length + buffer.lastIndexOf(NEWLINE) + 1);
  }
}

async function* readLines(path: string): AsyncGenerator<SignedCheckpoint | undefined> {
  const size = await stat(path).then(
    ({ size: bytes }) => bytes,
    (thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw thrown;
    },
  );
  if (size === 0) return;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) yield line.length > MAX_LINE ? undefined : readSignedLine(line);
}
