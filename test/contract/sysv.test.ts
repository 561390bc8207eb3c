import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServiceAgent } from '../../agent/plugins/service/create-service-agent.ts';
import { createSysvBackend } from '../../agent/plugins/service/sysv.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import type { Agent } from '../../src/core/agent.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { callAction } from '../fakes/call-action.ts';
import { startMachine, type TestMachine, whyNoMachine } from './systemd-machine.ts';

const skip = whyNoMachine();

/** An init script as LSB wants it; what it starts ends after `lifeSeconds`. */
const writeScript = (name: string, lifeSeconds: number): string => `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ${name}
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: ${name}
### END INIT INFO
P=/run/${name}.pid
alive() { [ -e $P ] && kill -0 $(cat $P) 2>/dev/null; }
case $1 in
  start) alive || { sleep ${lifeSeconds} & echo $! >$P; }; echo "started ${name}" ;;
  stop) alive && kill $(cat $P); rm -f $P ;;
  restart) $0 stop; $0 start ;;
  status) if alive; then echo "${name} is running"; elif [ -e $P ]; then echo "${name} is dead"; exit 1; else echo "${name} is not running"; exit 3; fi ;;
  *) echo "Usage: $0 {start|stop|restart|status}" >&2; exit 3 ;;
esac
`;

let machine: TestMachine;
let agent: Agent;
const call = (verb: string, service: string, isDryRun = false): Promise<ReplyData> =>
  callAction(agent, verb, { input: { service }, isDryRun });

before(async () => {
  if (skip !== false) return;
  machine = await startMachine({ init: 'none' });
  await machine.write('/etc/init.d/mco-good', writeScript('mco-good', 1000), '0755');
  await machine.write('/etc/init.d/mco-crash', writeScript('mco-crash', 0), '0755');
  await machine.write('/etc/init.d/mco-mute', '#!/bin/sh\necho "Usage: $0 {start|stop}" >&2\nexit 1\n', '0755');
  agent = createServiceAgent(createSysvBackend(machine.runner, systemClock));
});
after(() => machine?.stop());

test('an init script starts, restarts and stops its service', { skip }, async () => {
  const service = 'mco-good';
  const stopped = { service, state: 'stopped', enabled: false, detail: 'mco-good is not running' };
  assert.deepEqual(await call('status', service), stopped);
  const running = { service, before: 'running', after: 'running', enabled: false, detail: 'mco-good is running' };
  assert.deepEqual(await call('start', service), { ...running, before: 'stopped', changed: true });
  assert.deepEqual(await call('start', service), { ...running, changed: false });
  assert.deepEqual(await call('restart', service), { ...running, changed: true });
  const dead = { ...running, after: 'stopped', changed: true, detail: 'mco-good is not running' };
  assert.deepEqual(await call('stop', service), dead);
  assert.equal((await call('start', service, true)).detail, 'would be started: it is mco-good is not running');
});

test('a service is enabled and disabled by its links', { skip }, async () => {
  const enabled = await call('enable', 'mco-good');
  assert.deepEqual([enabled.enabled, enabled.changed], [true, true]);
  assert.match(await machine.run('ls', ['/etc/rc3.d']), /S\d\dmco-good/);
  const disabled = await call('disable', 'mco-good');
  assert.deepEqual([disabled.enabled, disabled.changed], [false, true]);
  assert.equal((await call('enable', 'mco-good')).enabled, true);
});

test('a service that dies at once is a failure, whatever its script says', { skip }, async () => {
  await assert.rejects(call('start', 'mco-crash'), {
    code: 'failed/service',
    message: /does not run: mco-crash is dead/,
  });
});

test('what a script does not know is a failure in its own words', { skip }, async () => {
  await call('start', 'mco-good');
  const message = /^service: Usage: .*start\|stop\|restart\|status/;
  await assert.rejects(call('reload', 'mco-good'), { code: 'failed/service', message });
  assert.equal((await call('status', 'mco-mute')).state, 'unknown');
  await assert.rejects(call('start', 'mco-nothing'), { code: 'failed/no-service' });
});
