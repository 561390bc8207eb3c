import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShellAgent } from '../../../../agent/plugins/shell/create-shell-agent.ts';
import { SHELL_DESCRIPTION } from '../../../../agent/plugins/shell/description.ts';
import type { ShellSettings } from '../../../../agent/plugins/shell/shell-settings.ts';
import type { Input } from '../../../../src/core/agent-description.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { FileState, HostFiles } from '../../../../src/core/host/host-files.ts';
import type { JobCommand } from '../../../../src/core/jobs.ts';
import { type CallOptions, callAction } from '../../../fakes/call-action.ts';

const PROGRAMS = new Set(['/usr/bin/uname', '/usr/bin/env', '/bin/ls', '/usr/sbin/ls']);
const files = {
  look: (path: string) => Promise.resolve(PROGRAMS.has(path) ? ({ type: 'file' } as FileState) : undefined),
} as unknown as HostFiles;
const PLAIN: ShellSettings = { environment: {}, limits: {}, shells: { sh: '/bin/sh' } };

function rig(settings: Partial<ShellSettings> = {}) {
  const agent = createShellAgent({ files, settings: { ...PLAIN, ...settings } });
  return async (
    input: Input,
    end: Awaited<ReturnType<NonNullable<CallOptions['runCommand']>>> | undefined = undefined,
  ) => {
    let command: JobCommand | undefined;
    const run = SHELL_DESCRIPTION.actions.run ?? assert.fail();
    const data = await callAction(agent, 'run', {
      input: checkInput(run, input),
      runCommand(given) {
        command = given;
        return Promise.resolve(end ?? { exit: { state: 'exited', exitCode: 0 } });
      },
    });
    return { data, command: command ?? assert.fail('nothing was run') };
  };
}

test('a command becomes a program and its arguments, and no shell sees it', async () => {
  const { command } = await rig()({ command: `uname -a '$(id); *' "a b"` });
  assert.deepEqual([command.file, command.args], ['/usr/bin/uname', ['-a', '$(id); *', 'a b']]);
});

test('account, directory, environment and limits are those of the configuration', async () => {
  const settings = {
    user: 'operator',
    directory: '/srv',
    environment: { LANG: 'C' },
    limits: { cpuSeconds: 5, memoryMb: 6, processes: 7, fileMb: 8 },
  };
  const { command } = await rig(settings)({ command: 'uname' });
  const { user, directory, env, limits } = command;
  assert.deepEqual({ user, directory, environment: env, limits }, settings);
  assert.equal((await rig(settings)({ command: 'uname', directory: '/var/tmp' })).command.directory, '/var/tmp');
});

test('a shell gets the text only when it is named, and only one that the configuration names', async () => {
  const text = 'df -h | tail -n +2 && echo "$HOME"';
  await assert.rejects(rig()({ command: text }), { code: 'failed/bad-command', hint: /shell=sh/ });
  const { command } = await rig()({ command: text, shell: 'sh' });
  assert.deepEqual([command.file, command.args], ['/bin/sh', ['-c', text]]);
  await assert.rejects(rig()({ command: text, shell: 'bash' }), { code: 'failed/not-configured', hint: 'it has sh' });
  await assert.rejects(rig({ shells: {} })({ command: text, shell: 'sh' }), { code: 'failed/not-configured' });
  await assert.rejects(rig()({ command: text, shell: 'constructor' }), { code: 'failed/not-configured' });
});

test('with a list of programs only those run, by the path that was checked', async () => {
  const run = rig({ commands: ['/usr/bin/*', '/opt/site/**'] });
  assert.equal((await run({ command: 'uname' })).command.file, '/usr/bin/uname');
  assert.equal((await run({ command: '/opt/site/a/b' })).command.file, '/opt/site/a/b');
  for (const command of ['ls', '/bin/ls', '/etc/x'])
    await assert.rejects(run({ command }), { code: 'failed/not-configured' });
  for (const command of ['/usr/bin/../../tmp/x', './x', 'a/b', '/usr/bin//x', '../x']) {
    await assert.rejects(run({ command }), { code: 'failed/bad-command' });
  }
});

