import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServiceAgent } from '../../../../agent/plugins/service/create-service-agent.ts';
import { createSysvBackend, parseSysvStatus } from '../../../../agent/plugins/service/sysv.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Finished, ProcessRequest } from '../../../../src/core/ports.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';

const { signal } = new AbortController();
const OK: Finished = { exitCode: 0, signal: undefined, stdout: '', stderr: '', truncated: false };

/** A backend over programs that end as `answers` say, by the whole command line; other programs are not installed. */
function setUp(answers: Readonly<Record<string, Partial<Finished>>>, isOpenrc = false) {
  const clock = createFakeClock();
  const calls: string[] = [];
  const run = ({ file, args }: ProcessRequest): Promise<Finished> => {
    const call = [file, ...args].join(' ');
    calls.push(call);
    const key = Object.keys(answers).find((start) => call.startsWith(start));
    if (key === undefined) return Promise.reject(new McoError('failed/not-installed', `\`${file}\` is not installed`));
    return Promise.resolve({ ...OK, ...answers[key] });
  };
  const backend = createSysvBackend({ run, stuck: () => 0 }, clock, { isOpenrc });
  const change = async (verb: 'start' | 'stop' | 'enable' | 'disable') => {
    const result = backend.change(verb, 'x', signal);
    result.catch(() => {});
    await clock.advance(1000);
    return await result;
  };
  return { backend, change, calls };
}

for (const [exitCode, stderr, state] of [
  [0, '', 'running'],
  [1, 'dead but pidfile exists', 'failed'],
  [1, 'x: unrecognized service', 'unknown'],
  [1, 'Usage: /etc/init.d/x {start|stop}', 'unknown'],
  [3, 'x is not running', 'stopped'],
  [4, '', 'unknown'],
  [32, ' * status: crashed', 'failed'],
  [undefined, '', 'unknown'],
] as const) {
  test(`an init script's exit code ${exitCode} with ${JSON.stringify(stderr)} is ${state}`, () => {
    assert.equal(parseSysvStatus('x', { ...OK, exitCode, stderr }).state, state);
  });
}

test('a script without a status is there, a service without a script is not', () => {
  const parse = (stderr: string) => parseSysvStatus('x', { ...OK, exitCode: 1, stderr }).isMissing;
  assert.equal(parse('Usage: /etc/init.d/x {start|stop}'), undefined);
  assert.equal(parse("* rc-service: service `x' does not exist"), true);
});

test('whether a service is enabled is told by its links in the runlevels', async () => {
  const links = setUp({ 'service x status': {}, find: { stdout: '/etc/rc3.d/S01x\n', exitCode: 1 } });
  assert.equal((await links.backend.status('x', signal)).enabled, true);
  assert.match(links.calls[1] ?? '', /^find -H \/etc\/rc2.d .* -maxdepth 1 -name S\[0-9\]\[0-9\]x$/);
  const none = setUp({ 'service x status': {}, find: { stdout: '' } });
  assert.equal((await none.backend.status('x', signal)).enabled, false);
});

test('a service is enabled by update-rc.d, and by chkconfig where that is what there is', async () => {
  const common = { 'service x status': {}, find: {} };
  const debian = setUp({ ...common, 'update-rc.d': {} });
  await debian.change('enable');
  assert.deepEqual(debian.calls.slice(0, 2), ['update-rc.d x defaults', 'update-rc.d x enable']);
  const redHat = setUp({ ...common, chkconfig: {} });
  await redHat.change('disable');
  assert.deepEqual(redHat.calls.slice(0, 2), ['update-rc.d x disable', 'chkconfig x off']);
  await assert.rejects(setUp(common).change('enable'), { code: 'failed/not-installed' });
});

test('OpenRC has programs of its own', async () => {
  const openrc = setUp(
    { 'rc-service x': {}, 'rc-update add': {}, 'rc-update show': { stdout: '   x | default\n' } },
    true,
  );
  assert.equal((await openrc.change('enable')).enabled, true);
  assert.deepEqual(openrc.calls, ['rc-update add x default', 'rc-service x status', 'rc-update show default']);
  const other = setUp({ 'rc-service x': {}, 'rc-update show': { stdout: '   xy | default\n' } }, true);
  assert.equal((await other.backend.status('x', signal)).enabled, false);
});

test('a tool that fails is a failure in its own words, cut to 300 characters', async () => {
  const { change } = setUp({
    'service x start': { exitCode: 6, stderr: `x is not configured\n${'y'.repeat(10_000)}` },
  });
  await assert.rejects(change('start'), { code: 'failed/service', message: 'service: x is not configured' });
  const flood = setUp({ 'service x stop': { exitCode: 1, stdout: 'y'.repeat(100_000) } });
  await assert.rejects(flood.change('stop'), ({ message }: McoError) => message.length < 350);
  const silent = setUp({ 'service x stop': { exitCode: 5 } });
  await assert.rejects(silent.change('stop'), { message: 'service: exit code 5' });
});

test('an init script that ends the machine can be looked at, and never changed', async () => {
  for (const service of ['reboot', 'halt', 'single', 'sendsigs']) {
    const { backend, calls } = setUp({ [`service ${service} status`]: {}, find: {} });
    const agent = createServiceAgent(backend);
    assert.equal((await callAction(agent, 'status', { input: { service } })).state, 'running');
    for (const isDryRun of [true, false]) {
      const refused = { code: 'failed/refused', message: /that would end the machine/ };
      await assert.rejects(callAction(agent, 'stop', { input: { service }, isDryRun }), refused);
    }
    assert.deepEqual(
      calls.filter((call) => !/ status$|^find /.test(call)),
      [],
    );
  }
});
