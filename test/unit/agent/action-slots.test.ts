import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActionSlots } from '../../../agent/action-slots.ts';
import { settle } from '../../fakes/fake-clock.ts';

test('waiting actions start in order as others end, and the line is bounded', async () => {
  const slots = createActionSlots({ running: 1, waiting: 2, runningReads: 1, waitingReads: 2 });
  const started: string[] = [];
  const take = (name: string) => {
    const slot = slots.reserve('read');
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

test('reads leave places for writes, which go before reads that wait', async () => {
  const slots = createActionSlots({ running: 3, waiting: 3, runningReads: 2, waitingReads: 1 });
  const started: string[] = [];
  const take = (name: string, effect: 'read' | 'write') => {
    const slot = slots.reserve(effect);
    void slot.ready.then(() => started.push(name));
    return slot;
  };
  const read = take('read 1', 'read');
  take('read 2', 'read');
  take('read 3', 'read');
  assert.throws(() => take('read 4', 'read'), { code: 'failed/busy' });
  const write = take('write 1', 'write');
  take('write 2', 'write');
  take('write 3', 'write');
  assert.throws(() => take('write 4', 'write'), { code: 'failed/busy' });
  await settle();
  assert.deepEqual(started, ['read 1', 'read 2', 'write 1']);
  write.release();
  await settle();
  assert.deepEqual(started.slice(3), ['write 2']);
  read.release();
  await settle();
  assert.deepEqual(started.slice(4), ['read 3']);
});
