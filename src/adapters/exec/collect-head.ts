import type { Readable } from 'node:stream';

/** The beginning of what a stream says. */
export interface Head {
  text(): string;
  /** Whether there was more. */
  truncated(): boolean;
}

/**
 * Keeps the first `maxBytes` of a stream and reads on, so that the writer is not held up.
 *
 * @param onOverflow told of each piece that does not fit
 */
export function collectHead(stream: Readable, maxBytes: number, onOverflow?: () => void): Head {
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  stream.on('data', (chunk: Buffer) => {
    const room = maxBytes - size;
    if (chunk.length > room) {
      truncated = true;
      onOverflow?.();
    }
    if (room <= 0) return;
    // A copy: a slice would keep the whole chunk in memory.
    const kept = chunk.length > room ? Buffer.from(chunk.subarray(0, room)) : chunk;
    chunks.push(kept);
    size += kept.length;
  });
  stream.on('error', () => {
    truncated = true;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => truncated };
}
