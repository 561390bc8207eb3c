import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServiceAgent } from '../../../../agent/plugins/service/create-service-agent.ts';
import { createSimulatedServices } from '../../../../src/adapters/simulation/simulated-services.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import type { ServiceState } from '../../../../src/core/host/service-backend.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

function setUp(services: readonly ServiceState[], identity = 'atlas01') {
  const clock = createFakeClock();
  const host = { identity, wedged: false, services: new Map(services.map((state) => [state.name, state])) };
  const agent = createServiceAgent(createSimulatedServices(host as unknown as VirtualHost, clock));
  const call = async (verb: string, service: string) => {
    const result = callAction(agent, verb, { input: { service } });
    result.catch(() => {});
    await clock.advance(200);
    return await result;
  };
  return { call };
}

const running = (name: string): ServiceState => ({ name, state: 'running', detail: 'active (running)' });

test('what is done to a service of an imagined machine lasts', async () => {
  const { call } = setUp([running('cron')]);
  assert.equal((await call('stop', 'cron')).after, 'stopped');
  assert.equal((await call('status', 'cron')).state, 'stopped');
  await assert.rejects(call('reload', 'cron'), { code: 'failed/refused' });
  assert.equal((await call('start', 'cron')).changed, true);
  assert.equal((await call('reload', 'cron')).after, 'running');
  assert.equal((await call('disable', 'cron')).enabled, false);
  assert.equal((await call('status', 'cron')).enabled, false);
  await assert.rejects(call('start', 'toString'), { code: 'failed/no-service' });
});

test('a service with two names is one service', async () => {
  const { call } = setUp([running('ssh'), running('sshd')]);
  await call('stop', 'ssh');
  assert.equal((await call('status', 'sshd')).state, 'stopped');
});

test('of failed services some start again and some do not, the same ones every time', async () => {
  const failed = { name: 'nginx', state: 'failed', detail: 'failed (exit-code 1)' };
  const start = async (host: number) => {
    const { call } = setUp([failed], `web${host}`);
    return await call('start', 'nginx').then(
      () => true,
      () => false,
    );
  };
  const once = await Promise.all(Array.from({ length: 40 }, (_, host) => start(host)));
  const again = await Promise.all(Array.from({ length: 40 }, (_, host) => start(host)));
  assert.deepEqual(once, again);
  assert.ok(once.includes(true) && once.includes(false));
});
