import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAptManager } from '../../../../../agent/plugins/package/apt.ts';
import { parseAptPolicy, parseAptSteps, parseAptUpdates } from '../../../../../agent/plugins/package/parse-apt.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import type { PackageChange } from '../../../../../src/core/host/package-backend.ts';
import type { JobCommand } from '../../../../../src/core/jobs.ts';
import { row } from './fake-packages.ts';
import { createTools, endJob } from './fake-tools.ts';

const { signal } = new AbortController();
const POLICY = `alpha:
  Installed: 1.0
  Candidate: 2.0
  Version table:
     2.0 500
        500 http://deb.example.org stable/main amd64 Packages
 *** 1.0 100
        100 /var/lib/dpkg/status
beta:
  Candidate: 9
  Version table:
     9 500
`;
const change: PackageChange = { verb: 'update', package: 'alpha', before: [row('alpha', '1.0')] };

async function argsOf(part: Partial<PackageChange>): Promise<string> {
  const manager = createAptManager(createTools({ 'apt-cache': { stdout: POLICY } }));
  const { args } = (await manager.change({ ...change, ...part }, signal)) as JobCommand;
  return args
    .slice(args.findIndex((arg) => /^[a-z]/.test(arg) && !arg.includes('=')))
    .join(' ')
    .replace(/^.*confold /, '');
}

test('each change has its order to apt-get, with the names behind `--`', async () => {
  assert.match(await argsOf({}), /install --only-upgrade -- alpha$/);
  assert.match(await argsOf({ version: '1.0' }), /install --only-upgrade --allow-downgrades -- alpha=1\.0$/);
  assert.match(await argsOf({ verb: 'install', version: '2.0' }), /install --allow-downgrades -- alpha=2\.0$/);
  assert.match(await argsOf({ verb: 'uninstall' }), /remove -- alpha$/);
  assert.match(await argsOf({ verb: 'purge' }), /purge -- alpha$/);
});

test('where a package is installed for two architectures both are meant', async () => {
  const before = ['amd64', 'i386'].map((arch) => ({ ...row('alpha', '1.0'), arch }));
  assert.match(await argsOf({ before, version: '2.0' }), /-- alpha:amd64=2\.0 alpha:i386=2\.0$/);
  assert.match(await argsOf({ before, verb: 'purge' }), /-- alpha:amd64 alpha:i386$/);
  assert.match(await argsOf({ before, package: 'alpha:i386' }), /-- alpha:i386$/);
});

test('nobody is asked anything, locks are waited for, and killing it is warned of', async () => {
  const manager = createAptManager(createTools({ 'apt-cache': { stdout: POLICY } }), { http_proxy: 'http://proxy:1' });
  const { env, args, dangerOfKill } = (await manager.change(change, signal)) as JobCommand;
  assert.equal(env?.DEBIAN_FRONTEND, 'noninteractive');
  assert.equal(env?.http_proxy, 'http://proxy:1');
  assert.ok(args.includes('-y') && args.includes('DPkg::Lock::Timeout=60'));
  assert.ok(args.includes('Dpkg::Options::=--force-confold'));
  assert.match(dangerOfKill ?? '', /half-way/);
});

test('a name that apt only takes for a pattern is refused', async () => {
  const manager = createAptManager(createTools({ 'apt-cache': { stdout: POLICY } }));
  for (const name of ['alph.', 'alpha-', 'Alpha', 'lpha']) {
    const asked = { ...change, verb: 'install', package: name } as const;
    await assert.rejects(manager.change(asked, signal), { code: 'failed/unknown-package' });
    await assert.rejects(manager.rehearse(asked, signal), { code: 'failed/unknown-package' });
  }
  await assert.rejects(manager.change({ ...change, version: '9' }, signal), {
    ...{ code: 'failed/unknown-version', hint: 'known: 2.0, 1.0' },
  });
});

