import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProcessRunner } from '../../../../src/adapters/exec/process-runner.ts';
import { waitFor } from '../../../contract/wait-for.ts';

const runner = createProcessRunner({ killGraceMs: 200 });
const { signal } = new AbortController();
const dir = mkdtempSync(join(tmpdir(), 'mco-exec-'));
after(() => rmSync(dir, { recursive: true }));

const sh = (script: string, options: { signal?: AbortSignal; maxOutputBytes?: number } = {}) =>
  runner.run({ file: 'sh', args: ['-c', script], signal, ...options });

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('output, errors and exit code come back', async () => {
  assert.deepEqual(await sh('echo out; echo err >&2; exit 3'), {
    exitCode: 3,
    signal: undefined,
    stdout: 'out\n',
    stderr: 'err\n',
    truncated: false,
  });
});

test('a program that says too much is ended at once where that is wanted', async () => {
  const flood = { file: 'cat', args: ['/dev/zero'], signal, maxOutputBytes: 1000 };
  const { message } = await runner.run({ ...flood, isOverflowFatal: true }).then(
    () => assert.fail('it came to an end'),
    (thrown: unknown) => thrown as Error,
  );
  assert.equal(message, '`cat` wrote more than 1000 bytes, and was ended');
  await waitFor(() => runner.stuck() === 0);
  const enough = await runner.run({
    file: 'printf',
    args: ['%01000d'],
    signal,
    maxOutputBytes: 1000,
    isOverflowFatal: true,
  });
  assert.deepEqual([enough.stdout.length, enough.truncated], [1000, false]);
});

test('an argument is one argument, whatever it holds', async () => {
  const { stdout } = await runner.run({ file: 'printf', args: ['%s', '$(id) `id` ; "'], signal });
  assert.equal(stdout, '$(id) `id` ; "');
});

test('the environment is small and fixed, and standard input is closed', async () => {
  process.env.MCO_TEST_SECRET = 'x';
  const { stdout } = await runner.run({ file: 'env', args: [], env: { EXTRA: '1' }, signal });
  delete process.env.MCO_TEST_SECRET;
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  assert.deepEqual(new Set(names), new Set(['EXTRA', 'HOME', 'LC_ALL', 'PATH', 'TERM']));
  assert.equal((await runner.run({ file: 'cat', args: [], signal })).stdout, '');
});

test('of a flood the head is kept, and the program is not held up', async () => {
  const { stdout, truncated, exitCode } = await sh('head -c 3000000 /dev/zero; exit 7', { maxOutputBytes: 1000 });
  assert.equal(stdout.length, 1000);
  assert.equal(truncated, true);
  assert.equal(exitCode, 7);
});

test('a daemon that keeps the pipes open does not hold up the answer', async () => {
  const pidFile = join(dir, 'daemon');
  const { stdout } = await sh(`sleep 60 & echo $! > ${pidFile}; echo started`);
  assert.equal(stdout, 'started\n');
  const daemon = Number(readFileSync(pidFile, 'utf8'));
  assert.ok(isAlive(daemon));
  process.kill(daemon);
});

test('an abort ends the whole process group, also what ignores the polite way', async () => {
  const pidFile = join(dir, 'group');
  const stop = new AbortController();
  const script = `trap '' TERM; sh -c "trap '' TERM; echo \\$\\$ > ${pidFile}; while :; do sleep 1; done" & wait; wait`;
  const running = sh(script, { signal: stop.signal });
  await waitFor(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
  stop.abort();
  await assert.rejects(running, { code: 'failed/timeout' });
  await waitFor(() => !isAlive(Number(readFileSync(pidFile, 'utf8'))));
});

test('what is aborted before it starts never starts', async () => {
  const file = join(dir, 'never');
  await assert.rejects(sh(`touch ${file}`, { signal: AbortSignal.abort() }), { code: 'failed/timeout' });
  assert.equal(existsSync(file), false);
});

test('a program that does not exist or can not be started is told apart', async () => {
  await assert.rejects(runner.run({ file: 'no-such-program', args: [], signal }), { code: 'failed/not-installed' });
  await assert.rejects(runner.run({ file: '/etc/passwd', args: [], signal }), { code: 'failed/not-started' });
  await assert.rejects(runner.run({ file: 'echo', args: ['a\0b'], signal }), { code: 'failed/not-started' });
});

test('a program that was killed has no exit code', async () => {
  const finished = await sh('kill -9 $$');
  assert.equal(finished.exitCode, undefined);
  assert.equal(finished.signal, 'SIGKILL');
});

test('out of file descriptors a program is not started, and the process lives on', async () => {
  const module = fileURLToPath(new URL('../../../../src/adapters/exec/process-runner.js', import.meta.url));
  const script = `
    import { openSync, closeSync } from 'node:fs';
    import { createProcessRunner } from ${JSON.stringify(module)};
    const runner = createProcessRunner();
    const signal = new AbortController().signal;
    const open = [];
    try { for (;;) open.push(openSync('/dev/null')); } catch {}
    const codes = [];
    for (let left = 0; left < 6; left++) {
      codes.push(await runner.run({ file: 'true', args: [], signal }).then(() => 'ran', (error) => error.code));
      closeSync(open.pop());
    }
    for (const fd of open) closeSync(fd);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { exitCode } = await runner.run({ file: 'true', args: [], signal });
    console.log(codes[0], codes.every((code) => code === 'ran' || code === 'failed/not-started'), exitCode);`;
  const args = ['--nofile=100', process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr, exitCode } = await runner.run({ file: 'prlimit', args, signal });
  assert.deepEqual([stdout, stderr, exitCode], ['failed/not-started true 0\n', '', 0]);
});

test('at the end of the process what was given up is killed, and is not waited for', async () => {
  const module = fileURLToPath(new URL('../../../../src/adapters/exec/process-runner.js', import.meta.url));
  const script = `
    import { existsSync } from 'node:fs';
    import { createProcessRunner } from ${JSON.stringify(module)};
    const [file] = process.argv.slice(1);
    const runner = createProcessRunner({ killGraceMs: 300 });
    const giveUp = new AbortController();
    const args = ['-c', "trap '' TERM; echo $$ >" + file + ".new; mv " + file + ".new " + file + "; while :; do sleep 0.1; done"];
    const ran = runner.run({ file: 'sh', args, signal: giveUp.signal });
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
    giveUp.abort();
    await ran.catch((error) => console.log(error.code));
    await runner.endGivenUp();
    await runner.endGivenUp();
    process.exit(0);`;
  const file = join(dir, 'stubborn');
  const args = ['--input-type=module', '-e', script, file];
  const { stdout, stderr, exitCode } = await runner.run({ file: process.execPath, args, signal });
  assert.deepEqual([stdout, stderr, exitCode], ['failed/timeout\n', '', 0]);
  await waitFor(() => !isAlive(Number(readFileSync(file, 'utf8'))), 5000);
});
