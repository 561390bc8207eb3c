import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSteadyNow } from '../../../src/core/steady-now.ts';

it('the time for waits goes on where it was when the clock is set back', () => {
  const reads = [1000, 1500, 200, 300, 250, 5000];
  const readNow = createSteadyNow({ now: () => reads.shift() ?? 0 });
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map(() => readNow()),
    [1000, 1500, 1500, 1600, 1600, 6350],
  );
});
