import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createHostFiles } from '../../../../src/adapters/exec/host-files.ts';
import { DIGEST_SCRIPT, TAIL_SCRIPT } from '../../../../src/adapters/exec/open-script.ts';
import { createProcessRunner } from '../../../../src/adapters/exec/process-runner.ts';

const runner = createProcessRunner({ killGraceMs: 200 });
const files = createHostFiles(runner);
const { signal } = new AbortController();
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mco-tail-')));
const at = (name: string) => join(dir, name);
const OVER_LINK = { code: 'failed/file', message: /: it goes over a link/ };
const NO_FILE = { code: 'failed/file', message: /: it is no file$/ };

before(() => {
  mkdirSync(at('logs'));
  mkdirSync(at('private'));
  writeFileSync(at('logs/plain'), 'one\ntwo\n');
  writeFileSync(at('private/plain'), 'secret\n');
  symlinkSync('../private/plain', at('logs/link'));
  symlinkSync('private', at('way'));
  execFileSync('mkfifo', [at('logs/pipe')]);
});
after(() => rmSync(dir, { recursive: true }));

test('what is reached over a link, at the end or on the way, is not shown', async () => {
  await assert.rejects(files.tail(at('logs/link'), 5, signal), OVER_LINK);
  await assert.rejects(files.tail(at('way/plain'), 5, signal), OVER_LINK);
  await assert.rejects(files.tail(`${dir}/logs/../private/plain`, 5, signal), OVER_LINK);
  await assert.rejects(files.tail(`/proc/self/root${at('logs/plain')}`, 5, signal), OVER_LINK);
  for (const path of [at('logs/link'), at('way/plain'), `/proc/self/root${at('logs/plain')}`]) {
    await assert.rejects(files.digest(path, 'sha256', signal), OVER_LINK, path);
  }
  assert.equal(await files.tail(at('logs/plain'), 1, signal), 'two\n');
});

test('directories, devices and named pipes are refused, and not waited for', async () => {
  for (const path of [at('logs'), '/dev/zero', at('logs/pipe')]) {
    await assert.rejects(files.tail(path, 5, signal), NO_FILE, path);
    await assert.rejects(files.digest(path, 'md5', signal), NO_FILE, path);
  }
});

test('a name is never code, an option or another name', async () => {
  for (const name of ['$(touch x)', "it's; id", '-n', 'a b*', 'ends\n', '\n', 'x (deleted)', '"']) {
    writeFileSync(at(`logs/${name}`), `in ${name}`);
    assert.equal(await files.tail(at(`logs/${name}`), 9, signal), `in ${name}`);
  }
  // Without its newline this is the name of what it leads to.
  symlinkSync('plain', at('private/plain\n'));
  await assert.rejects(files.tail(at('private/plain\n'), 5, signal), OVER_LINK);
});

test('what the kernel makes up while it is read has no checksum', async () => {
  for (const path of ['/proc/version', '/proc/kmsg', '/sys/kernel/mm/transparent_hugepage/enabled']) {
    if ((await files.look(path, signal)) === undefined) continue;
    const refused = { code: 'failed/file', message: /a file system of the kernel makes it up/ };
    await assert.rejects(files.digest(path, 'sha256', signal), refused, path);
  }
});

test('what is looked at is what stands at the path, and never what a link on the way leads to', async () => {
  assert.equal(await files.locate(at('way/plain'), signal), at('private/plain'));
  assert.equal(await files.locate(at('logs/link'), signal), at('logs/link'));
  assert.equal(await files.locate(at('way/none/x'), signal), at('private/none/x'));
  for (const path of ['/', '/none', at('logs'), at('logs/-n')]) assert.equal(await files.locate(path, signal), path);
  for (const path of [
    '/',
    '/none',
    at('logs'),
    at('logs/link'),
    at('logs/plain'),
    at('logs/pipe'),
    at('logs/plain/x'),
  ]) {
    const [inspected, seen] = [await files.inspect(path, signal), await files.look(path, signal)];
    // To read a link sets the time at which it was read last.
    assert.deepEqual({ ...inspected, accessedAt: 0 }, { ...seen, accessedAt: 0 }, path);
  }
  symlinkSync('a\tb\nc', at('logs/odd'));
  assert.equal((await files.inspect(at('logs/odd'), signal))?.target, 'a\tb\nc');
  for (const path of [at('way/plain'), at('way/none'), `${dir}/logs/../private/plain`, '/proc/self/root/etc/passwd']) {
    await assert.rejects(files.inspect(path, signal), OVER_LINK, path);
  }
});

