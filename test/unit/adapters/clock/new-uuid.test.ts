import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newUuid } from '../../../../src/adapters/clock/new-uuid.ts';
import { UUID } from '../../../../src/core/names.ts';

test('identifiers are UUIDs of version 7, all different', () => {
  const ids = Array.from({ length: 2000 }, () => newUuid());
  for (const id of ids) {
    assert.match(id, UUID);
    assert.equal(id[14], '7');
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(new Set(ids.map((id) => id[19])), new Set(['8', '9', 'a', 'b']));
});

test('the time comes first, so they sort by it', () => {
  assert.match(newUuid(0x017f22e279b0), /^017f22e2-79b0-7/);
  assert.ok(newUuid(1000) < newUuid(1001));
});
