import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outgoing } from '../../../../src/core/ports.ts';
import { createFakeSigner } from '../../../fakes/fake-keys.ts';
import { alive, createScene } from '../scripted-fleet.ts';

describe('a run that is cancelled', () => {
  it('while its requests are being signed publishes none of them', async () => {
    const scene = createScene({ web1: alive(), web2: alive() });
    const signer = createFakeSigner('mco-write');
    const slow = {
      ...signer,
      async sign(...signing: Parameters<typeof signer.sign>) {
        await new Promise<void>((resolve) => scene.clock.after(4000, resolve));
        return signer.sign(...signing);
      },
    };
    scene.clock.after(3500, () => scene.cancel.abort());
    const { report } = await scene.run('package update nginx', {
      signers: { read: createFakeSigner('mco-read'), write: slow },
    });
    assert.deepEqual([report?.outcome, report?.counts.notSent], ['CANCELLED', 2]);
    assert.equal(report?.problem, undefined);
    await scene.clock.advance(60_000);
    assert.equal(scene.bus.published.length, 1, 'the question who is there');
  });

  it('while no broker is reachable withdraws what waits to be sent', async () => {
    const scene = createScene({ web1: alive() });
    const waiting: Outgoing[] = [];
    const bus = {
      ...scene.bus,
      state: 'up' as const,
      publish: (message: Outgoing) =>
        new Promise<void>((_, reject) => {
          waiting.push(message);
          message.signal?.addEventListener('abort', () => reject(new Error('withdrawn')));
        }),
    };
    scene.clock.after(2000, () => scene.cancel.abort());
    const { report } = await scene.run('package update nginx -I web1', { bus });
    assert.deepEqual([report?.outcome, report?.counts.notSent], ['CANCELLED', 1]);
    assert.equal(waiting.length, 1);
    assert.equal(waiting[0]?.signal?.aborted, true);
  });

  it('before discovery left the bot says so, and not that the broker is away', async () => {
    const scene = createScene({ web1: alive() });
    scene.cancel.abort();
    const { report } = await scene.run('package update nginx');
    assert.equal(report?.problem?.code, 'failed/cancelled');
    assert.equal(scene.bus.published.length, 0);
  });
});