test('of a policy only the block of the package counts', () => {
  assert.deepEqual(parseAptPolicy(POLICY, 'alpha'), { versions: ['2.0', '1.0'] });
  assert.deepEqual(parseAptPolicy(POLICY, 'alpha:amd64'), { versions: ['2.0', '1.0'] });
  assert.deepEqual(parseAptPolicy(POLICY, 'beta'), { versions: ['9'] });
  assert.equal(parseAptPolicy(POLICY, 'gamma'), undefined);
  assert.equal(parseAptPolicy('', 'alpha'), undefined);
});

const SIMULATION = `NOTE: This is only a simulation!
Inst libc6 [2.36-9] (2.36-10 Debian:12.5/stable, Debian-Security:12/stable-security [amd64]) []
Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.5/stable [i386])
Inst linux-image-6.1 (6.1.2 Debian:12.5/stable [amd64])
Inst local [1] (2 [all])
Remv old [1.0]
Purg older [0.9] [x:amd64 ]
Conf libc6 (2.36-10 Debian:12.5/stable [amd64])
`;

test('a simulation tells what is installed, upgraded and removed', () => {
  assert.deepEqual(
    parseAptSteps(SIMULATION).map(({ name, before, after }) => `${name} ${before}>${after}`),
    [
      'libc6 2.36-9>2.36-10',
      'libc6:i386 2.36-9>2.36-10',
      'linux-image-6.1 >6.1.2',
      'local 1>2',
      'old 1.0>',
      'older 0.9>',
    ],
  );
  assert.deepEqual(
    parseAptUpdates(SIMULATION).map(({ package: name, repository }) => [name, repository]),
    [
      ['libc6', 'Debian:12.5/stable, Debian-Security:12/stable-security'],
      ['libc6:i386', 'Debian:12.5/stable'],
      ['local', ''],
    ],
  );
});

test('a simulation that fails, or says too much, is a failure', async () => {
  const failing = createAptManager(createTools({ 'apt-get': { exitCode: 100, stderr: 'E: Unmet dependencies.\n' } }));
  await assert.rejects(failing.updates(signal), { code: 'failed/apt', message: 'apt-get failed: Unmet dependencies.' });
  const flood = createAptManager(createTools({ 'apt-get': { stdout: SIMULATION, truncated: true } }));
  await assert.rejects(flood.updates(signal), { code: 'failed/apt', message: /more than can be read/ });
});

test('a missing apt-get, and one that takes too long, are told as they are', async () => {
  const missing = new McoError('failed/not-installed', '`apt-get` is not installed on this node');
  const slow = new McoError('failed/timeout', '`apt-get` took too long');
  for (const error of [missing, slow]) {
    await assert.rejects(createAptManager(createTools({ 'apt-get': error })).updates(signal), error);
    await assert.rejects(createAptManager(createTools({ 'apt-cache': error })).change(change, signal), error);
  }
});

const WAITED =
  'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 42 (dpkg)...\n';
