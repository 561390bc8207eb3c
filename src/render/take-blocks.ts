import { CUT_MARK } from '../core/escape-text.ts';

export interface TakeLimits {
  readonly maxLines: number;
  /** In UTF-8, newlines included. */
  readonly maxBytes: number;
  /** What a rest of a few lines may take beyond that, so that it is not hidden. */
  readonly graceBytes?: number;
}

/** A rest with fewer lines is shown: to say that it is missing would help nobody. */
const FEW_LINES = 10;

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
 * lazily: of those that no longer fit only a few are asked for, to see whether they are worth hiding.
 */
export function takeBlocks(blocks: Iterable<readonly string[]>, limits: TakeLimits): TakenBlocks {
  const { maxLines, maxBytes, graceBytes = 0 } = limits;
  const lines: string[] = [];
  const rest: (readonly string[])[] = [];
  let taken = 0;
  let bytesLeft = maxBytes;
  for (const block of blocks) {
    const bytes = bytesOfLines(block);
    const fits = rest.length === 0 && lines.length + block.length <= maxLines && bytes <= bytesLeft;
    if (!fits && taken === 0) return { lines: cutBlock(block, limits), taken: 1, cut: true };
    bytesLeft -= bytes;
    if (fits) {
      lines.push(...block);
      taken++;
    } else {
      rest.push(block);
      if (rest.flat().length >= FEW_LINES || bytesLeft + graceBytes < 0) return { lines, taken, cut: false };
    }
  }
  return { lines: [...lines, ...rest.flat()], taken: taken + rest.length, cut: false };
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
