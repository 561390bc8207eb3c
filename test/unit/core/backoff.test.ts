import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoff } from '../../../src/core/backoff.ts';

test('the bound of the delay doubles from half a second to thirty seconds', () => {
  const backoff = createBackoff(() => 0.999999);
  const delays = Array.from({ length: 9 }, () => Math.ceil(backoff.nextDelayMs() / 100) * 100);
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('a delay is never less than a quarter of its bound', () => {
  const backoff = createBackoff(() => 0);
  assert.deepEqual([backoff.nextDelayMs(), backoff.nextDelayMs()], [125, 250]);
});

test('after a reset it starts small again', () => {
  const backoff = createBackoff(() => 0.5);
  for (let round = 0; round < 5; round += 1) backoff.nextDelayMs();
  backoff.reset();
  assert.equal(backoff.nextDelayMs(), 312);
});

test('a refused login waits near the cap whatever the round', () => {
  assert.equal(createBackoff(() => 0).refusedDelayMs(), 30_000);
  assert.equal(createBackoff(() => 0.999999).refusedDelayMs(), 22_500);
});

test('a thousand rounds later the delay is still a number under the cap', () => {
  const backoff = createBackoff(() => 0.9);
  for (let round = 0; round < 2000; round += 1) backoff.nextDelayMs();
  assert.equal(backoff.nextDelayMs(), 27_750);
});
