import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACKAGE_DESCRIPTION } from '../../../../agent/plugins/package/description.ts';
import { createDpkgBackend, parseDpkgStatus } from '../../../../agent/plugins/package/dpkg.ts';
import { createRpmBackend, parseRpmStatus } from '../../../../agent/plugins/package/rpm.ts';
import { checkInput } from '../../../../src/core/check-input.ts';
import type { Finished, ProcessRequest, ProcessRunner } from '../../../../src/core/ports.ts';

const { signal } = new AbortController();

function createRunner(finished: Partial<Finished>): ProcessRunner & { asked: ProcessRequest[] } {
  const asked: ProcessRequest[] = [];
  return {
    asked,
    stuck: () => 0,
    run(request) {
      asked.push(request);
      return Promise.resolve({ exitCode: 0, signal: undefined, stdout: '', stderr: '', truncated: false, ...finished });
    },
  };
}

const dpkgRows: readonly (readonly [string, string, string])[] = [
  ['bash\t5.2-1\tamd64\tii \n', '5.2-1', 'installed'],
  ['bash\t5.2-1\tamd64\thi \n', '5.2-1', 'installed'],
  ['bash\t5.2-1\tamd64\trc \n', 'absent', 'config-files'],
  ['bash\t\t\tun \n', 'purged', 'not-installed'],
  ['bash\t5.2-1\tamd64\tiF \n', '5.2-1', 'half-configured'],
  ['bash\t5.2-1\tamd64\tiU \n', '5.2-1', 'unpacked'],
  ['bash\t5.2-1\tamd64\tit \n', '5.2-1', 'triggers-pending'],
  ['bash\t\tamd64\tiHR\n', 'absent', 'half-installed'],
  ['', 'purged', 'not-installed'],
];
for (const [stdout, ensure, status] of dpkgRows) {
  test(`dpkg's ${JSON.stringify(stdout)} means ${ensure}, ${status}`, () => {
    const [row, ...more] = parseDpkgStatus('bash', stdout);
    assert.deepEqual(more, []);
    assert.equal(row?.name, 'bash');
    assert.equal(row?.ensure, ensure);
    assert.equal(row?.status, status);
    if (ensure === 'purged' || ensure === 'absent') assert.ok(row?.arch === '' || status === 'half-installed');
  });
}

test('two architectures are two rows, and removed ones do not count beside installed ones', () => {
  const stdout = 'libc6:amd64\t2.36\tamd64\tii \nlibc6:i386\t2.36\ti386\tii \nlibc6:arm64\t2.30\tarm64\trc \n';
  assert.deepEqual(
    parseDpkgStatus('libc6', stdout).map(({ name, arch }) => [name, arch]),
    [
      ['libc6', 'amd64'],
      ['libc6', 'i386'],
    ],
  );
});

test('dpkg-query gets the name behind `--`, and exit code 1 is an answer', async () => {
  const runner = createRunner({ exitCode: 1, stderr: 'no packages found matching nope' });
  const [row] = await createDpkgBackend(runner).status('nope', signal);
  assert.equal(row?.ensure, 'purged');
  assert.deepEqual(runner.asked[0]?.args.slice(-2), ['--', 'nope']);
});

test('a database that dpkg can not read is a failure', async () => {
  const backend = createDpkgBackend(createRunner({ exitCode: 2, stderr: 'error: parsing file' }));
  await assert.rejects(backend.status('bash', signal), { code: 'failed/dpkg', message: /parsing file/ });
});

test('only installed packages are counted', async () => {
  const backend = createDpkgBackend(createRunner({ stdout: 'ii \nrc \nhi \niU \nun \nit \n' }));
  assert.equal(await backend.count(signal), 3);
});

test("rpm's rows carry version, release and an epoch that is not zero", () => {
  const stdout = 'kernel\t0\t5.14\t1.el9\tx86_64\nkernel\t0\t5.15\t2.el9\tx86_64\nopenssl\t1\t3.0\t4\tx86_64\n';
  assert.deepEqual(
    parseRpmStatus('kernel', stdout).map(({ ensure }) => ensure),
    ['5.14-1.el9', '5.15-2.el9', '1:3.0-4'],
  );
  assert.deepEqual(parseRpmStatus('nope', 'package nope is not installed\n'), [
    { name: 'nope', ensure: 'absent', arch: '', status: 'not-installed' },
  ]);
});

test('rpm: a missing package is an answer, a missing database a failure', async () => {
  const missing = createRunner({ exitCode: 1, stdout: 'package nope is not installed\n' });
  assert.equal((await createRpmBackend(missing).status('nope', signal))[0]?.ensure, 'absent');
  const broken = createRpmBackend(createRunner({ exitCode: 1, stderr: 'error: cannot open Packages database' }));
  await assert.rejects(broken.status('bash', signal), { code: 'failed/rpm', message: /cannot open/ });
});

test('rpm writes an architecture behind a dot, and keys are no packages', async () => {
  const runner = createRunner({ stdout: 'bash\ngpg-pubkey\nglibc\n' });
  const backend = createRpmBackend(runner, { root: '/r' });
  await backend.status('glibc:i686', signal);
  assert.deepEqual(runner.asked[0]?.args.at(-1), 'glibc.i686');
  assert.equal(await backend.count(signal), 2);
  assert.deepEqual(runner.asked[1]?.args.slice(0, 3), ['-q', '--root', '/r']);
});

test('a list that is longer than can be read is a failure, not a shorter list', async () => {
  const runner = createRunner({ stdout: 'bash\t5.2-1\tamd64\tii \n', truncated: true });
  await assert.rejects(createDpkgBackend(runner).list(signal), { code: 'failed/dpkg' });
  await assert.rejects(createRpmBackend(runner).list(signal), { code: 'failed/rpm' });
});

test('all installed packages are listed, without what was removed and without keys', async () => {
  const dpkg = createRunner({ stdout: 'bash\t5.2-1\tamd64\tii \nlibc6:i386\t2.36\ti386\thi \nold\t1\tall\trc \n' });
  assert.deepEqual(await createDpkgBackend(dpkg).list(signal), [
    { name: 'bash', version: '5.2-1', arch: 'amd64' },
    { name: 'libc6', version: '2.36', arch: 'i386' },
  ]);
  const rpm = createRunner({ stdout: 'gpg-pubkey\t0\t1\t2\t(none)\nbash\t1\t5\t2\tx86_64\n' });
  assert.deepEqual(await createRpmBackend(rpm).list(signal), [{ name: 'bash', version: '1:5-2', arch: 'x86_64' }]);
});

test('the environment of the configuration reaches the tools', async () => {
  const runner = createRunner({});
  await createDpkgBackend(runner, { environment: { DPKG_ADMINDIR: '/r' } }).list(signal);
  await createRpmBackend(runner, { environment: { A: 'b' } }).list(signal);
  assert.deepEqual(
    runner.asked.map(({ env }) => env),
    [{ DPKG_ADMINDIR: '/r' }, { A: 'b' }],
  );
});

const names = PACKAGE_DESCRIPTION.actions.status;
for (const [name, good] of [
  ['openafs-modules-dkms', true],
  ['libstdc++6:i386', true],
  ['NetworkManager', true],
  ['-W', false],
  ['--root=/x', false],
  ['bash\n', false],
  ['bash;id', false],
  ['*', false],
  ['../etc', false],
  ['', false],
] as const) {
  test(`${JSON.stringify(name)} is ${good ? 'a' : 'no'} package name`, () => {
    assert.ok(names);
    const check = () => checkInput(names, { package: name });
    if (good) check();
    else assert.throws(check, { code: 'usage/invalid-input' });
  });
}
