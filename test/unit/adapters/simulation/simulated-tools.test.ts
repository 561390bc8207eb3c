import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAgents } from '../../../../agent/plugins/index.ts';
import { layoutFleet } from '../../../../src/adapters/simulation/layout-fleet.ts';
import type { VirtualHost } from '../../../../src/adapters/simulation/virtual-host.ts';
import type { Agent } from '../../../../src/core/agent.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { ReplyData } from '../../../../src/core/reply.ts';
import { simulateTools } from '../../../../src/main/playground/simulate-tools.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

type Backends = Parameters<typeof createAgents>[0];

function rig(pick: (host: VirtualHost) => boolean = ({ identity }) => identity === 'fai05') {
  const clock = createFakeClock();
  const host = layoutFleet().find(pick) ?? assert.fail();
  const node = { now: () => clock.now() } as unknown as Backends['node'];
  // What these agents do not use is not there.
  const none = { jobs: {}, packages: {}, services: {} } as unknown as Omit<Backends, 'tools' | 'node'>;
  const agents: readonly Agent[] = createAgents({ ...none, node, tools: simulateTools(host, clock) });
  const call = async (name: string, input: Input = {}, isDryRun = false): Promise<ReplyData> => {
    const [agentName, actionName = ''] = name.split('.');
    const agent = agents.find(({ description }) => description.agent === agentName) ?? assert.fail(name);
    const description = agent.description.actions[actionName] ?? assert.fail(name);
    const stop = new AbortController();
    const asked = callAction(agent, actionName, {
      input: checkInput(description, input),
      isDryRun,
      signal: stop.signal,
    });
    asked.catch(() => undefined);
    await clock.advance(20_000);
    stop.abort();
    return asked;
  };
  return { host, clock, call };
}

const COUNTED = (data: ReplyData): number => (data.processes as unknown[]).length;

test('the same machine answers the same, another one otherwise', async () => {
  const ask = async (identity: string) => {
    const { call } = rig((host) => host.identity === identity);
    const facts = await call('facter.get', { fact: 'ipaddress' });
    return [await call('process.list'), await call('nettest.ping', { host: 'www.example.org' }), facts.value];
  };
  assert.deepEqual(await ask('fai05'), await ask('fai05'));
  assert.notDeepEqual(await ask('fai05'), await ask('exfldb01n0'));
});

test('services that run have processes', async () => {
  const { call, host } = rig();
  const running = [...host.services.values()].find(({ state }) => state === 'running') ?? assert.fail();
  assert.ok(COUNTED(await call('process.list', { pattern: `^${running.name}$` })) > 0);
  assert.equal((await call('process.stuck')).count, 0);
});

test('a flag is set, seen and removed again, and a dry run sets none', async () => {
  const { call } = rig();
  const path = '/var/spool/mco-test/maintenance';
  assert.equal((await call('file.create', { path }, true)).after, 'file');
  assert.equal((await call('file.status', { path })).type, 'absent');
  await call('file.create', { path, content: 'until noon\n' });
  const state = await call('file.status', { path, checksum: 'md5' });
  assert.deepEqual([state.type, state.size, state.checksum], ['file', 11, 'af308f7abcb015b9a6956cf45270663f']);
  await assert.rejects(call('file.create', { path }), { code: 'failed/exists' });
  await call('file.touch', { path });
  assert.equal((await call('file.remove', { path })).after, 'absent');
  await assert.rejects(call('file.create', { path: '/etc/x' }), { code: 'failed/not-configured' });
});

test('logs have last lines, and nothing else is shown', async () => {
  const { call } = rig();
  const { text } = await call('file.tail', { path: '/var/log/syslog', lines: 3 });
  assert.equal((text as string).trimEnd().split('\n').length, 3);
  await assert.rejects(call('file.tail', { path: '/etc/hosts' }), { code: 'failed/not-configured' });
});

test('the network knows every host but the invalid ones', async () => {
  const { call } = rig();
  assert.equal((await call('nettest.resolve', { host: 'www.example.org' })).count, 1);
  assert.equal((await call('nettest.resolve', { host: 'www.example.invalid' })).count, 0);
  assert.equal((await call('nettest.connect', { host: 'www.example.invalid', port: 80 })).state, 'unknown host');
  await assert.rejects(call('nettest.ping', { host: 'x.invalid' }), { code: 'failed/no-such-host' });
  assert.equal((await call('nettest.connect', { host: '10.0.0.1', port: 4711 })).state, 'refused');
});

test('a few programs can be run, others are not there, and there is no shell', async () => {
  const { call, host } = rig();
  assert.equal((await call('shell.run', { command: 'hostname' })).stdout, `${host.identity}\n`);
  assert.equal((await call('shell.run', { command: `echo 'a  b'` })).stdout, 'a  b\n');
  await assert.rejects(call('shell.run', { command: 'false' }), { code: 'failed/command' });
  await assert.rejects(call('shell.run', { command: 'reboot' }), { code: 'failed/not-installed' });
  await assert.rejects(call('shell.run', { command: 'id', shell: 'sh' }), { code: 'failed/not-configured' });
});

test('a machine that froze answers nothing of this', async () => {
  const { call } = rig(({ wedged }) => wedged);
  for (const [name, input] of [
    ['process.list', {}],
    ['file.status', { path: '/etc/hosts' }],
    ['nettest.resolve', { host: 'x' }],
    ['facter.all', {}],
    ['shell.run', { command: 'id' }],
  ] as const) {
    await assert.rejects(call(name, input), { code: 'failed/timeout' }, name);
  }
});
