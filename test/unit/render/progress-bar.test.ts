import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawProgress } from '../../../src/render/progress-bar.ts';

test('the bar has the shape of the founding document', () => {
  assert.equal(drawProgress(142, 145, 6), '[ =====> ] 142 / 145');
  assert.equal(drawProgress(98, 145), '[ =====>    ] 98 / 145');
  assert.equal(drawProgress(0, 145), '[ >         ] 0 / 145');
  assert.equal(drawProgress(145, 145), '[ ========> ] 145 / 145');
  assert.equal(drawProgress(0, 0), '[ >         ] 0 / 0');
});

test('the bar grows with the share and keeps its width', () => {
  const lengthOf = (bar: string): number => bar.indexOf('>');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), fc.nat(5000), (targeted, a, b) => {
      const [less, more] = [drawProgress(Math.min(a, b), targeted), drawProgress(Math.max(a, b), targeted)];
      assert.ok(lengthOf(less) <= lengthOf(more));
      assert.equal(less.indexOf(']'), more.indexOf(']'));
    }),
  );
});
