import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createHostFiles } from '../../../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../../../src/adapters/exec/process-runner.ts';

const runner = createProcessRunner({ killGraceMs: 200 });
const files = createHostFiles(runner);
const { signal } = new AbortController();
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'mco-files-')));
const at = (name: string) => join(dir, name);

before(() => {
  writeFileSync(at('plain'), 'one\ntwo\nthree\n');
  chmodSync(at('plain'), 0o4640);
  utimesSync(at('plain'), 1_700_000_000, 1_600_000_000.25);
  mkdirSync(at('folder'));
  symlinkSync('no/such', at('link'));
  execFileSync('mkfifo', [at('pipe')]);
});
after(() => rmSync(dir, { recursive: true }));

test('a file is told by type, size, mode, owner and times', async () => {
  const { changedAt, ...state } = (await files.look(at('plain'), signal)) ?? assert.fail();
  const me = userInfo();
  assert.deepEqual(state, {
    type: 'file',
    size: 14,
    mode: '4640',
    uid: me.uid,
    gid: me.gid,
    user: me.username,
    group: me.username,
    modifiedAt: 1_600_000_000_250,
    accessedAt: 1_700_000_000_000,
  });
  assert.ok(Math.abs(changedAt - Date.now()) < 3_600_000);
});

test('directories, links and named pipes are told apart, and links are not followed', async () => {
  assert.equal((await files.look(at('folder'), signal))?.type, 'directory');
  const link = await files.look(at('link'), signal);
  assert.deepEqual([link?.type, link?.target], ['link', 'no/such']);
  assert.equal((await files.look(at('pipe'), signal))?.type, 'other');
  assert.equal((await files.look('/dev/null', signal))?.type, 'other');
});

test('what is not there is nothing, below a file too', async () => {
  for (const path of [at('none'), at('plain/below'), at('none/below')]) {
    assert.equal(await files.look(path, signal), undefined);
    assert.equal(await files.read(path, { signal }), undefined);
    assert.equal(await files.tail(path, 5, signal), undefined);
    assert.equal(await files.digest(path, 'sha256', signal), undefined);
    assert.equal(await files.resolve(path, signal), undefined);
    assert.deepEqual(await files.list(path, signal), []);
  }
});

test('a file is read from its beginning, as far as is asked for', async () => {
  assert.equal(await files.read(at('plain'), { signal }), 'one\ntwo\nthree\n');
  assert.equal(await files.read(at('plain'), { signal, maxBytes: 5 }), 'one\nt');
});

test('the last lines come back, of a large file at most 64 KiB', async () => {
  assert.equal(await files.tail(at('plain'), 2, signal), 'two\nthree\n');
  assert.equal(await files.tail(at('plain'), 20, signal), 'one\ntwo\nthree\n');
  writeFileSync(at('unfinished'), 'a\nb');
  assert.equal(await files.tail(at('unfinished'), 1, signal), 'b');
  writeFileSync(at('large'), `${'ü'.repeat(100_000)}x\nend\n`);
  assert.equal(await files.tail(at('large'), 1, signal), 'end\n');
  const cut = (await files.tail(at('large'), 2, signal)) ?? '';
  assert.match(cut, /^ü+x\nend\n$/);
  assert.ok(Buffer.byteLength(cut) <= 65_536 && Buffer.byteLength(cut) > 65_000);
});

test('checksums are those of the content, whatever the name holds', async () => {
  const name = at('a\\b\nc');
  writeFileSync(name, 'content');
  for (const algorithm of ['sha256', 'md5'] as const) {
    const expected = createHash(algorithm).update('content').digest('hex');
    assert.equal(await files.digest(name, algorithm, signal), expected);
  }
});

test('every name of a directory comes back as it is, hidden ones and hostile ones too', async () => {
  const names = [
    '.hidden',
    '-rf',
    'a b',
    'q"uote',
    'back\\slash',
    'new\nline',
    'tab\there',
    'ümlaut',
    '\u0007bell',
    "it's",
  ];
  mkdirSync(at('names'));
  for (const name of names) writeFileSync(join(at('names'), name), '');
  assert.deepEqual(await files.list(at('names'), signal), names.sort());
  assert.deepEqual(await files.list(at('folder'), signal), []);
});

test('of a huge directory 10,000 names come back', async () => {
  mkdirSync(at('huge'));
  execFileSync('sh', ['-c', 'seq 1 10050 | xargs touch'], { cwd: at('huge') });
  assert.equal((await files.list(at('huge'), signal)).length, 10_000);
});

test('links and dots are resolved', async () => {
  symlinkSync('folder', at('to-folder'));
  assert.equal(await files.resolve(at('to-folder/../plain'), signal), at('plain'));
  assert.equal(await files.resolve(at('link'), signal), undefined);
});

test('what the system refuses is a failure in its own words', async () => {
  await assert.rejects(files.read(at('folder'), { signal }), { code: 'failed/file', message: /: Is a directory$/ });
  await assert.rejects(files.digest(at('folder'), 'md5', signal), {
    code: 'failed/file',
    message: /: it is no file$/,
  });
  symlinkSync('loop', at('loop'));
  await assert.rejects(files.resolve(at('loop'), signal), { code: 'failed/file', message: /: Too many levels/ });
  await assert.rejects(files.look(`/${'x'.repeat(300)}`, signal), {
    code: 'failed/file',
    message: /: File name too long$/,
  });
});

test('a path that is relative, too long or holds NUL is refused before anything runs', async () => {
  for (const path of ['', 'plain', '--help', '../x', '/a\0b', `/${'x'.repeat(5000)}`]) {
    await assert.rejects(files.look(path, signal), { code: 'failed/file', message: /is not an absolute path$/ });
  }
});

test('an absolute path is never an option or an expression', async () => {
  writeFileSync(at('--version'), 'mine');
  assert.equal(await files.read(at('--version'), { signal }), 'mine');
  const bytes = readFileSync(at('--version'));
  assert.equal(await files.digest(at('--version'), 'md5', signal), createHash('md5').update(bytes).digest('hex'));
});

test('a pipe that nobody writes holds up one child and nothing else', async () => {
  const stop = new AbortController();
  const reading = files.read(at('pipe'), { signal: stop.signal });
  assert.equal((await files.look(at('plain'), signal))?.type, 'file');
  stop.abort();
  await assert.rejects(reading, { code: 'failed/timeout', message: /did not answer in time/ });
  assert.equal(await files.read(at('plain'), { signal, maxBytes: 3 }), 'one');
});

test('an endless file is cut', async () => {
  assert.equal((await files.read('/dev/zero', { signal, maxBytes: 1000 }))?.length, 1000);
});
