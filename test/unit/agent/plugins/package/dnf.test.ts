import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDnfManager } from '../../../../../agent/plugins/package/dnf.ts';
import { parseDnfSteps, parseDnfUpdates } from '../../../../../agent/plugins/package/parse-dnf.ts';
import { McoError } from '../../../../../src/core/errors.ts';
import type { PackageChange } from '../../../../../src/core/host/package-backend.ts';
import type { JobCommand } from '../../../../../src/core/jobs.ts';
import type { Finished, ProcessRunner } from '../../../../../src/core/ports.ts';
import { createFakeClock } from '../../../../fakes/fake-clock.ts';
import { row } from './fake-packages.ts';
import { createTools, endJob } from './fake-tools.ts';

const { signal } = new AbortController();
const NO_LOCK = { grep: { exitCode: 2 } };
const before = [row('alpha', '1:1.5-2.el9')];
const change: PackageChange = { verb: 'update', package: 'alpha', before };
const installed = [
  { name: 'alpha', version: '1.0-1', arch: 'noarch' },
  { name: 'kernel', version: '1-1', arch: 'x86_64' },
  { name: 'kernel', version: '2-1', arch: 'x86_64' },
];

const createManager = (runner: ProcessRunner, program: 'dnf' | 'yum' = 'dnf') =>
  createDnfManager(runner, {
    ...{ program, clock: createFakeClock(), root: '/r', config: '/r/dnf.conf', environment: { http_proxy: 'p' } },
    list: () => Promise.resolve(installed),
  });

const orders: readonly [string, 'dnf' | 'yum', Partial<PackageChange>, string][] = [
  ['the newest', 'dnf', {}, '--best upgrade alpha'],
  ['the newest', 'yum', {}, 'update alpha'],
  ['a newer version', 'dnf', { version: '1.6' }, '--best upgrade alpha-1.6'],
  ['an older version', 'dnf', { version: '1.4-1' }, 'downgrade alpha-1.4-1'],
  ['an older epoch', 'dnf', { version: '0:9-1' }, 'downgrade alpha-0:9-1'],
  ['one architecture', 'yum', { package: 'alpha:i686', version: '2' }, 'update alpha-2.i686'],
  ['what is not there', 'dnf', { verb: 'install', before: [] }, '--best install alpha'],
  ['an older one by installing', 'yum', { verb: 'install', version: '1.4' }, 'downgrade alpha-1.4'],
  ['none', 'dnf', { verb: 'purge' }, 'remove alpha'],
];
for (const [what, program, part, expected] of orders) {
  test(`${program} is told to bring ${what}: ${expected}`, async () => {
    const command = await createManager(createTools(NO_LOCK), program).change({ ...change, ...part }, signal);
    const { file, args, env } = command as JobCommand;
    assert.equal(file, program);
    const common = ['-y', '--setopt=exit_on_lock=True', '-c', '/r/dnf.conf', '--installroot=/r'];
    assert.deepEqual(args, [...common, ...expected.split(' ')]);
    assert.deepEqual(env, { LC_ALL: 'C', http_proxy: 'p' });
  });
}

test('a dry run is never told to go on by itself', async () => {
  const tools = createTools({ dnf: { exitCode: 0, stdout: 'Nothing to do.\n' } });
  assert.deepEqual(await createManager(tools).rehearse(change, signal), []);
  assert.ok(tools.asked[0]?.args.includes('--assumeno'));
  assert.ok(!tools.asked[0]?.args.includes('-y'));
});

test('rows that are wrapped are put together again, and what is obsolete is no update', () => {
  const stdout = `
Loaded plugins: fastestmirror
alpha.noarch                     2:2.0-1            test
kernel.x86_64                    3-1.el7            updates
a-very-long-name.noarch
                                 2.3-1              test
another-long-one.noarch          1.2.3.4.5.6.7.8.9-1.el7
                                                    epel
Obsoleting Packages
old.noarch                       3-1                test
    older.noarch                 1-1                @test
`;
  assert.deepEqual(
    parseDnfUpdates(stdout, installed).map((one) => Object.values(one).join(' ')),
    [
      'alpha 1.0-1 2:2.0-1 test',
      'kernel 1-1, 2-1 3-1.el7 updates',
      'a-very-long-name  2.3-1 test',
      'another-long-one  1.2.3.4.5.6.7.8.9-1.el7 epel',
    ],
  );
});

