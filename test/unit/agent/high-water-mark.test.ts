import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findStart } from '../../../agent/find-start.ts';
import type { HighWaterMark } from '../../../src/core/ports.ts';
import { createFakeNode, START } from './fake-node.ts';

function createMark(stored = 0): HighWaterMark & { stored: number; isBroken: boolean } {
  return {
    stored,
    isBroken: false,
    current() {
      return this.stored;
    },
    async raise(toMs) {
      if (this.isBroken) throw new Error('no space left');
      this.stored = Math.max(this.stored, toMs);
    },
  };
}

describe('a request from a bot whose clock is ahead', () => {
  it('is refused when it is replayed after a restart, though it was issued after that by its own clock', async () => {
    const highWaterMark = createMark();
    const first = createFakeNode({ highWaterMark });
    const request = first.makeRequest({ issuedAt: START + 20_000, notAfter: START + 60_000 });
    await first.send(request);
    assert.deepEqual(first.ran, ['look']);

    const restarted = createFakeNode({ highWaterMark, startedAt: START + 5000 });
    await restarted.clock.advance(6000);
    await restarted.send(request);
    assert.deepEqual(restarted.ran, []);
    assert.deepEqual(restarted.events(), ['refused untrusted/issued-before-start']);
  });

  it('is not run when that can not be remembered', async () => {
    const highWaterMark = createMark();
    highWaterMark.isBroken = true;
    const node = createFakeNode({ highWaterMark });
    const [reply] = await node.send({ issuedAt: START + 20_000, notAfter: START + 60_000 });
    assert.deepEqual(node.ran, []);
    assert.notEqual(reply?.status.name, 'ok');
  });

  it('costs a node nothing while the clocks agree', async () => {
    const highWaterMark = createMark();
    await createFakeNode({ highWaterMark }).send();
    assert.equal(highWaterMark.stored, 0);
  });
});

describe('a node that starts again', () => {
  it('with its clock set back counts all that it ever recorded as seen, also at the start after that', async () => {
    const highWaterMark = createMark();
    const request = createFakeNode({ highWaterMark }).makeRequest({ issuedAt: START, notAfter: START + 60_000 });
    const lastAt = START + 10;
    for (const last of [lastAt, START - 9000]) {
      const startedAt = await findStart({ now: START - 10_000, lastAt: last, highWaterMark });
      const node = createFakeNode({ highWaterMark, startedAt });
      await node.send(request);
      assert.deepEqual(node.ran, []);
      assert.deepEqual(node.events(), ['refused untrusted/issued-before-start']);
    }
  });

  it('with its clock right takes what was issued from then on', async () => {
    const highWaterMark = createMark();
    assert.equal(await findStart({ now: START, lastAt: undefined, highWaterMark }), START);
    assert.equal(await findStart({ now: START, lastAt: START - 1, highWaterMark }), START);
    assert.equal(highWaterMark.stored, 0);
    assert.equal(await findStart({ now: START, lastAt: START, highWaterMark }), START + 1);
  });
});
