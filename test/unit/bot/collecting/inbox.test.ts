import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createInbox } from '../../../../src/bot/collecting/inbox.ts';

const message = (size: number) => ({ body: new Uint8Array(size), signature: undefined });

describe('an inbox', () => {
  it('gives back what came first, however much came', () => {
    const inbox = createInbox({ maxMessages: 5000, maxBytes: 1e9 });
    for (let size = 1; size <= 3000; size++) assert.ok(inbox.add(message(size)));
    for (let size = 1; size <= 3000; size++) assert.equal(inbox.take()?.body.length, size);
    assert.equal(inbox.take(), undefined);
  });

  it('takes no more than its number and its weight, and has room again afterwards', () => {
    const few = createInbox({ maxMessages: 2, maxBytes: 1e9 });
    assert.deepEqual([few.add(message(1)), few.add(message(1)), few.add(message(1))], [true, true, false]);
    const light = createInbox({ maxMessages: 99, maxBytes: 10 });
    assert.deepEqual([light.add(message(6)), light.add(message(6))], [true, false]);
    light.take();
    assert.ok(light.add(message(6)));
  });
});
