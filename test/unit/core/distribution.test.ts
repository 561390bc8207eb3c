import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distribute } from '../../../src/core/distribution.ts';

test('numbers fall into ranges with round bounds', () => {
  const spread = distribute([91, 159, 160, 168, 210], 12);
  assert.deepEqual(
    spread?.buckets.filter(({ count }) => count > 0),
    [
      { from: 80, to: 100, count: 1 },
      { from: 140, to: 160, count: 1 },
      { from: 160, to: 180, count: 2 },
      { from: 200, to: 220, count: 1 },
    ],
  );
  assert.equal(spread?.average, 157.6);
});

test('where there are no numbers there is nothing to draw', () => {
  assert.equal(distribute([], 12), undefined);
  assert.equal(distribute([Number.NaN, Number.POSITIVE_INFINITY], 12), undefined);
});

test('every number is counted once, in a range that holds it, and there are never too many ranges', () => {
  const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(fc.array(anyNumber, { minLength: 1 }), fc.integer({ min: 2, max: 30 }), (numbers, maxBuckets) => {
      const spread = distribute(numbers, maxBuckets);
      assert.ok(spread);
      const { buckets, min, max, average } = spread;
      assert.ok(buckets.length >= 1 && buckets.length <= maxBuckets);
      assert.equal(
        buckets.reduce((sum, { count }) => sum + count, 0),
        numbers.length,
      );
      const slack = Math.max(1e-6, (max - min) * 1e-6);
      assert.ok((buckets[0]?.from ?? 0) <= min + slack && (buckets.at(-1)?.to ?? 0) >= max - slack);
      assert.ok(average >= min - slack && average <= max + slack);
    }),
  );
});

test('numbers so large that nothing can be drawn of them are left out, and the bounds are numbers', () => {
  assert.equal(distribute([1e308, -1e308], 20), undefined);
  const spread = distribute([1e308, 1, 2, -1e308], 20);
  assert.deepEqual([spread?.count, spread?.min, spread?.max], [2, 1, 2]);
  const wide = distribute([1e300, -1e300], 20);
  const numbers = [wide?.average, ...(wide?.buckets ?? []).flatMap(({ from, to }) => [from, to])];
  assert.ok(numbers.every(Number.isFinite), numbers.join());
});
