import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import { createSimulatedPackages } from '../../../../src/adapters/simulation/simulated-packages.ts';
import { createSimulatedServices } from '../../../../src/adapters/simulation/simulated-services.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const ENOUGH_MS = 100;

/** A host of a fresh fleet, and a way to let its calls finish. */
function setUp(identity: string) {
  const host = layoutFleet().find((one) => one.identity === identity) as VirtualHost;
  const clock = createFakeClock();
  const stop = new AbortController();
  const finish = async <T>(call: Promise<T>): Promise<T> => {
    // Looked at below: the clock must not turn a refusal into an unhandled one.
    call.catch(() => undefined);
    await clock.advance(ENOUGH_MS);
    return call;
  };
  return {
    host,
    clock,
    stop,
    finish,
    packages: createSimulatedPackages(host, clock),
    services: createSimulatedServices(host, clock),
  };
}

test('status tells the installed version', async () => {
  const { packages, finish, stop } = setUp('fai05');
  assert.deepEqual(await finish(packages.status('openafs-modules-dkms', stop.signal)), [
    { name: 'openafs-modules-dkms', ensure: '1.6.7-1ubuntu1', arch: '', status: 'installed' },
  ]);
});

test('a package that is not there is purged to dpkg and absent to rpm', async () => {
  for (const [identity, ensure] of [
    ['exfldb01n0', 'purged'],
    ['bird-wn012', 'absent'],
  ] as const) {
    const { packages, finish, stop } = setUp(identity);
    const name = 'openafs-modules-dkms';
    const rows = await finish(packages.status(name, stop.signal));
    assert.deepEqual(rows, [{ name, ensure, arch: '', status: 'not-installed' }]);
  }
});

test('a package can be asked for by its architecture', async () => {
  const { packages, finish, stop } = setUp('fai05');
  const [native] = await finish(packages.status('bash:amd64', stop.signal));
  const [foreign] = await finish(packages.status('bash:i386', stop.signal));
  assert.equal(native?.status, 'installed');
  assert.equal(foreign?.ensure, 'purged');
});

test('a host has more packages than the fleet lists, and always as many', async () => {
  const count = () => {
    const { packages, finish, stop } = setUp('fai05');
    return finish(packages.count(stop.signal));
  };
  const first = await count();
  assert.ok(first > 600);
  assert.equal(await count(), first);
});

test('services are told by name, and unknown ones are unknown', async () => {
  const { services, finish, stop } = setUp('fai05');
  const sshd = await finish(services.status('sshd', stop.signal));
  assert.deepEqual([sshd.name, sshd.state, sshd.detail], ['sshd', 'running', 'active (running)']);
  const unknown = await finish(services.status('toString', stop.signal));
  assert.equal(unknown.state, 'unknown');
});

test('a call takes a while, and an abort ends it', async () => {
  const { packages, clock, stop } = setUp('fai05');
  const call = packages.status('bash', stop.signal);
  const settled = Promise.race([call.then(() => 'settled'), clock.advance(1).then(() => 'waiting')]);
  assert.equal(await settled, 'waiting');
  stop.abort();
  await assert.rejects(call, { code: 'failed/timeout' });
  await assert.rejects(packages.count(stop.signal), { code: 'failed/timeout' });
});

test('a wedged host settles nothing until it is aborted', async () => {
  const { packages, services, clock, stop } = setUp('atlas28');
  const calls = [packages.status('bash', stop.signal), services.status('sshd', stop.signal)];
  const settled = Promise.race([...calls.map((call) => call.then(() => 'settled'))]);
  assert.equal(await Promise.race([settled, clock.advance(3_600_000).then(() => 'waiting')]), 'waiting');
  stop.abort();
  await assert.rejects(settled, { code: 'failed/timeout' });
  for (const call of calls) await assert.rejects(call, { code: 'failed/timeout' });
});
