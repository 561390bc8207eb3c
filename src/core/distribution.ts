/** Numbers from `from` up to but not including `to`; of the last one, including it. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How numbers spread: what a histogram is drawn from. */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly average: number;
  readonly max: number;
  /** Equally wide, without a gap, at round numbers. */
  readonly buckets: readonly Bucket[];
}

const STEPS = [1, 2, 5, 10];

/** Their differences, and the ranges that they fall into, are still numbers. */
const MOST = 1e300;

/**
 * How some numbers spread over at most `maxBuckets` equal ranges whose bounds are round: 1, 2 or 5 times a power of ten.
 * Undefined where there are none; what is not finite, or further from nought than 1e300, is left out.
 */
export function distribute(numbers: readonly number[], maxBuckets: number): Distribution | undefined {
  const values = numbers.filter((value) => Math.abs(value) <= MOST);
  if (values.length === 0) return undefined;
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  // Each by itself: the sum of large numbers could be more than there is.
  const average = values.reduce((sum, value) => sum + value / values.length, 0);
  return { count: values.length, min, average, max, buckets: fillBuckets(values, { min, max, maxBuckets }) };
}

function fillBuckets(
  values: readonly number[],
  { min, max, maxBuckets }: { readonly min: number; readonly max: number; readonly maxBuckets: number },
): Bucket[] {
  const width = roundUp((max - min) / Math.max(1, maxBuckets - 1));
  const first = Math.floor(min / width);
  const count = Math.min(maxBuckets, Math.floor(max / width) - first + 1);
  const counts = Array.from({ length: count }, () => 0);
  for (const value of values) {
    const index = Math.min(count - 1, Math.max(0, Math.floor(value / width) - first));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const boundAt = (index: number): number => Number(((first + index) * width).toPrecision(12));
  return counts.map((found, index) => ({ from: boundAt(index), to: boundAt(index + 1), count: found }));
}

/** The next of 1, 2, 5 times a power of ten. */
function roundUp(width: number): number {
  if (!(width > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const step = STEPS.find((candidate) => candidate * power >= width * (1 - 1e-12)) ?? 10;
  // Denormal numbers have no such steps between them.
  return step * power || width;
}
