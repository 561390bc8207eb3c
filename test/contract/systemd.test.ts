import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServiceAgent } from '../../agent/plugins/service/create-service-agent.ts';
import { createSystemdBackend } from '../../agent/plugins/service/systemd.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import type { Agent } from '../../src/core/agent.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { callAction } from '../fakes/call-action.ts';
import { startMachine, type TestMachine, whyNoMachine } from './systemd-machine.ts';

const skip = whyNoMachine();

const UNITS: Readonly<Record<string, string>> = {
  'mco-good': '[Service]\nExecStart=/bin/sleep 1000\nExecReload=/bin/true\n[Install]\nWantedBy=basic.target',
  'mco-crash': '[Service]\nExecStart=/bin/sh -c "echo cannot bind to port 80; exit 3"',
  'mco-loop': '[Service]\nExecStart=/bin/sh -c "sleep 0.3; exit 3"\nRestart=always\nRestartSec=100ms',
  'mco-bye': '[Service]\nExecStart=/bin/sleep 0.2',
  'mco-once': '[Service]\nType=oneshot\nExecStart=/bin/true',
  'mco-once-bad': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo no such disk; exit 4"',
  'mco-condition': '[Unit]\nConditionPathExists=/nope\n[Service]\nExecStart=/bin/sleep 1000',
  'mco-slow': '[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\nTimeoutStartSec=infinity',
  'mco-off': '[Unit]\nSuccessAction=poweroff-force\n[Service]\nType=oneshot\nExecStart=/bin/true',
  'mco-flood': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "head -c 3000000 /dev/zero | tr \'\\\\0\' x; exit 1"',
};

let machine: TestMachine;
let agent: Agent;
const call = (verb: string, service: string, isDryRun = false): Promise<ReplyData> =>
  callAction(agent, verb, { input: { service }, isDryRun });

before(async () => {
  if (skip !== false) return;
  machine = await startMachine();
  for (const [name, text] of Object.entries(UNITS)) {
    await machine.write(`/etc/systemd/system/${name}.service`, `${text}\n`);
  }
  const script =
    '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: mco-old\n# Default-Start: 2 3 4 5\n### END INIT INFO\nexit 0\n';
  await machine.write('/etc/init.d/mco-old', script, '0755');
  await machine.run('ln', ['-s', '/dev/null', '/etc/systemd/system/mco-masked.service']);
  await machine.run('systemctl', ['daemon-reload']);
  agent = createServiceAgent(createSystemdBackend(machine.runner, systemClock));
});
after(() => machine?.stop());

test('a service is started, reloaded, restarted and stopped, with its state before and after', { skip }, async () => {
  const service = 'mco-good';
  const stopped = { service, state: 'stopped', enabled: false, detail: 'inactive (dead)' };
  assert.deepEqual(await call('status', service), stopped);
  const running = { service, before: 'running', after: 'running', enabled: false, detail: 'active (running)' };
  assert.deepEqual(await call('start', service), { ...running, before: 'stopped', changed: true });
  assert.deepEqual(await call('start', service), { ...running, changed: false });
  assert.deepEqual(await call('reload', service), { ...running, changed: true });
  const pid = () => machine.run('systemctl', ['show', '-P', 'MainPID', service]);
  const old = await pid();
  assert.deepEqual(await call('restart', service), { ...running, changed: true });
  assert.notEqual(await pid(), old);
  const dead = { ...running, after: 'stopped', changed: true, detail: 'inactive (dead)' };
  assert.deepEqual(await call('stop', service), dead);
  assert.deepEqual(await call('stop', service), { ...dead, before: 'stopped', changed: false });
  await assert.rejects(call('reload', service), { code: 'failed/refused', message: /it does not run/ });
});

test('a service is enabled and disabled, and so is an init script that systemd took over', { skip }, async () => {
  for (const service of ['mco-good', 'mco-old']) {
    const enabled = await call('enable', service);
    assert.deepEqual([enabled.enabled, enabled.changed], [true, true], service);
    assert.equal((await call('enable', service)).changed, false);
    assert.equal((await call('status', service)).enabled, true);
    const disabled = await call('disable', service);
    assert.deepEqual([disabled.enabled, disabled.changed], [false, true], service);
  }
});

