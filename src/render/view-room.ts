import { formatNumber } from './format-count.ts';
import type { TakenBlocks } from './take-blocks.ts';

/** Up to so many nodes are listed one by one; of more only some, unless somebody wants to see them. */
export const LIST_ALL = 250;
export const VIEW_LINES = 60;
export const VIEW_LINES_VERBOSE = 1000;

/** What a view may take beyond its size for a rest that is too short to be hidden. */
export const GRACE_BYTES = 3600;

/** How much a view may take, and how people get at what it leaves out. */
export interface ViewRoom {
  /** Of UTF-8; a short rest may take a little more. */
  readonly maxBytes: number;
  /** `--json and --csv hold all`, `all in 7f3a.csv`. */
  readonly whole: string;
}

/** A view as lines in columns, and what is said of it below them. */
export interface DrawnView {
  readonly lines: readonly string[];
  readonly end: readonly string[];
}

/** What to say of a view that does not hold everything. */
export interface ViewEnd {
  readonly listed: number;
  readonly total: number;
  /** `-v` would list more. */
  readonly hasMore: boolean;
  readonly whole: string;
  /** However many are missing, none of them says anything that is not listed. */
  readonly isVaried?: boolean | undefined;
}

/** What was taken of a view, and below it how much that is and where all of it is. */
export function endView({ lines, cut }: TakenBlocks, { listed, total, hasMore, whole, isVaried }: ViewEnd): DrawnView {
  if (listed >= total && !cut) return { lines, end: [] };
  const share = cut ? 'only in part' : `${formatNumber(listed)} of ${formatNumber(total)}`;
  const varied = isVaried && !cut ? ', each different answer at least once' : '';
  return { lines, end: [`listed: ${share}${varied}; ${hasMore ? '-v lists more, ' : ''}${whole}`] };
}
