import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServiceAgent } from '../../../../agent/plugins/service/create-service-agent.ts';
import { createSystemdBackend } from '../../../../agent/plugins/service/systemd.ts';
import { parseSystemdUnit } from '../../../../agent/plugins/service/systemd-unit.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { Finished, ProcessRequest } from '../../../../src/core/ports.ts';
import { callAction } from '../../../fakes/call-action.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';

const { signal } = new AbortController();
const OK: Finished = { exitCode: 0, signal: undefined, stdout: '', stderr: '', truncated: false };

/** What `systemctl show` says. */
const show = (fields: Readonly<Record<string, string>>): Finished => {
  const all = { Id: 'x.service', LoadState: 'loaded', ActiveState: 'active', SubState: 'running', ...fields };
  return {
    ...OK,
    stdout: Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  };
};

/** A backend whose programs do what `script` says. Time passes by itself. */
function setUp(script: (args: readonly string[], request: ProcessRequest) => Finished | Promise<Finished>) {
  const clock = createFakeClock();
  const calls: string[] = [];
  const run = async (request: ProcessRequest): Promise<Finished> => {
    calls.push([request.file, ...request.args].join(' '));
    return await script(request.args, request);
  };
  const backend = createSystemdBackend({ run, stuck: () => 0 }, clock);
  const change = async (verb: 'start' | 'stop' | 'reload' | 'enable') => {
    const result = backend.change(verb, 'x', signal);
    result.catch(() => {});
    await clock.advance(60_000);
    return await result;
  };
  return { backend, change, calls };
}

for (const [load, active, sub, state] of [
  ['loaded', 'active', 'running', 'running'],
  ['loaded', 'active', 'exited', 'running'],
  ['loaded', 'reloading', 'reload', 'running'],
  ['loaded', 'inactive', 'dead', 'stopped'],
  ['masked', 'inactive', 'dead', 'stopped'],
  ['loaded', 'activating', 'start', 'stopped'],
  ['loaded', 'activating', 'auto-restart', 'failed'],
  ['loaded', 'failed', 'failed', 'failed'],
  ['not-found', 'inactive', 'dead', 'unknown'],
  ['not-found', 'active', 'running', 'running'],
] as const) {
  test(`systemd's ${load}, ${active}, ${sub} is ${state}, in any order of lines`, () => {
    const lines = [`SubState=${sub}`, `LoadState=${load}`, `ActiveState=${active}`, ''];
    assert.equal(parseSystemdUnit('x', lines.join('\n')).state, state);
    assert.equal(parseSystemdUnit('x', lines.reverse().join('\n')).state, state);
  });
}

for (const [fileState, enabled] of [
  ['enabled', true],
  ['alias', true],
  ['disabled', false],
  ['masked', false],
  ['static', undefined],
  ['indirect', undefined],
  ['', undefined],
] as const) {
  test(`the unit file state \`${fileState}\` is enabled: ${enabled}`, () => {
    assert.equal(parseSystemdUnit('x', show({ UnitFileState: fileState }).stdout).enabled, enabled);
  });
}

test('systemctl that says nothing or fails is a failure', async () => {
  assert.throws(() => parseSystemdUnit('x', ''), { code: 'failed/service' });
  const { backend } = setUp(() => ({ ...OK, exitCode: 1, stderr: 'not booted with systemd\n' }));
  await assert.rejects(backend.status('x', signal), { code: 'failed/service', message: /not booted/ });
});

test('systemctl that is not there is a failure of its own', async () => {
  const { backend } = setUp(() => Promise.reject(new McoError('failed/not-installed', '`systemctl` is not installed')));
  await assert.rejects(backend.status('x', signal), { code: 'failed/not-installed' });
});

test('no program takes a name for an option, asks for a password or fills a pager', async () => {
  const { change, calls } = setUp(() => show({}));
  await change('start');
  for (const call of calls) assert.match(call, / --no-pager.* -- x$/);
  assert.match(calls[0] ?? '', /^systemctl start --no-pager --no-ask-password -- x$/);
});

