import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import { mountHung, whyNoHungMount } from './hung-mount.ts';
import { openPuppetSite, type PuppetSite, textOf, whyNoPuppet } from './puppet-site.ts';
import { waitFor } from './wait-for.ts';

const skip = whyNoPuppet();
const skipHung = skip === false ? whyNoHungMount() : skip;
let site: PuppetSite;

before(async () => {
  if (skip !== false) return;
  site = await openPuppetSite();
  site.server.serve([]);
  await site.call('runonce');
});
after(() => (skip === false ? site.close() : undefined));

/** Resolves when a run's own child is there. */
const waitForChild = (pid: number, name: string): Promise<void> =>
  waitFor(() => execFileSync('ps', ['-eo', 'ppid=,comm=']).toString().includes(`${pid} ${name}`));

test('a run that is on is followed to its end', { skip }, async () => {
  site.server.serve([['Exec', '/bin/sleep 3', {}]]);
  const run = await site.startRun();
  const { state, applying, stale } = await site.call('status');
  assert.deepEqual({ state, applying, stale }, { state: 'applying', applying: true, stale: false });
  const { result, started, changed, message } = await site.call('runonce');
  assert.deepEqual({ result, started, changed }, { result: 'changed', started: false, changed: 1 });
  assert.match(textOf(message), /; this run was on already$/);
  await run.ended;
});

test('a run whose lock is taken at the last moment is skipped, not failed', { skip }, async () => {
  site.server.serve([['Exec', '/bin/sleep 6', {}]]);
  const runner = createProcessRunner();
  const signal = new AbortController().signal;
  let other: Promise<void> | undefined;
  const { result, started, message } = await site.call('runonce', {
    async runCommand({ file, args }) {
      const run = await site.startRun();
      other = run.ended;
      const { exitCode = -1, stdout, stderr } = await runner.run({ file, args, signal });
      return { exit: { state: 'exited', exitCode }, stdout, stderr };
    },
  });
  assert.deepEqual(
    { result, started, message },
    { result: 'skipped', started: false, message: 'skipped: another run began just before' },
  );
  await other;
});

test('a run that is disabled meanwhile goes on, and both are told', { skip }, async () => {
  site.server.serve([['Exec', '/bin/sleep 4', {}]]);
  const run = await site.startRun();
  assert.match(textOf((await site.call('disable', { input: { message: 'busy' } })).message), /goes on$/);
  const { state, applying } = await site.call('status');
  assert.deepEqual({ state, applying }, { state: 'disabled', applying: true });
  await site.call('enable');
  await run.ended;
});

test('a run that was killed leaves a lock, which is told and does not keep the next one', { skip }, async () => {
  site.server.serve([['Exec', '/bin/sleep 2', {}]]);
  const run = await site.startRun();
  await waitForChild(run.pid, 'sleep');
  process.kill(run.pid, 'SIGKILL');
  await run.ended;
  await assert.rejects(site.call('stale'), {
    code: 'failed/stale',
    message: `a run left its lock behind: process ${run.pid} is gone`,
  });
  assert.equal((await site.call('runonce')).result, 'changed');
  assert.equal((await site.call('status')).state, 'stopped');
});

test('a run that was asked to stop is no success, whatever its exit code', { skip }, async () => {
  site.server.serve([
    ['Exec', '/bin/sleep 5', {}],
    ['Notify', 'hello', {}],
  ]);
  const runner = createProcessRunner();
  const signal = new AbortController().signal;
  let exitCode: number | undefined;
  await assert.rejects(
    site.call('runonce', {
      async runCommand({ file, args }) {
        const finished = runner.run({ file, args, signal });
        await waitFor(() => isLocked());
        const pid = Number(readFileSync(site.runLock, 'utf8'));
        await waitForChild(pid, 'sleep');
        process.kill(pid, 'SIGTERM');
        const { exitCode: code = -1, stdout, stderr } = await finished;
        exitCode = code;
        return { exit: { state: 'exited', exitCode: code }, stdout, stderr };
      },
    }),
    { code: 'failed/puppet' },
  );
  assert.notEqual(exitCode, 1);
});

