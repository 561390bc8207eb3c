import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { createPackageAgent } from '../../agent/plugins/package/create-package-agent.ts';
import { createDnfManager } from '../../agent/plugins/package/dnf.ts';
import { createRpmBackend } from '../../agent/plugins/package/rpm.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { hashText } from '../../src/adapters/hash/hash-text.ts';
import type { Input } from '../../src/core/agent-description.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { ReplyData } from '../../src/core/reply.ts';
import { callAction } from '../fakes/call-action.ts';
import { createRpmSite, type RpmSite } from './rpm-repository.ts';
import { runJob } from './run-job.ts';

const programs = ['dnf', 'rpm', 'rpmbuild', 'createrepo_c'];
const missing = programs.filter((program) => !existsSync(`/usr/bin/${program}`));
const skip = process.env.CI !== 'true' && missing.length > 0 ? `not installed: ${missing.join(', ')}` : false;
const directory = mkdtempSync(join(tmpdir(), 'mco-dnf-'));
const LONG = 'a-very-long-package-name-that-is-wrapped-in-tables';
const LONG_VERSION = '2.3.4.5.6.7.8.9.20250101.git1234567890';
let site: RpmSite;

/** A minute of it is a second. */
const fastClock: Clock = {
  now: () => Date.now() * 60,
  after(delayMs, fn) {
    const timer = setTimeout(fn, delayMs / 60);
    return () => clearTimeout(timer);
  },
};

function call(action: string, input: Input = {}, isDryRun = false): Promise<ReplyData> {
  const { root, config } = site;
  const runner = createProcessRunner();
  const rpm = createRpmBackend(runner, { root });
  const manager = createDnfManager(runner, { program: 'dnf', clock: fastClock, root, config, list: rpm.list });
  const agent = createPackageAgent({ ...rpm, manager }, hashText);
  return callAction(agent, action, { input, isDryRun, runCommand: runJob });
}

before(() => {
  if (skip !== false) return;
  site = createRpmSite(directory);
  site.add(
    { name: 'alpha', version: '1.0' },
    { name: 'alpha', version: '1.1' },
    { name: 'alpha', version: '2.0', requires: 'beta' },
    { name: 'beta', version: '1.0' },
    { name: 'gamma', version: '1.0', epoch: 1 },
    { name: 'gamma', version: '0.9', epoch: 2 },
    { name: 'broken', version: '1.0', pre: 'error("bang")' },
    { name: 'unhappy', version: '1.0', requires: 'no-such-thing' },
    { name: LONG, version: '1.0' },
    { name: LONG, version: LONG_VERSION },
  );
});
after(() => rmSync(directory, { recursive: true }));

const versions = async (name: string): Promise<unknown> => (await call('status', { package: name })).ensure;

test('a package is installed, updated with what it needs, and removed', { skip }, async () => {
  assert.deepEqual(await call('install', { package: 'alpha', version: '1.0' }), {
    ...{ package: 'alpha', before: 'absent', after: '1.0-1', changed: true, change: 'absent -> 1.0-1' },
  });
  const rehearsed = await call('update', { package: 'alpha' }, true);
  assert.equal(await versions('alpha'), '1.0-1');
  const updated = await call('update', { package: 'alpha' });
  assert.deepEqual(updated, {
    ...{ package: 'alpha', before: '1.0-1', after: '2.0-1', changed: true, change: '1.0-1 -> 2.0-1' },
    ...{ also: ['beta absent -> 1.0-1'], note: ', also beta absent -> 1.0-1' },
  });
  assert.deepEqual(rehearsed, updated);
  const back = await call('update', { package: 'alpha', version: '1.1' });
  assert.deepEqual([back.before, back.after], ['2.0-1', '1.1-1']);
  assert.equal((await call('install', { package: 'alpha', version: '1.1-1' })).changed, false);
  assert.equal((await call('purge', { package: 'alpha' }, true)).after, 'absent');
  const gone = await call('uninstall', { package: 'alpha' });
  assert.deepEqual([gone.before, gone.after], ['1.1-1', 'absent']);
  assert.equal((await call('uninstall', { package: 'alpha' })).changed, false);
});

