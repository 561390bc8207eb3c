import type { Distribution } from '../core/distribution.ts';
import { alignRight, measureWidest } from './measure-width.ts';

/** The longest bar; where ranges are wide it is shorter, so that all stays as wide as a terminal. */
const BAR_WIDTH = 40;
const MIN_BAR_WIDTH = 10;
const ROW_WIDTH = 76;
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * A row for each range, with a bar as long as its share of the fullest one:
 *
 *      0 - 50 ms    12  ====>
 *    50 - 100 ms   130  =======================================>
 *
 * @param format a bound as people read it, with its unit
 */
export function drawHistogram({ buckets }: Distribution, format: (bound: number) => string): string[] {
  const fullest = Math.max(1, ...buckets.map(({ count }) => count));
  const ranges = buckets.map(({ from, to }) => `${format(from)} - ${format(to)}`);
  const counts = buckets.map(({ count }) => String(count));
  const [rangeWidth, countWidth] = [measureWidest(ranges), measureWidest(counts)];
  const barWidth = Math.max(MIN_BAR_WIDTH, Math.min(BAR_WIDTH, ROW_WIDTH - rangeWidth - countWidth - 6));
  return buckets.map(({ count }, index) => {
    const bar = drawBar(count / fullest, barWidth);
    return `${alignRight(ranges[index] ?? '', rangeWidth)}   ${alignRight(counts[index] ?? '', countWidth)}   ${bar}`.trimEnd();
  });
}

/** What is there at all has a bar. */
function drawBar(share: number, width: number): string {
  if (share === 0) return '';
  return `${'='.repeat(Math.max(1, Math.round(share * width)) - 1)}>`;
}

/** One character for each range, `▁▃█▂▁`; an empty range is a blank. */
export function drawSparkline({ buckets }: Distribution): string {
  const fullest = Math.max(1, ...buckets.map(({ count }) => count));
  return buckets
    .map(({ count }) => (count === 0 ? ' ' : (LEVELS[Math.ceil((count / fullest) * LEVELS.length) - 1] ?? '▁')))
    .join('');
}
