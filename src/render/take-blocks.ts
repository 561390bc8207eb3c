import { CUT_MARK } from './escape-text.ts';

export interface TakeLimits {
  readonly maxLines: number;
  /** In UTF-8, newlines included. */
  readonly maxBytes: number;
}

export interface TakenBlocks {
  readonly lines: readonly string[];
  /** How many blocks were taken, the last one perhaps in part. */
  readonly taken: number;
  /** The first block was too large by itself. */
  readonly cut: boolean;
}

const encoder = new TextEncoder();

/** What a line takes in a message, bytes of UTF-8 with its newline. */
const bytesOf = (line: string): number => encoder.encode(line).length + 1;

/** What lines take together. */
export const bytesOfLines = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + bytesOf(line), 0);

/** Blocks that are drawn only when somebody asks for them. */
export function* drawLazily<T>(
  items: readonly T[],
  draw: (item: T) => readonly string[],
): Generator<readonly string[]> {
  for (const item of items) yield draw(item);
}

/**
 * As many whole blocks of lines as fit. Only the first may be cut, so that something is always shown. Blocks may be drawn
 * lazily: none is asked for after the one that no longer fits.
 */
export function takeBlocks(blocks: Iterable<readonly string[]>, { maxLines, maxBytes }: TakeLimits): TakenBlocks {
  const lines: string[] = [];
  let taken = 0;
  let cut = false;
  let bytesLeft = maxBytes;
  for (const block of blocks) {
    const bytes = bytesOfLines(block);
    const fits = lines.length + block.length <= maxLines && bytes <= bytesLeft;
    if (!fits && taken > 0) break;
    lines.push(...(fits ? block : cutBlock(block, { maxLines, maxBytes })));
    bytesLeft -= bytes;
    taken++;
    cut = !fits;
    if (cut) break;
  }
  return { lines, taken, cut };
}

function cutBlock(block: readonly string[], { maxLines, maxBytes }: TakeLimits): string[] {
  const lines: string[] = [];
  let bytes = bytesOf(CUT_MARK);
  for (const line of block.slice(0, maxLines - 1)) {
    bytes += bytesOf(line);
    if (bytes > maxBytes) break;
    lines.push(line);
  }
  return [...lines, CUT_MARK];
}