test('with a list of programs a shell runs only where it is on the list itself', async () => {
  const shells = { sh: '/bin/sh', own: '/opt/site/shell' };
  const run = rig({ shells, commands: ['/usr/bin/uptime', '/opt/site/*'] });
  await assert.rejects(run({ command: '/usr/bin/uptime ; id', shell: 'sh' }), {
    code: 'failed/not-configured',
    message: 'this node does not run `/bin/sh`',
    hint: /a shell runs anything/,
  });
  assert.equal((await run({ command: 'x', shell: 'own' })).command.file, '/opt/site/shell');
  assert.equal((await rig({ shells })({ command: 'x', shell: 'sh' })).command.file, '/bin/sh');
});

test('a program that is nowhere is not installed', async () => {
  await assert.rejects(rig()({ command: 'nope -x' }), { code: 'failed/not-installed' });
});

test('bad directories and shells are refused', async () => {
  await assert.rejects(rig()({ command: 'uname', directory: '/srv/../etc' }), { code: 'usage/invalid-input' });
  await assert.rejects(rig()({ command: 'uname', directory: 'srv' }), { code: 'usage/invalid-input' });
  await assert.rejects(rig()({ command: 'uname', shell: '/bin/sh' }), { code: 'usage/invalid-input' });
  await assert.rejects(rig()({ command: 'x'.repeat(5000) }), { code: 'usage/invalid-input' });
});

test('what it wrote comes back', async () => {
  const end = { exit: { state: 'exited', exitCode: 0 }, stdout: 'Linux\n', stderr: 'a warning\n' } as const;
  const { data } = await rig()({ command: 'uname' }, end);
  assert.deepEqual(data, { exitcode: 0, stdout: 'Linux\n', stderr: 'a warning\n' });
});

test('of a flood the beginning and the end come back, and how much is missing', async () => {
  const stdout = `begin${'x'.repeat(500_000)}end`;
  const { data } = await rig()({ command: 'uname' }, { exit: { state: 'exited', exitCode: 0 }, stdout });
  const text = data.stdout as string;
  assert.equal(data.truncated, true);
  assert.match(text, /^beginx+\n\[434472 bytes are left out\]\nx+end$/);
  assert.ok(text.length < 66_000);
});

for (const [end, code, message] of [
  [
    { exit: { state: 'exited', exitCode: 3 }, stderr: 'no such table\n', stdout: 'x' },
    'failed/command',
    'exit code 3: no such table',
  ],
  [{ exit: { state: 'exited', exitCode: 1 }, stdout: 'only output\n' }, 'failed/command', 'exit code 1: only output'],
  [{ exit: { state: 'exited', exitCode: 1 } }, 'failed/command', 'exit code 1'],
  [{ exit: { state: 'killed', signal: 'SIGXCPU' } }, 'failed/killed', 'the command was ended by SIGXCPU'],
  [{ exit: { state: 'lost' } }, 'failed/lost', 'the command is gone and left no word'],
] as const) {
  test(`"${message}" is a node that failed`, async () => {
    await assert.rejects(rig()({ command: 'uname' }, end), (thrown: unknown) => {
      assert.ok(thrown instanceof McoError);
      assert.deepEqual([thrown.code, thrown.message], [code, message]);
      return true;
    });
  });
}

test('of a failure with much to say the end is told', async () => {
  const stderr = `${'x'.repeat(9000)}the end`;
  await assert.rejects(
    rig()({ command: 'uname' }, { exit: { state: 'exited', exitCode: 1 }, stderr }),
    (thrown: unknown) => {
      assert.ok(thrown instanceof McoError);
      assert.ok(thrown.message.endsWith('the end') && thrown.message.length < 2100);
      return true;
    },
  );
});

test('start is run that nobody waits for', async () => {
  const permit = () => Promise.resolve();
  const agent = createShellAgent({ files, settings: PLAIN });
  const call = {
    input: { command: 'uname' },
    signal: new AbortController().signal,
    isDryRun: false,
    caller: 'c',
    run: 'r',
  };
  for (const [name, isDetached] of [
    ['run', false],
    ['start', true],
  ] as const) {
    const action = agent.actions[name];
    assert.ok(action !== undefined && typeof action !== 'function');
    assert.equal((await action.prepare({ ...call, permit, report: () => undefined })).isDetached, isDetached);
  }
});
