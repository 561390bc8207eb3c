import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAptManager } from '../../agent/plugins/package/apt.ts';
import { createPackageAgent } from '../../agent/plugins/package/create-package-agent.ts';
import { createDpkgBackend } from '../../agent/plugins/package/dpkg.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { hashText } from '../../src/adapters/hash/hash-text.ts';
import type { Agent } from '../../src/core/agent.ts';
import type { Input } from '../../src/core/agent-description.ts';
import type { JobCommand } from '../../src/core/jobs.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { callAction } from '../fakes/call-action.ts';
import { type AptRepository, type AptRoot, createAptRepository, createAptRoot } from './package-repository.ts';
import { runJob } from './run-job.ts';

const isInstalled = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-scanpackages');
const skip = process.env.CI !== 'true' && !isInstalled ? 'apt is not installed (Debian package dpkg-dev)' : false;
const directory = mkdtempSync(join(tmpdir(), 'mco-apt-'));
const runner = createProcessRunner();
let repository: AptRepository;

/** Nobody waits a minute for a lock in here. */
const runSoon = (command: JobCommand) => runJob({ ...command, args: command.args.map(hurry) });
const hurry = (arg: string): string => arg.replace('Timeout=60', 'Timeout=5');

interface Machine extends AptRoot {
  readonly agent: Agent;
  call(action: string, input?: Input, isDryRun?: boolean): Promise<ReplyData>;
}

function createMachine(name: string, ...install: readonly string[]): Machine {
  const root = createAptRoot(join(directory, name), repository.directory);
  assert.ok(root.apt('update'));
  if (install.length > 0) assert.ok(root.apt('install', ...install));
  const packages = {
    ...createDpkgBackend(runner, root),
    manager: createAptManager(runner, root.environment),
  };
  const agent = createPackageAgent(packages, hashText);
  return {
    ...root,
    agent,
    call: (action, input = {}, isDryRun = false) => callAction(agent, action, { input, isDryRun, runCommand: runSoon }),
  };
}

before(() => {
  if (skip !== false) return;
  repository = createAptRepository(join(directory, 'repository'));
  repository.add(
    { name: 'alpha', version: '1.0', conffile: 'one\n' },
    { name: 'alpha', version: '1.1', conffile: 'two\n' },
    { name: 'alpha', version: '2.0', conffile: 'three\n', depends: 'beta (>= 1.0)' },
    { name: 'beta', version: '1.0' },
    { name: 'broken', version: '1.0', postinst: 'echo bang >&2; exit 3' },
    { name: 'slow', version: '1.0', postinst: 'sleep 1' },
    { name: 'slower', version: '1.0', postinst: 'sleep 10' },
  );
});
after(() => rmSync(directory, { recursive: true }));

test('a package is installed, updated with what it needs, removed and purged', { skip }, async () => {
  const machine = createMachine('life');
  assert.deepEqual(await machine.call('install', { package: 'alpha', version: '1.0' }), {
    ...{ package: 'alpha', before: 'absent', after: '1.0', changed: true, change: 'absent -> 1.0' },
  });
  assert.deepEqual(await machine.call('update', { package: 'alpha' }), {
    ...{ package: 'alpha', before: '1.0', after: '2.0', changed: true, change: '1.0 -> 2.0' },
    ...{ also: ['beta absent -> 1.0'], note: ', also beta absent -> 1.0' },
  });
  assert.deepEqual(machine.installed(), { alpha: '2.0', beta: '1.0' });
  const gone = await machine.call('uninstall', { package: 'alpha' });
  assert.deepEqual([gone.before, gone.after, gone.changed], ['2.0', 'absent', true]);
  const purged = await machine.call('purge', { package: 'alpha' });
  assert.deepEqual([purged.before, purged.after, purged.changed], ['absent', 'purged', true]);
  assert.deepEqual(machine.installed(), { beta: '1.0' });
});

test('what is as it should be is left alone', { skip }, async () => {
  const machine = createMachine('calm', 'alpha=1.0');
  const forbidden = { runCommand: () => Promise.reject(new Error('nothing was to be run')) };
  const same = { package: 'alpha', before: '1.0', after: '1.0', changed: false, change: '1.0, unchanged' };
  for (const [action, input] of [
    ['install', { package: 'alpha' }],
    ['install', { package: 'alpha', version: '1.0' }],
    ['update', { package: 'alpha', version: '1.0' }],
  ] as const) {
    assert.deepEqual(await callAction(machine.agent, action, { input, ...forbidden }), same);
  }
  const gone = await callAction(machine.agent, 'purge', { input: { package: 'beta' }, ...forbidden });
  assert.deepEqual([gone.before, gone.after, gone.change], ['purged', 'purged', 'purged, unchanged']);
});

test('a dry run tells what would be, and changes nothing', { skip }, async () => {
  const machine = createMachine('dry', 'alpha=1.0');
  const update = await machine.call('update', { package: 'alpha' }, true);
  assert.deepEqual([update.before, update.after, update.also], ['1.0', '2.0', ['beta absent -> 1.0']]);
  const install = await machine.call('install', { package: 'beta' }, true);
  assert.deepEqual([install.before, install.after, install.changed], ['absent', '1.0', true]);
  const purge = await machine.call('purge', { package: 'alpha' }, true);
  assert.deepEqual([purge.before, purge.after], ['1.0', 'purged']);
  assert.deepEqual(machine.installed(), { alpha: '1.0' });
});

