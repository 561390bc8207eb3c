import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';

const skip = process.env.CI !== 'true' && !existsSync('/usr/bin/dpkg-query') ? 'dpkg is not installed' : false;
const { signal } = new AbortController();
const backend = createDpkgBackend(createProcessRunner());
const field = (name: string): string =>
  execFileSync('dpkg-query', ['-W', `-f=$\{${name}}`, 'bash'], { encoding: 'utf8' });

test('an installed package is what dpkg says', { skip }, async () => {
  assert.deepEqual(await backend.status('bash', signal), [
    { name: 'bash', ensure: field('Version'), arch: field('Architecture'), status: 'installed' },
  ]);
});

test('a package that does not exist is purged', { skip }, async () => {
  assert.deepEqual(await backend.status('no-such-package', signal), [
    { name: 'no-such-package', ensure: 'purged', arch: '', status: 'not-installed' },
  ]);
});

test('the count is what `dpkg -l` lists as installed', { skip }, async () => {
  const list = execFileSync('dpkg', ['-l'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  assert.equal(await backend.count(signal), list.split('\n').filter((line) => /^.i /.test(line)).length);
});
