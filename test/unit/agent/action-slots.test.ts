import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActionSlots } from '../../../agent/action-slots.ts';
import { settle } from '../../fakes/fake-clock.ts';

test('waiting actions start in order as others end, and the line is bounded', async () => {
  const slots = createActionSlots({ running: 1, waiting: 2, runningReads: 1, waitingReads: 2 });
  const started: string[] = [];
  const take = (name: string) => {
    const slot = slots.reserve('read', undefined);
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
    const slot = slots.reserve(effect, undefined);
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

test('one caller has three quarters of each kind of place, so that others find one', async () => {
  const slots = createActionSlots({ running: 8, waiting: 4, runningReads: 4, waitingReads: 4 });
  const started: string[] = [];
  const take = (caller: string, effect: 'read' | 'write' = 'read') => {
    const slot = slots.reserve(effect, caller);
    void slot.ready.then(() => started.push(caller));
    return slot;
  };
  const [first] = Array.from({ length: 6 }, () => take('ana'));
  await settle();
  assert.deepEqual(started, ['ana', 'ana', 'ana']);
  assert.throws(() => take('ana'), {
    code: 'failed/busy',
    message: '`ana` has 3 actions running and 3 more waiting already, all that one caller may have on a node',
  });
  take('raj');
  await settle();
  assert.deepEqual(started.slice(3), ['raj'], 'whoever comes later goes before what is over the share');
  first?.release();
  await settle();
  assert.deepEqual(started.slice(4), ['ana']);
  for (let i = 0; i < 3; i++) take('ana', 'write');
  assert.equal(slots.reserve('write', 'raj') !== undefined, true);
  await settle();
  assert.deepEqual(started.slice(5), ['ana', 'ana', 'ana'], 'six of eight');
});

test('of one place one caller may have it', async () => {
  const slots = createActionSlots({ running: 1, waiting: 1, runningReads: 1, waitingReads: 1 });
  await slots.reserve('read', 'ana').ready;
  slots.reserve('read', 'ana');
  assert.throws(() => slots.reserve('read', 'raj'), {
    code: 'failed/busy',
    message: 'this node has 1 actions running and 1 more waiting already',
  });
});
