import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCollector } from '../../../../src/bot/collecting/collector.ts';
import type { Verifier } from '../../../../src/core/ports.ts';
import { decodeRequest } from '../../../../src/core/request.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createFakeVerifier } from '../../../fakes/fake-keys.ts';
import { alive, createScene, sendReply } from '../scripted-fleet.ts';

/** Runs a command against web1 and web2, which stay silent, and lets `act` send replies while the run is open. */
async function whileOpen(act: (scene: ReturnType<typeof createScene>) => Promise<void>) {
  const scene = createScene({ web1: alive(() => undefined), web2: alive(() => undefined) });
  const running = scene.run('package status nginx');
  await settle();
  while (scene.bus.published.length < 2) await settle();
  await act(scene);
  return { ...scene, handled: await running };
}

const openRequest = (scene: ReturnType<typeof createScene>) =>
  decodeRequest(scene.bus.published.at(-1)?.body ?? new Uint8Array());

describe('a reply', () => {
  it('counts once, however often it is sent', async () => {
    const { handled, refused } = await whileOpen(async (scene) => {
      const request = openRequest(scene);
      await sendReply(scene.bus, request, { sender: 'web1', data: { ensure: '1' } });
      await sendReply(scene.bus, request, { sender: 'web1', data: { ensure: '2' } });
    });
    assert.equal(handled.report?.counts.ok, 1);
    assert.deepEqual(handled.report.results[0]?.data, { ensure: '1' });
    assert.equal(refused[0]?.error.code, 'untrusted/repeated-reply');
  });

  it('counts by the order of arrival, not by which check ends first', async () => {
    const checks = createFakeVerifier();
    let delays = [5, 0];
    const slowFirst: Verifier = {
      async verify(...message) {
        const turns = delays.shift() ?? 0;
        for (let turn = 0; turn < turns; turn++) await settle();
        return checks.verify(...message);
      },
    };
    const told: unknown[] = [];
    const collector = createCollector(slowFirst, () => {});
    const scene = createScene({ web1: alive() });
    await scene.run('package status nginx');
    const request = openRequest(scene);
    collector.open(request.id, { expects: () => true, onUnexpected: () => {}, onReply: ({ data }) => told.push(data) });
    scene.bus.subscribe('/queue/mco.mcollective.reply.test', collector.receive);
    delays = [5, 0];
    await sendReply(scene.bus, request, { sender: 'web1', data: { ensure: 'first' } });
    await sendReply(scene.bus, request, { sender: 'web1', data: { ensure: 'second' } });
    for (let turn = 0; turn < 20; turn++) await settle();
    assert.deepEqual(told, [{ ensure: 'first' }]);
  });

  it('from a host that was not asked is shown apart and not counted', async () => {
    const { handled, refused } = await whileOpen((scene) =>
      sendReply(scene.bus, openRequest(scene), { sender: 'web7' }),
    );
    assert.equal(handled.report?.counts.targeted, 2);
    assert.deepEqual(handled.report.unexpected, ['web7']);
    assert.equal(refused[0]?.error.code, 'untrusted/unexpected-host');
  });

  it('signed by another host is refused', async () => {
    const { handled, refused } = await whileOpen((scene) =>
      sendReply(scene.bus, openRequest(scene), { sender: 'web1', signer: 'web2', claims: 'web1' }),
    );
    assert.equal(handled.report?.counts.silent, 2);
    assert.equal(refused[0]?.error.family, 'untrusted');
  });

  it('that names the host of another key is refused', async () => {
    const { refused } = await whileOpen((scene) =>
      sendReply(scene.bus, openRequest(scene), { sender: 'web1', signer: 'web2' }),
    );
    assert.equal(refused[0]?.error.code, 'untrusted/other-signer');
  });

  it('that only says it is still at it is heard a hundred times, in order, and then no more', async () => {
    const { refused } = await whileOpen(async (scene) => {
      const request = openRequest(scene);
      for (let seq = 0; seq < 105; seq++)
        await sendReply(scene.bus, request, { sender: 'web1', kind: 'progress', seq });
      await sendReply(scene.bus, request, { sender: 'web2', kind: 'ack', seq: 5 });
      await sendReply(scene.bus, request, { sender: 'web2', kind: 'ack', seq: 5 });
      await settle();
    });
    assert.deepEqual(
      refused.map(({ error }) => error.code),
      [...Array<string>(5).fill('untrusted/flood'), 'untrusted/repeated-reply'],
    );
  });

  it('to a closed request is refused and recorded with its sender', async () => {
    const { bus, clock, refused } = await whileOpen(async () => {});
    // Until no answer can be valid any more, one is only late.
    await clock.advance(120_000);
    await sendReply(bus, decodeRequest(bus.published.at(-1)?.body ?? new Uint8Array()), { sender: 'web1' });
    await settle();
    assert.equal(refused[0]?.error.code, 'untrusted/closed-request');
    assert.equal(refused[0]?.sender, 'web1');
  });

  it('of garbage is refused without harm', async () => {
    const { handled, refused } = await whileOpen(async ({ bus }) => {
      for (const body of ['', '{', '{"v":1}', '\u0000'.repeat(100)]) {
        bus.deliver('/queue/mco.mcollective.reply.test', { body: Buffer.from(body), signature: 'AAAA' });
        bus.deliver('/queue/mco.mcollective.reply.test', { body: Buffer.from(body), signature: undefined });
      }
    });
    assert.equal(refused.length, 8);
    assert.equal(handled.report?.counts.silent, 2);
  });
});