test("yum's and dnf's tables tell each step", () => {
  const stdout = `Dependencies Resolved

================================================
 Package    Arch     Version     Repository Size
================================================
Updating:
 alpha      noarch   2.0-1       test      5.4 k
     replacing  old.noarch 1-1
 a-very-long-name
            noarch   2.3-1       test      5.4 k
Installing for dependencies:
 beta       noarch   1.0-1       test      5.4 k
Removing unused dependencies:
 kernel     x86_64   1-1         @test       0  
Downgrading:
 delta      noarch   0.5-1       test      5.4 k

Transaction Summary
================================================
Upgrade  1 Package
 Note       that     this        is        none
`;
  assert.deepEqual(
    parseDnfSteps(stdout, installed).map(({ name, before: from, after }) => `${name} ${from}>${after}`),
    ['alpha 1.0-1>2.0-1', 'a-very-long-name >2.3-1', 'beta >1.0-1', 'kernel 1-1, 2-1>', 'delta >0.5-1'],
  );
});

test('updates: 100 is some, 0 is none, anything else a failure', async () => {
  const say = (answer: Partial<Finished>) => createManager(createTools({ dnf: answer })).updates(signal);
  const stdout = 'alpha.noarch 2.0-1 test\n';
  assert.equal((await say({ exitCode: 100, stdout })).length, 1);
  assert.deepEqual(await say({ exitCode: 0, stdout }), []);
  await assert.rejects(say({ exitCode: 1, stderr: 'Error: no repository' }), {
    ...{ code: 'failed/dnf', message: 'dnf failed: no repository' },
  });
  await assert.rejects(say({ exitCode: 100, stdout, truncated: true }), { message: /more than can be read/ });
});

test('a missing dnf, and one that takes too long, are told as they are', async () => {
  for (const code of ['failed/not-installed', 'failed/timeout'] as const) {
    const error = new McoError(code, 'x');
    await assert.rejects(createManager(createTools({ dnf: error })).updates(signal), error);
    await assert.rejects(createManager(createTools({ dnf: error })).rehearse(change, signal), error);
    await assert.rejects(createManager(createTools({ grep: error })).change(change, signal), error);
  }
});

const OWNER = 'RPMDB already locked by 77\n  The application with PID 77 is: packagekitd\n    Memory : 1 M\n';
const ends: readonly [string, string, string, string, RegExp][] = [
  [OWNER, '', 'failed/locked', 'dnf', /lock: process 77 \(packagekitd\)$/],
  ['', 'Existing lock /var/run/yum.pid: another copy is running as pid 12.', 'failed/locked', 'yum', /process 12$/],
  [
    'Error: Unable to find a match: nope',
    '',
    'failed/unknown-package',
    'dnf',
    /^dnf failed: Unable to find a match: nope$/,
  ],
  ['', 'No package nope available.\nError: Nothing to do', 'failed/unknown-package', 'yum', /^yum failed: /],
  [
    'Error: \n Problem: conflicting requests\n  - nothing provides x',
    '',
    'failed/dnf',
    'dnf',
    /^dnf failed: Problem: conflicting requests - nothing provides x$/,
  ],
  ["Error: Failed to download metadata for repo 'x'", '', 'failed/fetch', 'dnf', /repo 'x'/],
  [
    'Error: The operation would result in removing the following protected packages: dnf',
    '',
    'failed/protected',
    'dnf',
    /protected/,
  ],
  ['', 'last words\n', 'failed/dnf', 'dnf', /last words$/],
];
for (const [stderr, stdout, code, program, message] of ends) {
  test(`${JSON.stringify(`${stderr.slice(0, 40)}|${stdout.slice(0, 20)}`)} is ${code}`, async () => {
    const manager = createManager(createTools({}), program as 'dnf' | 'yum');
    const error = await manager.explain(endJob({ state: 'exited', exitCode: 1 }, { stdout, stderr }));
    assert.equal(error?.code, code);
    assert.match(error?.message ?? '', message);
  });
}

test('a good end is none to explain, and one that was lost is', async () => {
  const { explain } = createManager(createTools({}));
  assert.equal(await explain(endJob({ state: 'exited', exitCode: 0 }, { stderr: 'Error: none' })), undefined);
  assert.equal((await explain(endJob({ state: 'lost' })))?.code, 'failed/killed');
});