test('a service that dies within a second of its start has failed, and its last words are told', async () => {
  let looks = 0;
  const { change, calls } = setUp(([what = '']) => {
    if (what.startsWith('_SYSTEMD_UNIT=')) return { ...OK, stdout: 'port 80 is taken\n' };
    if (what !== 'show') return OK;
    looks += 1;
    const dead = { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code', ExecMainStatus: '3' };
    return show({ Type: 'simple', ...(looks > 1 ? dead : {}) });
  });
  const { state, detail, lastWords } = await change('start');
  assert.deepEqual([state, detail, lastWords], ['failed', 'failed (exit-code 3)', 'port 80 is taken']);
  assert.match(calls.at(-1) ?? '', /^journalctl _SYSTEMD_UNIT=x.service --since=@1700000000 --lines=1 /);
});

test('a service that systemd starts again and again has failed, although it runs', async () => {
  let restarts = 0;
  const { change } = setUp(([what]) => {
    if (what === 'show') restarts += 2;
    return show({ Type: 'simple', NRestarts: String(restarts) });
  });
  const { state, detail } = await change('start');
  assert.deepEqual([state, detail], ['failed', 'active (running), started again 2 times within a second']);
});

test('a missing or failing journal takes nothing from the failure', async () => {
  const { change } = setUp(([what], { file }) => {
    if (file === 'journalctl') throw new McoError('failed/not-installed', 'no');
    return what === 'show'
      ? show({ ActiveState: 'failed' })
      : { ...OK, exitCode: 1, stderr: '\nJob for x failed.\nSee\n' };
  });
  await assert.rejects(change('start'), { code: 'failed/service', message: 'systemctl: Job for x failed.' });
});

test('a flood of words is cut to 300 characters', async () => {
  const { change } = setUp(([what]) =>
    what === 'show' ? show({}) : { ...OK, exitCode: 1, stderr: 'x'.repeat(100_000) },
  );
  await assert.rejects(change('stop'), ({ message }: McoError) => message.length < 350);
});

test('a warning of systemctl is told', async () => {
  const stderr = 'Warning: Stopping x.service, but it can still be activated by:\n  x.socket\n';
  const { change } = setUp(([what]) =>
    what === 'show' ? show({ ActiveState: 'inactive', SubState: 'dead' }) : { ...OK, stderr },
  );
  assert.match((await change('stop')).detail, /^inactive \(dead\); Warning: .* activated by:$/);
});

/** What a runner does when its signal aborts. */
const hang = (request: ProcessRequest): Promise<Finished> =>
  new Promise((_, reject) => {
    request.signal.addEventListener('abort', () => reject(new McoError('failed/timeout', 'took too long')));
  });

test('after 50 seconds systemctl is given up, and how the service stands is told', async () => {
  const { change, calls } = setUp(([what], request) =>
    what === 'show' ? show({ ActiveState: 'activating', SubState: 'start' }) : hang(request),
  );
  await assert.rejects(change('start'), {
    code: 'failed/timeout',
    message: 'start of `x`: not done after 50 s, it is activating (start)',
    hint: 'systemd goes on with it',
  });
  assert.equal(calls.length, 2);
});

test('an action whose time is up does nothing more', async () => {
  const stop = new AbortController();
  const { backend, calls } = setUp((_, request) => hang(request));
  const result = backend.change('start', 'x', stop.signal);
  result.catch(() => {});
  await settle();
  stop.abort();
  await assert.rejects(result, { code: 'failed/timeout', message: 'took too long' });
  assert.equal(calls.length, 1);
});

test('an init script that systemd made a unit of is asked for whether it is enabled', async () => {
  const { backend, calls } = setUp(([what]) =>
    what === 'show' ? show({ UnitFileState: 'generated' }) : { ...OK, exitCode: 1, stdout: 'disabled\n' },
  );
  assert.equal((await backend.status('x', signal)).enabled, false);
  assert.equal(calls[1], 'systemctl is-enabled --no-pager -- x');
});

const CHANGES = ['start', 'stop', 'restart', 'reload', 'enable', 'disable'] as const;

/** Asks for a unit as systemd tells it, and for what comes of each action. */
async function askAll(service: string, fields: Readonly<Record<string, string>>) {
  const { backend, calls } = setUp(() => show(fields));
  const agent = createServiceAgent(backend);
  const { state } = await callAction(agent, 'status', { input: { service } });
  const refusals = CHANGES.flatMap((verb) =>
    [true, false].map((isDryRun) =>
      callAction(agent, verb, { input: { service }, isDryRun }).then(
        () => 'done',
        (error: unknown) => (error instanceof McoError ? `${error.code} ${error.message.replace(/^.*: /, '')}` : error),
      ),
    ),
  );
  return {
    state,
    refusals: new Set(await Promise.all(refusals)),
    orders: calls.filter((call) => !/ show /.test(call)),
  };
}

for (const id of ['reboot.target', 'init.scope', '-.slice', 'x@reboot.target', 'home.mount', 'a.path', 'a.swap']) {
  test(`${id} can be looked at, and never changed`, async () => {
    const { state, refusals, orders } = await askAll(id, { Id: id });
    assert.equal(state, 'running');
    assert.deepEqual([...refusals], ['failed/refused only services, sockets and timers are changed']);
    assert.deepEqual(orders, []);
  });
}

for (const [name, id, more] of [
  ['systemd-reboot', 'systemd-reboot.service', {}],
  ['systemd-poweroff.service', 'systemd-poweroff.service', {}],
  ['systemd-halt', 'systemd-halt.service', {}],
  ['systemd-kexec', 'systemd-kexec.service', {}],
  ['systemd-soft-reboot', 'systemd-soft-reboot.service', {}],
  ['systemd-exit', 'systemd-exit.service', {}],
  ['systemd-suspend', 'systemd-suspend.service', {}],
  ['systemd-suspend-then-hibernate', 'systemd-suspend-then-hibernate.service', {}],
  ['systemd-hybrid-sleep', 'systemd-hybrid-sleep.service', {}],
  ['systemd-hibernate-resume@x', 'systemd-hibernate-resume@x.service', {}],
  ['reboot@now', 'reboot@now.service', {}],
  ['emergency', 'emergency.service', {}],
  ['rescue.service', 'rescue.service', {}],
  ['alias', 'systemd-reboot.service', {}],
  ['rescue', 'own.service', {}],
  ['own', 'own.service', { SuccessAction: 'poweroff-force' }],
] as const) {
  test(`${name}, which is ${id}, would end the machine: no action and no dry run takes it`, async () => {
    const { state, refusals, orders } = await askAll(name, { Id: id, ...more });
    assert.equal(state, 'running');
    assert.deepEqual([...refusals], ['failed/refused that would end the machine, or put it to sleep']);
    assert.deepEqual(orders, []);
  });
}

for (const id of ['ssh.service', 'getty@tty1.service', 'dbus.socket', 'apt-daily.timer', 'php8.2-fpm.service']) {
  test(`${id} may be changed`, () => {
    const { refuses } = parseSystemdUnit(id, show({ Id: id, SuccessAction: 'none', CanReload: 'yes' }).stdout);
    assert.deepEqual(refuses, {});
  });
}
