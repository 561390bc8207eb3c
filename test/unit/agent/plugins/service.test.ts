import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVICE_DESCRIPTION } from '../../../../agent/plugins/service/description.ts';
import { createSystemdBackend, parseSystemdStatus } from '../../../../agent/plugins/service/systemd.ts';
import { parseSysvStatus } from '../../../../agent/plugins/service/sysv.ts';
import { checkInput } from '../../../../src/core/check-input.ts';

const { signal } = new AbortController();

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
    assert.equal(parseSystemdStatus('x', lines.join('\n')).state, state);
    assert.equal(parseSystemdStatus('x', lines.reverse().join('\n')).state, state);
  });
}

test('systemctl that says nothing or fails is a failure', async () => {
  assert.throws(() => parseSystemdStatus('x', ''), { code: 'failed/systemctl' });
  const finished = {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr: 'not booted with systemd\n',
    truncated: false,
  };
  const backend = createSystemdBackend({ run: () => Promise.resolve(finished) });
  await assert.rejects(backend.status('x', signal), { code: 'failed/systemctl', message: /not booted/ });
});

for (const [exitCode, stderr, state] of [
  [0, '', 'running'],
  [1, 'dead but pidfile exists', 'failed'],
  [1, 'x: unrecognized service', 'unknown'],
  [3, 'x is not running', 'stopped'],
  [4, '', 'unknown'],
  [undefined, '', 'unknown'],
] as const) {
  test(`an init script's exit code ${exitCode} with ${JSON.stringify(stderr)} is ${state}`, () => {
    assert.equal(
      parseSysvStatus('x', { exitCode, stderr, stdout: '', signal: undefined, truncated: false }).state,
      state,
    );
  });
}

test('names that could be options, paths or globs are no services', () => {
  const status = SERVICE_DESCRIPTION.actions.status;
  assert.ok(status);
  for (const service of ['ssh', 'getty@tty1', 'systemd-fsck@dev-disk-by\\x2duuid.service', 'user-1000.slice']) {
    checkInput(status, { service });
  }
  for (const service of ['--now', '../x', 'a/b', 'a*', 'a b', 'a\nb']) {
    assert.throws(() => checkInput(status, { service }), { code: 'usage/invalid-input' });
  }
});
