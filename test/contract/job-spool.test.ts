import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import {
  createSpoolRig,
  makeJob,
  readAll,
  runScript,
  type SpoolRig,
  script,
  startScript,
  waitForEnd,
} from './spool-rig.ts';
import { waitFor } from './wait-for.ts';

const isRoot = process.getuid?.() === 0;
const EXITED = { state: 'exited', exitCode: 0 };

const isThere = (pid: string): boolean => {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : ') X';
  return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
};

describe('jobs on disk', { timeout: 120_000 }, () => {
  let rig: SpoolRig;
  let spool: DiskSpool;
  beforeEach(async () => {
    rig = createSpoolRig();
    spool = await rig.open();
  });
  afterEach(async () => {
    for (const { id, state } of await spool.list().catch(() => [])) if (state === 'running') await spool.kill(id);
    rig.remove();
  });

  test('a program runs with nothing to read, a small environment, and its exit code and streams are kept', async () => {
    const ran = await runScript(spool, 'cat; env; pwd; echo oops >&2; exit 3', { env: { COLOUR: 'red' } });
    assert.deepEqual(ran.exit, { state: 'exited', exitCode: 3 });
    assert.equal(ran.stderr, 'oops\n');
    const lines = ran.stdout.split('\n').filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
    assert.deepEqual(lines.sort(), [
      '',
      '/',
      'COLOUR=red',
      'HOME=/',
      'LC_ALL=C.UTF-8',
      `MCO_JOB=${ran.id}`,
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      'TERM=dumb',
    ]);
    assert.deepEqual(rig.problems, []);
  });

  test('arguments reach the program as they are, and nothing reads them as code', async () => {
    const odd = ['$(id)', '`id`', "'", '"', ' a  b ', '*', '-n', '--', '', 'ä\n', ';exit 9'];
    const job = makeJob();
    await spool.start(job, { file: '/usr/bin/printf', args: ['[%s]', ...odd] });
    assert.deepEqual(await waitForEnd(spool, job.id), EXITED);
    assert.equal(await readAll(spool, job.id), odd.map((text) => `[${text}]`).join(''));
  });

  test('standard input is given, and is gone afterwards', async () => {
    const { id, stdout } = await runScript(spool, 'cat', { input: 'a secret\n' });
    assert.equal(stdout, 'a secret\n');
    assert.deepEqual(
      readdirSync(join(rig.directory, id)).filter((name) => name === 'input'),
      [],
    );
  });

  test('directories and files are for the agent alone', async () => {
    const { id } = await runScript(spool, 'echo x');
    assert.equal(statSync(join(rig.directory, id)).mode & 0o777, 0o700);
    for (const name of readdirSync(join(rig.directory, id))) {
      assert.equal(statSync(join(rig.directory, id, name)).mode & 0o077, 0, name);
    }
  });

  test('a job without a program has ended as soon as it is started', async () => {
    const job = makeJob();
    await spool.start(job, undefined);
    assert.deepEqual(await waitForEnd(spool, job.id), { state: 'nothing to do' });
    assert.equal((await spool.find(job.id))?.state, 'ended');
  });

  test('what can not be started is said at once, and leaves nothing', async () => {
    const bad: [Partial<Parameters<typeof script>[1]> & { file?: string }, string][] = [
      [{ file: 'no-such-program' }, 'failed/not-installed'],
      [{ file: '/usr/bin/no-such-program' }, 'failed/not-installed'],
      [{ file: '/etc/passwd' }, 'failed/not-installed'],
      [{ file: '/a=b' }, 'failed/not-started'],
      [{ directory: '/no/such/directory' }, 'failed/no-directory'],
      [{ user: 'no-such-user' }, 'failed/no-account'],
      [{ user: '--help' }, 'failed/no-account'],
      [{ env: { 'A B': 'x' } }, 'failed/not-started'],
      [{ env: { OPTIND: 'x' } }, 'failed/not-started'],
      [{ env: { MCO_VALUE_PATH: 'x' } }, 'failed/not-started'],
      [{ args: ['a\0b'] }, 'failed/not-started'],
    ];
    for (const [fields, code] of bad) {
      await assert.rejects(spool.start(makeJob(), script('true', fields)), { code }, JSON.stringify(fields));
    }
    assert.deepEqual(readdirSync(rig.directory), []);
    assert.equal(spool.running(), 0);
  });

  test('a program whose interpreter is not there is told with both, and others are not taken for that', async () => {
    const file = join(rig.directory, 'program');
    const write = (text: string): void => writeFileSync(file, `${text}\necho "$0 $*"\n`, { mode: 0o755 });
    for (const [first, interpreter] of [
      ['#!/usr/bin/nope', '/usr/bin/nope'],
      ['#! \t/usr/bin/nope -x', '/usr/bin/nope'],
      ['#!/bin/sh\r', '/bin/sh\\r'],
      ['#!/usr/bin', '/usr/bin'],
      ['#!/etc/passwd', '/etc/passwd'],
    ] as const) {
      write(first);
      await assert.rejects(spool.start(makeJob(), { file, args: [] }), {
        code: 'failed/not-started',
        message: `\`${file}\` could not be started: there is no program \`${interpreter}\` on this node`,
        hint: 'look at its first line: the interpreter that it names has to be on the node',
      });
    }
    assert.deepEqual(await spool.list(), []);
    for (const first of ['#!/bin/sh', '#! /bin/sh -e', '', '# !/usr/bin/nope', '\n#!/usr/bin/nope']) {
      write(first);
      const job = makeJob();
      await spool.start(job, { file, args: ['a'] });
      assert.deepEqual(await waitForEnd(spool, job.id), EXITED);
      assert.equal(await readAll(spool, job.id), `${file} a\n`);
    }
  });

  test('of a flood the beginning is kept, and the program is not held up', async () => {
    const { exit, id, stdout } = await runScript(spool, 'head -c 100000000 /dev/zero | tr "\\0" x; echo done >&2');
    assert.deepEqual(exit, EXITED);
    const { size, text } = await spool.output(id).read('stdout', { offset: -100, maxBytes: 100 });
    assert.ok(size > 9_990_000 && size < 10_010_000, String(size));
    assert.match(text, /x\n\[cut: no more of it is kept\]\n$/);
    assert.equal(stdout.length, 1_000_000);
    assert.equal(await readAll(spool, id, 'stderr'), 'done\n');
  });

  test('a daemon that keeps the output open delays the end by a second at most, and lives on', async () => {
    const { id, exit, stdout } = await runScript(spool, 'setsid sleep 30 & echo $!');
    assert.deepEqual(exit, EXITED);
    assert.ok(isThere(stdout.trim()));
    execFileSync('kill', ['-9', stdout.trim()]);
    await waitFor(() => existsSync(join(rig.directory, id, 'stdout.end')));
    await waitFor(() => existsSync(join(rig.directory, id, 'stderr.end')));
  });

  test('how a program was killed is told by the name of the signal', async () => {
    const { exit } = await runScript(spool, 'kill -9 $$');
    assert.deepEqual(exit, { state: 'killed', signal: 'SIGKILL' });
  });

  test('a kill ends what it started too, in sessions of its own and with an empty environment', async () => {
    const text = [
      'setsid sleep 300 & echo $!',
      'env -i sleep 300 & echo $!',
      'setsid env -i sleep 300 & echo $!',
      // Its parent ends at once: only the mark in its environment is left.
      'sh -c "setsid sleep 300 & echo \\$!"',
      'sleep 0.5; echo ready; wait',
    ];
    const id = await startScript(spool, text.join('\n'));
    const path = join(rig.directory, id, 'stdout');
    const said = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    await waitFor(() => said().includes('ready'));
    assert.equal(await spool.kill(id), true);
    assert.deepEqual(await waitForEnd(spool, id), { state: 'killed', signal: 'SIGTERM' });
    const pids = said().split('\n').slice(0, 4);
    assert.deepEqual(pids.map(isThere), [false, false, false, false]);
    assert.equal(spool.stuck(), 0);
  });

  test('what does not listen is killed, and what has ended is not', async () => {
    const id = await startScript(spool, 'trap "" TERM; while :; do sleep 0.1; done');
    assert.equal(await spool.kill(id), true);
    assert.deepEqual(await waitForEnd(spool, id), { state: 'killed', signal: 'SIGKILL' });
    assert.equal(await spool.kill(id), true);
  });

  test('a part of the output is whole characters, from the beginning, from the end, and step by step', async () => {
    const { id } = await runScript(spool, 'printf "aäö€𝄞z"');
    const output = spool.output(id);
    const size = Buffer.byteLength('aäö€𝄞z');
    const read = (offset: number, maxBytes: number) => output.read('stdout', { offset, maxBytes });
    assert.deepEqual(await read(0, 2), { text: 'a', offset: 0, next: 1, size });
    assert.deepEqual(await read(-4, 100), { text: 'z', offset: size - 1, next: size, size });
    let text = '';
    for (let at = 0; at < size; ) {
      const part = await read(at, 4);
      text += part.text;
      at = part.next;
    }
    assert.equal(text, 'aäö€𝄞z');
    assert.deepEqual(await read(1000, 5), { text: '', offset: size, next: size, size });
  });

  test('who waits is told when the time is up, and the job goes on', async () => {
    const id = await startScript(spool, 'sleep 30');
    await assert.rejects(spool.waitForEnd(id, AbortSignal.timeout(50)), { code: 'failed/timeout' });
    assert.equal((await spool.find(id))?.state, 'running');
  });

  test('limits are kept by the kernel, and what is over them fails', async () => {
    const { stdout } = await runScript(spool, 'ulimit -t; ulimit -f; ulimit -v', {
      limits: { cpuSeconds: 7, memoryMb: 512, fileMb: 2 },
    });
    assert.deepEqual(stdout.trim().split('\n'), ['7', '4096', '524288']);
    const over = await runScript(
      spool,
      'head -c 5000000 /dev/zero >/tmp/mco-spool-$$; s=$?; rm /tmp/mco-spool-$$; exit $s',
      {
        limits: { fileMb: 1 },
      },
    );
    assert.notDeepEqual(over.exit, EXITED);
  });

  test('as another account it has that account alone, and no way back', { skip: !isRoot }, async () => {
    const { stdout } = await runScript(spool, 'id -u; id -g; id -G; grep NoNewPrivs /proc/self/status; id -un', {
      user: 'nobody',
      env: { HOME: '/nonexistent' },
    });
    assert.deepEqual(stdout.trim().split('\n'), ['65534', '65534', '65534', 'NoNewPrivs:\t1', 'nobody']);
  });

  test('a concluded job has its result and none of its secrets', async () => {
    const job = makeJob();
    await spool.start(job, script('cat', { input: 'hunter2' }));
    await waitForEnd(spool, job.id);
    const result = { status: 'ok', message: '', data: { done: true }, endedAt: Date.now() };
    await spool.conclude(job.id, result, { ...job.request, input: { password: '***' } });
    const found = await spool.find(job.id);
    assert.deepEqual(found?.state === 'concluded' && [found.result, found.exit, found.input, found.memory], [
      result,
      EXITED,
      { password: '***' },
      null,
    ]);
    const stdout = join(rig.directory, job.id, 'stdout');
    for (const name of readdirSync(join(rig.directory, job.id))) {
      const path = join(rig.directory, job.id, name);
      if (path !== stdout) assert.ok(!readFileSync(path, 'utf8').includes('hunter2'), name);
    }
  });
});
