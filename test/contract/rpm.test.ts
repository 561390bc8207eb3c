import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRpmBackend } from '../../agent/plugins/package/rpm.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';

const isInstalled = existsSync('/usr/bin/rpm') && existsSync('/usr/bin/rpmbuild');
const skip = process.env.CI !== 'true' && !isInstalled ? 'rpm is not installed (Debian package rpm)' : false;
const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), 'mco-rpm-'));
const backend = createRpmBackend(createProcessRunner(), { root });

// Debian's rpm keeps its database under the home directory, and the runner's home is `/`.
const env = { ...process.env, HOME: '/' };

/** Builds an empty package and puts it into the database under `root`. */
function install(name: string, version: string, epoch: number): void {
  const spec = join(root, `${name}.spec`);
  const fields = {
    Name: name,
    Version: version,
    Epoch: epoch,
    Release: 1,
    Summary: 'x',
    License: 'x',
    BuildArch: 'noarch',
  };
  const head = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
  writeFileSync(spec, `${head.join('\n')}\n%description\nx\n%files\n`);
  const rpmDir = join(root, 'rpms');
  execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${root}/top`, '--define', `_rpmdir ${rpmDir}`, spec], {
    env,
    stdio: 'ignore',
  });
  const file = join(rpmDir, 'noarch', `${name}-${version}-1.noarch.rpm`);
  execFileSync('rpm', ['--root', root, '-i', '--nodeps', '--noscripts', file], { env, stdio: 'ignore' });
}

before(() => {
  if (skip !== false) return;
  execFileSync('rpm', ['--root', root, '--initdb'], { env });
  install('alpha', '1.2.3', 0);
  install('beta', '2.0', 3);
});
after(() => rmSync(root, { recursive: true }));

test('installed packages have version, release, epoch and architecture', { skip }, async () => {
  assert.deepEqual(await backend.status('alpha', signal), [
    { name: 'alpha', ensure: '1.2.3-1', arch: 'noarch', status: 'installed' },
  ]);
  assert.equal((await backend.status('beta', signal))[0]?.ensure, '3:2.0-1');
  assert.equal((await backend.status('alpha:noarch', signal))[0]?.ensure, '1.2.3-1');
});

test('a package that is not installed is absent', { skip }, async () => {
  assert.deepEqual(await backend.status('gamma', signal), [
    { name: 'gamma', ensure: 'absent', arch: '', status: 'not-installed' },
  ]);
});

test('packages are counted', { skip }, async () => {
  assert.equal(await backend.count(signal), 2);
});