test('a dry run changes nothing and tells what would be', { skip }, async () => {
  const service = 'mco-good';
  const now = { service, before: 'stopped', after: 'stopped', enabled: false };
  const start = { ...now, after: 'running', changed: true, detail: 'would be started: it is inactive (dead)' };
  assert.deepEqual(await call('start', service, true), start);
  const stop = { ...now, changed: false, detail: 'nothing to do: it is inactive (dead)' };
  assert.deepEqual(await call('stop', service, true), stop);
  assert.equal((await call('enable', service, true)).detail, 'would be enabled: it is not enabled');
  assert.equal((await call('status', service)).state, 'stopped');
  await assert.rejects(call('start', 'mco-nothing', true), { code: 'failed/no-service' });
});

for (const [service, message] of [
  ['mco-crash', /^`mco-crash` was started and does not run: failed \(exit-code 3\); it said: cannot bind to port 80$/],
  ['mco-loop', /started again \d+ times within a second/],
  ['mco-bye', /^`mco-bye` was started and does not run: inactive \(dead\)$/],
  ['mco-condition', /^`mco-condition` was started and does not run: inactive \(dead\)$/],
  ['mco-once-bad', /^systemctl: Job for mco-once-bad.service failed .*; it said: no such disk$/],
] as const) {
  test(`starting ${service} is a failure, whatever systemctl says`, { skip }, async () => {
    await assert.rejects(call('start', service), { code: 'failed/service', message });
  });
}

test('a unit whose work ends by itself may end', { skip }, async () => {
  const { before: was, after: is, changed } = await call('start', 'mco-once');
  assert.deepEqual([was, is, changed], ['stopped', 'stopped', true]);
});

test('a service that writes megabytes before it fails is told of in a few words', { skip }, async () => {
  await assert.rejects(call('start', 'mco-flood'), ({ message }: Error) => message.length < 1000);
});

test('what systemd would refuse or silently leave alone is a failure that says why', { skip }, async () => {
  await assert.rejects(call('start', 'mco-nothing'), { code: 'failed/no-service' });
  await assert.rejects(call('start', 'mco-masked'), { code: 'failed/refused', message: /it is masked/ });
  await assert.rejects(call('enable', 'mco-crash'), { code: 'failed/refused', message: /it is static/ });
  await call('start', 'mco-good');
  await call('stop', 'mco-good');
  await machine.run('systemctl', ['start', 'systemd-journald.service']);
  await assert.rejects(call('reload', 'systemd-journald'), { code: 'failed/refused', message: /only be restarted/ });
  const { enabled } = await call('status', 'systemd-journald');
  assert.equal(enabled, 'unknown');
});

test('what would end the machine is told of, and neither started nor stopped', { skip }, async () => {
  await machine.run('ln', [
    '-s',
    '/lib/systemd/system/systemd-reboot.service',
    '/etc/systemd/system/mco-alias.service',
  ]);
  await machine.run('systemctl', ['daemon-reload']);
  for (const service of ['reboot.target', 'init.scope', 'systemd-reboot', 'emergency', 'mco-alias', 'mco-off']) {
    assert.notEqual((await call('status', service)).state, 'unknown', service);
    for (const verb of ['start', 'stop']) {
      for (const isDryRun of [true, false]) {
        await assert.rejects(call(verb, service, isDryRun), { code: 'failed/refused' }, `${verb} ${service}`);
      }
    }
  }
  assert.equal(await machine.run('systemctl', ['is-active', 'basic.target']), 'active\n');
});

test('a start that takes too long is given up, and the service goes on starting', { skip }, async () => {
  const hasty = { now: systemClock.now, after: (ms: number, fn: () => void) => systemClock.after(ms / 50, fn) };
  const impatient = createServiceAgent(createSystemdBackend(machine.runner, hasty));
  await assert.rejects(callAction(impatient, 'start', { input: { service: 'mco-slow' } }), {
    code: 'failed/timeout',
    message: 'start of `mco-slow`: not done after 50 s, it is activating (start)',
  });
  assert.equal((await call('status', 'mco-slow')).detail, 'activating (start)');
});
