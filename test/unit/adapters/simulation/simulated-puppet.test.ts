import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPuppetAgent } from '../../../../agent/plugins/puppet/create-puppet-agent.ts';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import { createSimulatedPuppet } from '../../../../src/adapters/simulation/simulated-puppet.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { type CallOptions, callAction } from '../../../fakes/call-action.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/fake-clock.ts';

const HOSTS = layoutFleet(200).filter(({ wedged }) => !wedged);

function play(host: VirtualHost, clock: FakeClock = createFakeClock()) {
  const agent = createPuppetAgent(createSimulatedPuppet(host, clock), () => clock.now());
  /** Calls an action and lets as much time pass as it takes, up to a minute. */
  async function call(name: string, options?: CallOptions): Promise<ReplyData> {
    const answer = callAction(agent, name, options);
    // Who waits for it below is told all the same.
    answer.catch(() => undefined);
    for (let i = 0; i < 12; i++) await clock.advance(5000);
    return await answer;
  }
  return { call, clock };
}

async function findHost(state: string): Promise<VirtualHost> {
  for (const host of HOSTS) {
    if ((await play(host).call('status')).state === state) return host;
  }
  throw new Error(`no host is ${state}`);
}

test('a fleet has most of its nodes idling, some disabled and a few stale, the same each time', async () => {
  const look = async () => {
    const states = await Promise.all(HOSTS.map(async (host) => (await play(host).call('status')).state));
    return new Map([...new Set(states)].map((state) => [state, states.filter((one) => one === state).length]));
  };
  const counts = await look();
  assert.ok((counts.get('idling') ?? 0) > HOSTS.length / 2, JSON.stringify([...counts]));
  for (const state of ['disabled', 'hung', 'crashed']) assert.ok((counts.get(state) ?? 0) > 0, state);
  assert.deepEqual(await look(), counts);
});

test('a run takes its time and leaves its report, also on a node that fails', async () => {
  const outcomes = await Promise.all(
    HOSTS.slice(0, 80).map(async (host) => {
      const { call } = play(host);
      const outcome = await call('runonce').then(
        ({ result }) => result,
        (error: unknown) => (error instanceof Error ? error.message.replace(/:.*/, '') : undefined),
      );
      if (outcome === 'changed' || outcome === 'unchanged') assert.equal((await call('last_run')).result, outcome);
      return outcome;
    }),
  );
  for (const expected of ['changed', 'unchanged', 'skipped', 'run failed'])
    assert.ok(outcomes.includes(expected), expected);
});

test('a run that is on shows, and a second one follows it', async () => {
  const host = await findHost('idling');
  const clock = createFakeClock();
  const agent = createPuppetAgent(createSimulatedPuppet(host, clock), () => clock.now());
  const first = callAction(agent, 'runonce');
  await clock.advance(1000);
  const status = callAction(agent, 'status');
  const second = callAction(agent, 'runonce');
  await clock.advance(200);
  assert.equal((await status).state, 'applying');
  await clock.advance(60_000);
  assert.deepEqual([(await first).started, (await second).started], [true, false]);
});

test('a dry run changes nothing: the next one finds the same', async () => {
  const host = await findHost('idling');
  const { call } = play(host);
  const dry = await call('runonce', { isDryRun: true });
  const wet = await call('runonce');
  assert.equal(dry.changed, 0);
  assert.equal(dry.out_of_sync, wet.changed);
});

test('disabling and enabling last, and the first message stays', async () => {
  const { call } = play(await findHost('idling'));
  await call('disable', { input: { message: 'one' } });
  await call('disable', { input: { message: 'two' } });
  assert.equal((await call('status')).disable_message, 'one');
  assert.equal((await call('runonce')).result, 'skipped');
  await call('enable');
  assert.equal((await call('status')).enabled, true);
});

test('a run clears the lock of a crashed one', async () => {
  const { call } = play(await findHost('crashed'));
  await assert.rejects(call('stale'), { code: 'failed/stale' });
  await call('runonce').catch(() => undefined);
  assert.equal((await call('stale')).stale, false);
});

test('a run that is killed leaves no report', async () => {
  const host = await findHost('idling');
  const clock = createFakeClock();
  const puppet = createSimulatedPuppet(host, clock);
  const { signal } = new AbortController();
  const planned = puppet.planRun({ isNoop: false, splay: false }, signal);
  await clock.advance(100);
  const work = await planned;
  assert.ok('perform' in work);
  const killer = new AbortController();
  const run = work.perform(killer.signal);
  await clock.advance(10);
  killer.abort();
  await assert.rejects(run, { code: 'failed/killed' });
  const state = puppet.state(signal);
  await clock.advance(100);
  assert.equal((await state).isApplying, false);
});

test('a service can be changed as a resource, and one that Puppet manages can not', async () => {
  const host = await findHost('idling');
  host.services.set('extra', { name: 'extra', state: 'stopped', detail: 'inactive (dead)' });
  const { call } = play(host);
  const input = { type: 'service', name: 'extra', properties: 'ensure=running' };
  const { changed, ensure } = await call('set_resource', { input });
  assert.deepEqual([changed, ensure, host.services.get('extra')?.state], [true, 'running', 'running']);
  await assert.rejects(call('set_resource', { input: { ...input, name: 'sshd' } }), { code: 'failed/managed' });
});