test('it goes back to an older version only when that is named, and keeps changed configuration', {
  skip,
}, async () => {
  const machine = createMachine('back', 'alpha=1.1');
  const file = join(machine.directory, 'etc/alpha.conf');
  writeFileSync(file, 'my own\n');
  const back = await machine.call('update', { package: 'alpha', version: '1.0' });
  assert.deepEqual([back.before, back.after], ['1.1', '1.0']);
  const forth = await machine.call('install', { package: 'alpha', version: '2.0' });
  assert.deepEqual([forth.before, forth.after], ['1.0', '2.0']);
  assert.equal(readFileSync(file, 'utf8'), 'my own\n');
});

test('only names that apt knows exactly reach it', { skip }, async () => {
  const machine = createMachine('names', 'alpha=1.0');
  for (const name of ['nope', 'alph.', 'alpha-', 'beta-', 'bet.']) {
    await assert.rejects(machine.call('install', { package: name }), { code: 'failed/unknown-package' }, name);
  }
  for (const action of ['uninstall', 'purge']) {
    assert.equal((await machine.call(action, { package: 'alph.' })).changed, false);
  }
  await assert.rejects(machine.call('update', { package: 'beta' }), { code: 'failed/not-installed-here' });
  await assert.rejects(machine.call('install', { package: 'beta', version: '9' }), {
    ...{ code: 'failed/unknown-version', hint: 'known: 1.0' },
  });
  assert.deepEqual(machine.installed(), { alpha: '1.0' });
});

test('a package on hold stays, and the answer says why', { skip }, async () => {
  const machine = createMachine('hold', 'alpha=1.0');
  const status = join(machine.directory, 'var/lib/dpkg/status');
  writeFileSync(status, readFileSync(status, 'utf8').replace('install ok installed', 'hold ok installed'));
  await assert.rejects(machine.call('update', { package: 'alpha' }), { code: 'failed/held', message: /Held packages/ });
  assert.deepEqual((await machine.call('checkupdates')).updates, []);
});

test("a failure is told in dpkg's own words, with what has changed meanwhile", { skip }, async () => {
  const machine = createMachine('broken', 'alpha=1.0');
  await assert.rejects(machine.call('install', { package: 'broken' }), {
    code: 'failed/apt',
    message: /error processing package broken .*exit status 3; meanwhile changed: broken absent -> 1\.0/,
  });
  assert.equal((await machine.call('status', { package: 'broken' })).status, 'half-configured');
  // It went well by itself; what is broken beside it makes it a failure.
  await assert.rejects(machine.call('update', { package: 'alpha' }), {
    message: /package broken .*meanwhile changed: alpha 1\.0 -> 2\.0, beta absent -> 1\.0/,
  });
});

test('a lock is waited for, and after that the answer names who holds it', { skip }, async () => {
  const machine = createMachine('lock');
  const short = await machine.holdLock('install', 'slow');
  assert.equal((await machine.call('install', { package: 'beta' })).after, '1.0');
  await short.ended;
  const long = await machine.holdLock('install', 'slower');
  await assert.rejects(machine.call('install', { package: 'alpha' }), {
    ...{ code: 'failed/locked', message: `another program holds the lock: process ${long.pid} (apt-get)` },
  });
  // Reading and dry runs need no lock; what is half-configured is not installed.
  assert.equal((await machine.call('count')).count, 2);
  assert.equal((await machine.call('install', { package: 'alpha' }, true)).after, '2.0');
  await long.ended;
});

test('an interrupted dpkg is told with its cure', { skip }, async () => {
  const machine = createMachine('interrupted');
  writeFileSync(join(machine.directory, 'var/lib/dpkg/updates/0001'), '');
  await assert.rejects(machine.call('install', { package: 'beta' }), {
    ...{ code: 'failed/interrupted', hint: /dpkg --configure -a/ },
  });
});

test('updates are listed, and found again after a refresh', { skip }, async () => {
  const machine = createMachine('updates', 'alpha=1.0', 'beta');
  const found = await machine.call('checkupdates');
  assert.equal(found.count, 1);
  assert.deepEqual(found.updates, [{ package: 'alpha', from: '1.0', to: '2.0', repository: 'localhost' }]);
  repository.add({ name: 'beta', version: '1.5' });
  assert.deepEqual(await machine.call('refresh'), { updates: 2, manager: 'apt-get' });
});

test('a refresh that does not reach a repository is a failure', { skip }, async () => {
  const machine = createMachine('away');
  writeFileSync(join(machine.directory, 'etc/apt/sources.list'), 'deb [trusted=yes] http://127.0.0.1:9/ ./\n');
  await assert.rejects(machine.call('refresh'), { code: 'failed/fetch', message: /127\.0\.0\.1/ });
});

test('the checksum is the same for the same packages, whenever they came', { skip }, async () => {
  const one = createMachine('one', 'alpha=1.0');
  const other = createMachine('other', 'beta=1.0');
  const before = await one.call('checksum');
  await one.call('install', { package: 'beta', version: '1.0' });
  await other.call('install', { package: 'alpha', version: '1.0' });
  const [left, right] = [await one.call('checksum'), await other.call('checksum')];
  assert.deepEqual(left, right);
  assert.deepEqual([left.count, before.count], [2, 1]);
  assert.notEqual(left.checksum, before.checksum);
});