test('an epoch counts for more than the version', { skip }, async () => {
  await call('install', { package: 'gamma', version: '1:1.0' });
  assert.deepEqual((await call('checkupdates')).updates, [
    { package: 'gamma', from: '1:1.0-1', to: '2:0.9-1', repository: 'test' },
  ]);
  assert.equal((await call('update', { package: 'gamma' })).after, '2:0.9-1');
  assert.equal((await call('update', { package: 'gamma', version: '1:1.0-1' })).after, '1:1.0-1');
});

test('names that tables wrap are understood', { skip }, async () => {
  await call('install', { package: LONG, version: '1.0' });
  const update = { package: LONG, from: '1.0-1', to: `${LONG_VERSION}-1`, repository: 'test' };
  const { updates } = (await call('checkupdates')) as { updates: { package: string }[] };
  assert.deepEqual(
    updates.find((one) => one.package === LONG),
    update,
  );
  assert.equal((await call('update', { package: LONG }, true)).after, `${LONG_VERSION}-1`);
  assert.equal(await versions(LONG), '1.0-1');
});

test('what dnf does not know, and what it can not do, is told in its own words', { skip }, async () => {
  await assert.rejects(call('install', { package: 'nope' }), {
    ...{ code: 'failed/unknown-package', message: /dnf failed: Unable to find a match: nope/ },
  });
  await assert.rejects(call('install', { package: 'beta', version: '9' }), { code: 'failed/unknown-package' });
  await assert.rejects(call('update', { package: 'unhappy' }), { code: 'failed/not-installed-here' });
  const message = /nothing provides no-such-thing needed by unhappy/;
  await assert.rejects(call('install', { package: 'unhappy' }), { code: 'failed/dnf', message });
  await assert.rejects(call('install', { package: 'unhappy' }, true), { code: 'failed/dnf', message });
});

test('a package whose script fails is a failure, and nothing is installed', { skip }, async () => {
  await assert.rejects(call('install', { package: 'broken' }), { code: 'failed/dnf', message: /^dnf failed: / });
  assert.equal(await versions('broken'), 'absent');
});

test('the lists are fetched again, and what is new is counted', { skip }, async () => {
  await call('install', { package: 'beta' });
  const { updates: before } = (await call('refresh')) as { updates: number };
  site.add({ name: 'beta', version: '1.5' });
  assert.deepEqual(await call('refresh'), { updates: before + 1, manager: 'dnf' });
});

function holdLock(file: string): { readonly holder: ChildProcess; readonly path: string } {
  const holder = spawn('sleep', ['60'], { stdio: 'ignore' });
  const path = join(site.root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, String(holder.pid));
  return { holder, path };
}

test('a lock is waited for, and after that the answer names who holds it', { skip }, async () => {
  for (const file of ['var/lib/dnf/rpmdb_lock.pid', 'var/cache/dnf/metadata_lock.pid']) {
    const { holder, path } = holdLock(file);
    try {
      const change = call('install', { package: 'alpha', version: '1.0' });
      await assert.rejects(change, {
        ...{ code: 'failed/locked', message: `another program holds the lock: process ${holder.pid} (sleep)` },
      });
      const soon = call('install', { package: 'alpha', version: '1.0' });
      setTimeout(() => holder.kill('SIGKILL'), 300);
      assert.equal((await soon).after, '1.0-1');
    } finally {
      holder.kill('SIGKILL');
      rmSync(path, { force: true });
    }
    await call('uninstall', { package: 'alpha' });
  }
});

test('a lock that is taken at the last moment is reported by dnf itself', { skip }, async () => {
  const { holder, path } = holdLock('var/lib/dnf/rpmdb_lock.pid');
  try {
    const { root, config } = site;
    const runner = createProcessRunner();
    const rpm = createRpmBackend(runner, { root });
    const options = { program: 'dnf', clock: fastClock, root, config, list: rpm.list } as const;
    const manager = createDnfManager({ ...runner, run: withoutGrep(runner.run) }, options);
    const agent = createPackageAgent({ ...rpm, manager }, hashText);
    const change = callAction(agent, 'install', { input: { package: 'alpha' }, runCommand: runJob });
    await assert.rejects(change, {
      ...{ code: 'failed/locked', message: `another program holds the lock: process ${holder.pid} (sleep)` },
    });
  } finally {
    holder.kill('SIGKILL');
    rmSync(path, { force: true });
  }
});

/** It finds no lock. */
const withoutGrep =
  (run: ReturnType<typeof createProcessRunner>['run']): typeof run =>
  (request) =>
    run(request.file === 'grep' ? { ...request, file: 'false', args: [] } : request);
