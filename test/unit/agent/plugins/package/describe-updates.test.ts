import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeUpdates } from '../../../../../agent/plugins/package/describe-updates.ts';

const updates = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ package: `p${i}`, from: '1', to: '2', repository: 'main' }));

test('updates are named with both versions, and of many the first', () => {
  assert.equal(describeUpdates([]), 'no updates');
  assert.equal(describeUpdates(updates(1)), '1 update: p0 1 -> 2');
  assert.equal(describeUpdates(updates(2)), '2 updates: p0 1 -> 2, p1 1 -> 2');
  assert.match(describeUpdates(updates(17)), /^17 updates: p0 .*, p4 1 -> 2 and 12 more$/);
});