function isLocked(): boolean {
  try {
    return readFileSync(site.runLock, 'utf8') !== '';
  } catch {
    return false;
  }
}

test('the lock of a zombie and of another program are told apart from a run', { skip }, async () => {
  const parent = spawn('/usr/bin/python3', ['-c', 'import os,time\nos.fork() or os._exit(0)\ntime.sleep(60)']);
  const childOf = () =>
    execFileSync('ps', ['-eo', 'pid=,ppid=,stat='])
      .toString()
      .match(new RegExp(`^ *(\\d+) +${parent.pid} +Z`, 'm'))?.[1];
  await waitFor(() => childOf() !== undefined);
  writeFileSync(site.runLock, String(childOf()));
  assert.equal((await site.call('status')).reason, `a run left its lock behind: process ${childOf()} is a zombie`);
  parent.kill('SIGKILL');
  writeFileSync(site.runLock, textOf(process.pid));
  assert.match(
    textOf((await site.call('status')).reason),
    /^a run left its lock behind: process \d+ is another program now \(/,
  );
  rmSync(site.runLock);
});

test('a run is hung when it is on for too long, and a node outdated when its last run is too long ago', {
  skip,
}, async () => {
  site.server.serve([['Exec', '/bin/sleep 3', {}]]);
  const run = await site.startRun();
  const old = Date.now() / 1000 - 3 * 3600;
  utimesSync(site.runLock, old, old);
  const { state, reason } = await site.call('status');
  assert.deepEqual({ state, reason }, { state: 'hung', reason: `a run (process ${run.pid}) is on for 3 hours` });
  await assert.rejects(site.call('runonce'), { code: 'failed/hung' });
  await run.ended;
  const summary = join(site.dir, 'public', 'last_run_summary.yaml');
  const text = readFileSync(summary, 'utf8');
  writeFileSync(summary, text.replace(/last_run: \d+/, `last_run: ${Math.round(old)}`));
  assert.equal((await site.call('status')).reason, 'its last run ended 3 hours ago');
  writeFileSync(summary, text);
});

test('a run stuck in the kernel is hung, is found at once, and nothing hangs with it', { skip: skipHung }, async () => {
  const mount = await mountHung();
  try {
    site.server.serve([['File', mount.stuck, { ensure: 'file' }]]);
    const run = await site.startRun();
    const waits = () =>
      /fuse|request_wait/.test(execFileSync('ps', ['-Lo', 'wchan:32=', '-p', textOf(run.pid)]).toString());
    await waitFor(() => waits());
    // Asked to end, it can't: it waits on in state D.
    process.kill(run.pid, 'SIGKILL');
    const { state, reason, applying } = await site.call('status');
    assert.deepEqual({ state, applying }, { state: 'hung', applying: true });
    assert.match(
      textOf(reason),
      new RegExp(`^a run hangs: process ${run.pid}, stuck in the kernel \\(\\S+\\), and nothing can end it$`),
    );
    await assert.rejects(site.call('stale'), { code: 'failed/stale' });
    await assert.rejects(site.call('runonce'), { code: 'failed/hung' });
    mount.release();
    await run.ended;
    assert.equal((await site.call('status')).state, 'crashed');
    rmSync(site.runLock);
  } finally {
    await mount.close();
  }
});

test('the daemon is seen: it idles between its runs', { skip }, async () => {
  site.server.serve([]);
  const daemon = spawn('puppet', ['agent', '--confdir', join(site.dir, 'conf'), '--no-daemonize', '--runinterval=1h'], {
    stdio: 'ignore',
  });
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  try {
    await waitFor(() => isLocked());
    await waitFor(() => !isLocked());
    const { state, daemon_running, message } = await site.call('status');
    assert.deepEqual({ state, daemon_running }, { state: 'idling', daemon_running: true });
    assert.match(textOf(message), /^Currently idling; last run \d+ seconds? ago \(unchanged\)$/);
  } finally {
    daemon.kill('SIGKILL');
    await gone;
  }
  assert.equal((await site.call('status')).state, 'stopped');
});
