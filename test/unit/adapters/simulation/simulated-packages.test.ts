import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPackageAgent } from '../../../../agent/plugins/package/create-package-agent.ts';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import { createSimulatedPackages } from '../../../../src/adapters/simulation/simulated-packages.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import type { Clock } from '../../../../src/core/ports.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { callAction } from '../../../fakes/call-action.ts';

const OPENAFS = 'openafs-modules-dkms';

/** No time passes. */
const instantClock: Clock = {
  now: () => 0,
  after(_, fn) {
    const timer = setImmediate(fn);
    return () => clearImmediate(timer);
  },
};

/** A host of a fresh fleet. */
function openHost(identity: string): (action: string, input?: Input, isDryRun?: boolean) => Promise<ReplyData> {
  const host = layoutFleet().find((one) => one.identity === identity) as VirtualHost;
  const agent = createPackageAgent(createSimulatedPackages(host, instantClock), (text) => text);
  return (action, input = {}, isDryRun = false) => callAction(agent, action, { input, isDryRun });
}

test('an update changes what the next status says, and a second one changes nothing', async () => {
  const call = openHost('fai05');
  const [before, after] = ['1.6.7-1ubuntu1', '1.6.7-1ubuntu1.1'];
  const input = { package: OPENAFS };
  const change = `${before} -> ${after}`;
  assert.deepEqual(await call('update', input, true), { ...input, before, after, changed: true, change });
  assert.deepEqual(await call('update', input), { ...input, before, after, changed: true, change });
  assert.equal((await call('status', input)).ensure, after);
  assert.deepEqual(await call('update', input), {
    ...{ ...input, before: after, after, changed: false },
    change: `${after}, unchanged`,
  });
  assert.equal((await call('update', { ...input, version: before })).after, before);
});

test('what was purged can be installed, and goes again', async () => {
  const call = openHost('exfldb01n0');
  await assert.rejects(call('update', { package: OPENAFS }), { code: 'failed/not-installed-here' });
  const { count } = await call('count');
  assert.equal((await call('install', { package: OPENAFS })).after, '1.6.7-1ubuntu1.1');
  assert.equal((await call('count')).count, Number(count) + 1);
  assert.equal((await call('uninstall', { package: OPENAFS })).after, 'absent');
  assert.equal((await call('status', { package: OPENAFS })).status, 'config-files');
  assert.equal((await call('count')).count, count);
  assert.equal((await call('purge', { package: OPENAFS })).after, 'purged');
});

test('on a Red Hat nothing is left of what is removed', async () => {
  const call = openHost('bird-wn012');
  const input = { package: 'bash' };
  assert.equal((await call('uninstall', input)).after, 'absent');
  assert.equal((await call('status', input)).status, 'not-installed');
  assert.equal((await call('purge', input)).changed, false);
  assert.equal((await call('install', input)).changed, true);
});

test('what its distribution does not have can not be installed', async () => {
  const call = openHost('fai05');
  await assert.rejects(call('install', { package: 'nope' }), { code: 'failed/unknown-package' });
  await assert.rejects(call('install', { package: 'htop', version: '9' }), { code: 'failed/unknown-version' });
  await assert.rejects(call('install', { package: 'nope' }, true), { code: 'failed/unknown-package' });
});

test('updates are listed until they are made', async () => {
  const call = openHost('fai05');
  const { updates, count } = (await call('checkupdates')) as {
    updates: { package: string; to: string }[];
    count: number;
  };
  assert.ok(updates.some((one) => one.package === OPENAFS));
  assert.deepEqual(await call('refresh'), { updates: count, manager: 'apt-get' });
  const before = await call('checksum');
  for (const { package: name, to } of updates) assert.equal((await call('update', { package: name })).after, to);
  assert.equal((await call('checkupdates')).count, 0);
  assert.notEqual((await call('checksum')).checksum, before.checksum);
});

test('as many packages are counted as the checksum is made of, and each of them has a status', async () => {
  for (const identity of ['fai05', 'bird-wn012']) {
    const call = openHost(identity);
    const { count } = await call('count');
    assert.ok(Number(count) > 600);
    assert.equal((await call('checksum')).count, count);
    const library = { package: 'library-0600' };
    assert.equal((await call('status', library)).status, 'installed');
    await assert.rejects(call('purge', library), { code: 'failed/dependencies' });
    assert.equal((await call('update', library)).changed, false);
    assert.equal((await call('status', { package: 'library-9999' })).status, 'not-installed');
  }
});
