import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActionSlots } from '../../../agent/action-slots.ts';
import { settle } from '../../fakes/fake-clock.ts';

test('waiting actions start in order as others end, and the line is bounded', async () => {
  const slots = createActionSlots(1, 2);
  const started: string[] = [];
  const take = (name: string) => {
    const slot = slots.reserve();
    void slot.ready.then(() => started.push(name));
    return slot;
  };
  const a = take('a');
  const b = take('b');
  take('c');
  assert.throws(() => take('d'), { code: 'failed/busy' });
  await settle();
  assert.deepEqual(started, ['a']);
  b.release();
  a.release();
  a.release();
  await settle();
  assert.deepEqual(started, ['a', 'c'], 'b gave up its place in the line');
  take('e');
  await settle();
  assert.deepEqual(started, ['a', 'c'], 'releasing twice frees one place only');
});