const ends: readonly [string, string, string, string, RegExp][] = [
  [
    'E: Unable to acquire the dpkg frontend lock (x), is another process using it?',
    WAITED,
    'failed/locked',
    '',
    /lock: process 42 \(dpkg\)$/,
  ],
  [
    'E: Could not get lock /l. It is held by process 7 (apt)\nE: Unable to lock directory /l',
    '',
    'failed/locked',
    '',
    /process 7 \(apt\)$/,
  ],
  [
    'E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)',
    '',
    'failed/locked',
    '',
    /holds the lock$/,
  ],
  [
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'",
    '',
    'failed/interrupted',
    'dpkg --configure -a',
    /interrupted/,
  ],
  [
    'E: Sub-process /usr/bin/dpkg exited unexpectedly',
    'Setting up x (2.0) ...',
    'failed/interrupted',
    'dpkg --configure -a',
    /^apt-get failed: Sub-process/,
  ],
  ['E: Held packages were changed and -y was used', '', 'failed/held', 'apt-mark unhold', /^apt-get failed: Held/],
  ["E: Version '9' for 'x' was not found", '', 'failed/unknown-version', '', /'9'/],
  ['W: x\nE: Failed to fetch http://d  404', '', 'failed/fetch', '', /404/],
  // It got the lock in the end.
  [
    'E: Sub-process /usr/bin/dpkg returned an error code (1)',
    `${WAITED}dpkg: error processing package x (--configure):\n it broke\n`,
    'failed/apt',
    '',
    /^apt-get failed: dpkg: error processing package x \(--configure\): it broke$/,
  ],
  [
    'E: Error, pkgProblemResolver::Resolve generated breaks, this may be caused by held packages.',
    `The following packages have unmet dependencies:
 apt : Depends: gpgv but it is not going to be installed or
                gpgv2 but it is not going to be installed
       Depends: libc6 (>= 2.34) but it is not going to be installed
 bash : PreDepends: libc6 (>= 2.36) but it is not going to be installed
 coreutils : PreDepends: libc6 (>= 2.34) but it is not going to be installed
 dpkg : PreDepends: libc6 (>= 2.34) but it is not going to be installed
`,
    'failed/dependencies',
    'nothing was changed',
    /^it would break `apt`, `bash`, `coreutils` and 1 more$/,
  ],
  [
    'E: Unable to correct problems, you have held broken packages.',
    'The following packages have unmet dependencies:\n alpha : Depends: beta (>= 2) but 1.0 is to be installed\n',
    'failed/dependencies',
    'nothing was changed',
    /^`alpha` needs `beta \(>= 2\)`$/,
  ],
  [
    'E: Essential packages were removed and -y was used without --allow-remove-essential.',
    `WARNING: The following essential packages will be removed.
This should NOT be done unless you know exactly what you are doing!
  bash libc6 (due to bash)
0 upgraded, 0 newly installed, 1 to remove and 132 not upgraded.
`,
    'failed/essential',
    'nothing was changed',
    /^the system can't do without `bash`, `libc6`$/,
  ],
  ['E: Unable to correct problems, you have held broken packages.', '', 'failed/dependencies', '', /held broken/],
  ['E: one\nE: two', '', 'failed/apt', '', /^apt-get failed: one; two$/],
  ['', 'last words\n\n', 'failed/apt', '', /last words$/],
  ['', '', 'failed/apt', '', /it said nothing$/],
  [`E: ${'x'.repeat(5000)}`, '', 'failed/apt', '', /^apt-get failed: x{300}$/],
];
for (const [stderr, stdout, code, hint, message] of ends) {
  test(`apt-get's ${JSON.stringify(`${stderr.slice(0, 50)}|${stdout.slice(0, 20)}`)} is ${code}`, async () => {
    const manager = createAptManager(createTools({}));
    const error = await manager.explain(endJob({ state: 'exited', exitCode: 100 }, { stdout, stderr }));
    assert.equal(error?.code, code);
    assert.match(error?.message ?? '', message);
    assert.ok((error?.hint ?? '').includes(hint));
  });
}

test('a good end is none to explain, but for a refresh that reached nothing', async () => {
  const { explain } = createAptManager(createTools({}));
  const good = { state: 'exited', exitCode: 0 } as const;
  assert.equal(await explain(endJob(good, { stdout: 'E: no error\n', stderr: 'W: something\n' })), undefined);
  const silent = await explain(endJob(good, { stderr: 'W: Failed to fetch http://d  refused\n' }));
  assert.equal(silent?.code, 'failed/fetch');
});

test('who was killed, or is gone, is told how to repair it', async () => {
  const { explain } = createAptManager(createTools({}));
  for (const exit of [{ state: 'killed', signal: 'SIGKILL' }, { state: 'lost' }] as const) {
    const error = await explain(endJob(exit, { stdout: 'x' }));
    assert.equal(error?.code, 'failed/killed');
    assert.match(error?.hint ?? '', /dpkg --configure -a/);
  }
});

test('of a flood only the end is read', async () => {
  const { explain } = createAptManager(createTools({}));
  const stdout = `${'x'.repeat(3_000_000)}\ndpkg: error processing package y\n at the end\n`;
  const error = await explain(endJob({ state: 'exited', exitCode: 100 }, { stdout }));
  assert.equal(error?.message, 'apt-get failed: dpkg: error processing package y at the end');
});