/** The script as if somebody were faster: `command` happens between the first look and the opening. */
function tailAfter(command: string, path: string, stop = signal) {
  const script = TAIL_SCRIPT.replace('\nexec 3<', () => `\n${command}\nexec 3<`);
  assert.notEqual(script, TAIL_SCRIPT);
  const slow = createHostFiles({
    ...runner,
    run: (request) => runner.run({ ...request, args: ['-c', script, ...request.args.slice(2)] }),
  });
  return slow.tail(path, 5, stop);
}

test('what takes the place of a file before it is opened is refused: a link, a directory of links, a device', async () => {
  mkdirSync(at('swap'));
  writeFileSync(at('swap/plain'), 'mine');
  await assert.rejects(tailAfter('ln -sf ../private/plain "$1"', at('swap/plain')), OVER_LINK);
  await assert.rejects(tailAfter('ln -sf /dev/zero "$1"', at('logs/link')), OVER_LINK);
  writeFileSync(at('logs/other'), '');
  await assert.rejects(tailAfter('rm "$1"; mkdir "$1"', at('logs/other')), NO_FILE);
  writeFileSync(at('logs/gone'), '');
  assert.equal(await tailAfter('rm "$1"', at('logs/gone')), undefined);
  rmSync(at('swap'), { recursive: true });
  mkdirSync(at('swap'));
  writeFileSync(at('swap/plain'), 'mine');
  const command = 'mv "${1%/*}" "${1%/*}.old"; ln -s private "${1%/*}"';
  await assert.rejects(tailAfter(command, at('swap/plain')), OVER_LINK);
});

test('a link that takes the place of a file before it is summed up is refused', async () => {
  writeFileSync(at('logs/summed'), 'mine');
  const script = DIGEST_SCRIPT.replace('\nexec 3<', () => '\nln -sf ../private/plain "$1"\nexec 3<');
  assert.notEqual(script, DIGEST_SCRIPT);
  const slow = createHostFiles({
    ...runner,
    run: (request) => runner.run({ ...request, args: ['-c', script, ...request.args.slice(2)] }),
  });
  await assert.rejects(slow.digest(at('logs/summed'), 'sha256', signal), OVER_LINK);
});

test('a pipe that takes the place of a file holds up its child until the time is up', async () => {
  writeFileSync(at('logs/late'), '');
  const stop = new AbortController();
  const reading = tailAfter('rm "$1"; mkfifo "$1"; : >"$1.ready"', at('logs/late'), stop.signal);
  reading.catch(() => {});
  while ((await files.look(at('logs/late.ready'), signal)) === undefined);
  stop.abort();
  await assert.rejects(reading, { code: 'failed/timeout' });
});

const SWAPPER = `
const { renameSync, symlinkSync, writeFileSync } = require('node:fs');
process.chdir(process.argv[1]);
for (;;) {
  writeFileSync('new', 'harmless'); renameSync('new', 'plain');
  symlinkSync('../private/plain', 'new'); renameSync('new', 'plain');
}`;

test('somebody who swaps a file and a link as fast as they can never has the link followed', async () => {
  mkdirSync(at('race'));
  const swapper = spawn(process.execPath, ['-e', SWAPPER, at('race')], { stdio: 'ignore' });
  const seen = new Set<string | undefined>();
  try {
    for (let turn = 0; turn < 100; turn++) {
      const asked = Array.from({ length: 4 }, () => files.tail(at('race/plain'), 5, signal));
      for (const answer of await Promise.allSettled(asked)) {
        if (answer.status === 'fulfilled') seen.add(answer.value);
        else assert.equal(answer.reason.code, 'failed/file');
      }
    }
  } finally {
    swapper.kill('SIGKILL');
  }
  assert.ok(!seen.has('secret\n'), [...seen].join());
  assert.ok(seen.has('harmless'));
});
