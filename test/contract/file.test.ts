import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { createFileChanges } from '../../agent/plugins/file/coreutils.ts';
import { createFileAgent } from '../../agent/plugins/file/create-file-agent.ts';
import { FILE_DESCRIPTION } from '../../agent/plugins/file/description.ts';
import { systemClock as clock } from '../../src/adapters/clock/system-clock.ts';
import { createHostFiles } from '../../src/adapters/exec/host-files.ts';
import { createProcessRunner } from '../../src/adapters/exec/process-runner.ts';
import type { Input } from '../../src/core/agent-description.ts';
import { checkInput } from '../../src/core/check-input.ts';
import { McoError } from '../../src/core/errors.ts';
import { callAction } from '../fakes/call-action.ts';
import { type HungMount, mountHung, whyNoHungMount } from './hung-mount.ts';

// Only below directories of root's files are changed at all.
const isRoot = process.getuid?.() === 0;
const skip = process.env.CI !== 'true' && !isRoot ? 'only root has directories that root alone changes' : false;
const hungSkip = whyNoHungMount();
const runner = createProcessRunner({ killGraceMs: 100 });
const files = createHostFiles(runner);
const root = realpathSync(mkdtempSync('/var/tmp/mco-file-'));
const flags = join(root, 'flags');
const at = (name: string): string => join(flags, name);
const agent = createFileAgent({
  files,
  changes: createFileChanges(runner),
  clock,
  write: [`${root}/*`, `${flags}/*`, `${root}/deep/**`],
  tail: [`${root}/logs/*`],
});
let mount: HungMount;

function call(action: string, input: Input, isDryRun = false) {
  const description = FILE_DESCRIPTION.actions[action] ?? assert.fail();
  return callAction(agent, action, { input: checkInput(description, input), isDryRun });
}

/** As a node whose policy denies whatever is not in `logs`, and what it was asked. */
function callWithin(action: string, input: Input) {
  const asked: unknown[] = [];
  const permit = (meant: Input): Promise<void> => {
    asked.push(meant.path);
    if (String(meant.path).startsWith(`${root}/logs/`)) return Promise.resolve();
    return Promise.reject(new McoError('denied/policy', 'denied by the policy'));
  };
  return { asked, answer: callAction(agent, action, { input, permit }) };
}

before(async () => {
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'logs'));
  if (hungSkip === false) mount = await mountHung();
});
beforeEach(() => {
  rmSync(flags, { recursive: true, force: true });
  mkdirSync(flags, { mode: 0o755 });
});
after(async () => {
  if (hungSkip === false) await mount.close();
  rmSync(root, { recursive: true });
});

test('the state of a file tells times with their ages, and a checksum when asked', { skip }, async () => {
  writeFileSync(at('a'), 'content');
  utimesSync(at('a'), 1_600_000_000, 1_600_000_000);
  const data = await call('status', { path: at('a'), checksum: 'sha256' });
  assert.equal(data.type, 'file');
  assert.equal(data.modified, '2020-09-13T12:26:40.000Z');
  assert.match(
    data.detail as string,
    /^file, 0644 root:root, 7 bytes, modified 2020-09-13 12:26:40 UTC, [0-9a-f]{64}$/,
  );
  assert.ok(Math.abs(Number(data.modified_age) - (Date.now() / 1000 - 1_600_000_000)) < 60);
  assert.equal(data.checksum, createHash('sha256').update('content').digest('hex'));
  assert.deepEqual(await call('status', { path: at('none'), checksum: 'md5' }), {
    path: at('none'),
    type: 'absent',
    detail: 'absent',
  });
  assert.equal((await call('status', { path: at('a') })).checksum, undefined);
});

test('nothing but a file is summed up: no pipe is opened for it', { skip }, async () => {
  const { exitCode } = await runner.run({ file: 'mkfifo', args: [at('pipe')], signal: new AbortController().signal });
  assert.equal(exitCode, 0);
  const data = await call('status', { path: at('pipe'), checksum: 'sha256' });
  assert.deepEqual([data.type, data.checksum], ['other', undefined]);
});

test('a file is made with its content and mode, and nothing is left beside it', { skip }, async () => {
  const path = at('a b');
  const data = await call('create', { path, content: "it's\n$(id)\n", mode: '0600' });
  assert.deepEqual(data, { path, before: 'absent', after: 'file' });
  assert.equal(readFileSync(path, 'utf8'), "it's\n$(id)\n");
  assert.equal(lstatSync(path).mode & 0o7777, 0o600);
  assert.deepEqual(readdirSync(flags), ['a b']);
});

test('what is there is replaced only when that is said', { skip }, async () => {
  writeFileSync(at('a'), 'old');
  await assert.rejects(call('create', { path: at('a') }), { code: 'failed/exists' });
  assert.equal(readFileSync(at('a'), 'utf8'), 'old');
  const data = await call('create', { path: at('a'), content: 'new', replace: true });
  assert.deepEqual([data.before, data.after], ['file', 'file']);
  assert.equal(readFileSync(at('a'), 'utf8'), 'new');
  mkdirSync(at('directory'));
  await assert.rejects(call('create', { path: at('directory'), replace: true }), { code: 'failed/exists' });
  assert.deepEqual(readdirSync(flags).sort(), ['a', 'directory']);
});

test('one that appears in the last moment is not overwritten', { skip }, async () => {
  const changes = createFileChanges(runner);
  writeFileSync(at('a'), 'theirs');
  const file = { content: 'ours', mode: '0644', replace: false };
  await assert.rejects(changes.create(at('a'), file, new AbortController().signal), { code: 'failed/exists' });
  assert.equal(readFileSync(at('a'), 'utf8'), 'theirs');
  assert.deepEqual(readdirSync(flags), ['a']);
});

test('touch makes a file, or sets its time', { skip }, async () => {
  assert.deepEqual(await call('touch', { path: at('a') }), { path: at('a'), before: 'absent', after: 'file' });
  writeFileSync(at('a'), 'kept');
  utimesSync(at('a'), 1_600_000_000, 1_600_000_000);
  await call('touch', { path: at('a') });
  assert.ok(lstatSync(at('a')).mtimeMs > 1_700_000_000_000);
  assert.equal(readFileSync(at('a'), 'utf8'), 'kept');
});

test('files are removed, and directories only empty and when that is said', { skip }, async () => {
  writeFileSync(at('a'), '');
  mkdirSync(at('directory'));
  assert.deepEqual(await call('remove', { path: at('a') }), { path: at('a'), before: 'file', after: 'absent' });
  assert.equal((await call('remove', { path: at('a') })).before, 'absent');
  await assert.rejects(call('remove', { path: at('directory') }), {
    code: 'failed/not-a-file',
    hint: /directory=true/,
  });
  await assert.rejects(call('remove', { path: flags, directory: true }), {
    code: 'failed/file',
    message: /Directory not empty$/,
  });
  await call('remove', { path: at('directory'), directory: true });
  assert.deepEqual(readdirSync(flags), []);
});

test('a dry run changes nothing and refuses the same', { skip }, async () => {
  writeFileSync(at('a'), 'old');
  utimesSync(at('a'), 1_600_000_000, 1_600_000_000);
  assert.deepEqual(await call('create', { path: at('b') }, true), { path: at('b'), before: 'absent', after: 'file' });
  assert.deepEqual(await call('touch', { path: at('a') }, true), { path: at('a'), before: 'file', after: 'file' });
  assert.deepEqual(await call('remove', { path: at('a') }, true), { path: at('a'), before: 'file', after: 'absent' });
  await assert.rejects(call('create', { path: at('a') }, true), { code: 'failed/exists' });
  await assert.rejects(call('create', { path: '/etc/mco-x' }, true), { code: 'failed/not-configured' });
  assert.deepEqual(readdirSync(flags), ['a']);
  assert.equal(lstatSync(at('a')).mtimeMs, 1_600_000_000_000);
});

for (const action of ['create', 'touch', 'remove']) {
  test(`${action}: only what the configuration opens, and never round it`, { skip }, async () => {
    writeFileSync(join(root, 'logs', 'kept'), 'kept');
    symlinkSync('../logs', at('link'));
    symlinkSync('../logs/kept', at('file-link'));
    mkdirSync(join(root, 'deep'), { recursive: true });
    for (const path of ['/etc/mco-x', join(root, 'logs', 'kept'), at('a/b')]) {
      await assert.rejects(call(action, { path }), { code: 'failed/not-configured' }, path);
    }
    for (const path of [`${flags}/../logs/kept`, `${flags}//a`]) {
      assert.throws(() => call(action, { path }), { code: 'usage/invalid-input' }, path);
    }
    symlinkSync('../logs', join(root, 'deep', 'link'));
    await assert.rejects(call(action, { path: join(root, 'deep/link/kept') }), {
      code: 'failed/unsafe-path',
      message: /^there is a link on the way/,
    });
    await assert.rejects(call(action, { path: at('file-link') }), { code: 'failed/not-a-file' });
    await assert.rejects(call(action, { path: join(root, 'deep/none/x') }), { code: 'failed/no-such-directory' });
    assert.equal(readFileSync(join(root, 'logs', 'kept'), 'utf8'), 'kept');
    rmSync(join(root, 'deep'), { recursive: true });
  });

  test(`${action}: not below a directory that others change`, { skip }, async () => {
    for (const [mode, uid] of [
      [0o777, 0],
      [0o775, 0],
      [0o755, 65_534],
      [0o1777, 65_534],
    ] as const) {
      chmodSync(flags, mode);
      chownSync(flags, uid, 0);
      await assert.rejects(call(action, { path: at('a') }), { code: 'failed/unsafe-path' }, `${mode} ${uid}`);
      assert.deepEqual(readdirSync(flags), []);
    }
    chmodSync(flags, 0o1777);
    chownSync(flags, 0, 0);
    assert.equal((await call(action, { path: at('a') })).before, 'absent');
  });
}

test('the state of what stands behind a link is told only where that place is allowed', { skip }, async () => {
  writeFileSync(join(root, 'logs', 'behind'), 'content');
  writeFileSync(join(root, 'hidden'), 'secret');
  symlinkSync('../logs', at('to-logs'));
  symlinkSync('..', at('to-root'));
  const told = callWithin('status', { path: at('to-logs/behind'), checksum: 'md5' });
  const { path, checksum } = await told.answer;
  assert.deepEqual([path, checksum], [at('to-logs/behind'), createHash('md5').update('content').digest('hex')]);
  assert.deepEqual(told.asked, [join(root, 'logs/behind')]);
  for (const name of ['to-root/hidden', 'to-root/none', 'to-root/none/none']) {
    const denied = callWithin('status', { path: at(name) });
    await assert.rejects(denied.answer, { code: 'denied/policy' }, name);
    assert.deepEqual(denied.asked, [at(name).replace('flags/to-root/', '')]);
  }
  const link = callWithin('status', { path: at('to-root') });
  assert.deepEqual([(await link.answer).target, link.asked], ['..', []], 'a link itself is where it says');
  symlinkSync('/proc/self/root/etc', at('magic'));
  symlinkSync('/proc/self/fd', at('open'));
  await assert.rejects(call('status', { path: at('open/0') }), { code: 'failed/unsafe-path' });
  const magic = callWithin('status', { path: at('magic/passwd') });
  await assert.rejects(magic.answer, { code: 'denied/policy' });
  assert.deepEqual(magic.asked, ['/etc/passwd']);
});

test('the last lines behind a link are shown only where that place is allowed', { skip }, async () => {
  writeFileSync(join(root, 'logs', 'tailed'), 'one\n');
  writeFileSync(join(root, 'hidden'), 'secret');
  symlinkSync('../hidden', join(root, 'logs', 'to-hidden'));
  symlinkSync('tailed', join(root, 'logs', 'to-tailed'));
  const tail = [`${root}/**`];
  const own = createFileAgent({ files, changes: createFileChanges(runner), clock, write: [], tail });
  const show = (name: string) =>
    callAction(own, 'tail', {
      input: { path: join(root, 'logs', name), lines: 5 },
      permit: ({ path }) =>
        path === join(root, 'logs/tailed')
          ? Promise.resolve()
          : Promise.reject(new McoError('denied/policy', 'denied by the policy')),
    });
  assert.deepEqual(await show('to-tailed'), { text: 'one\n' });
  await assert.rejects(show('to-hidden'), { code: 'denied/policy' });
});

test('the last lines are shown of what the configuration opens, links followed to their end', { skip }, async () => {
  const log = join(root, 'logs', 'a.log');
  writeFileSync(log, 'one\ntwo\nthree\n');
  assert.deepEqual(await call('tail', { path: log, lines: 2 }), { text: 'two\nthree\n' });
  symlinkSync('a.log', join(root, 'logs', 'current'));
  assert.deepEqual(await call('tail', { path: join(root, 'logs', 'current'), lines: 1 }), { text: 'three\n' });
  symlinkSync('/etc/shadow', join(root, 'logs', 'secret'));
  await assert.rejects(call('tail', { path: join(root, 'logs', 'secret') }), { code: 'failed/not-configured' });
  await assert.rejects(call('tail', { path: '/etc/shadow' }), { code: 'failed/not-configured', hint: /file: \{tail/ });
  await assert.rejects(call('tail', { path: join(root, 'logs', 'none') }), { code: 'failed/no-such-file' });
  mkdirSync(join(root, 'logs', 'directory'));
  await assert.rejects(call('tail', { path: join(root, 'logs', 'directory') }), {
    code: 'failed/file',
    message: /it is no file$/,
  });
});

test('a link that is put there after the path was resolved shows nothing', { skip }, async () => {
  const log = join(root, 'logs', 'swapped');
  writeFileSync(log, 'one\n');
  writeFileSync(join(root, 'hidden'), 'secret');
  const late: typeof files = {
    ...files,
    async resolve(path, signal) {
      const real = await files.resolve(path, signal);
      rmSync(log);
      symlinkSync('../hidden', log);
      return real;
    },
  };
  const own = createFileAgent({ files: late, changes: createFileChanges(runner), clock, write: [], tail: [log] });
  const refused = { code: 'failed/file', message: /goes over a link/ };
  await assert.rejects(callAction(own, 'tail', { input: { path: log, lines: 5 } }), refused);
});

test('bad paths and modes are refused before anything runs', () => {
  for (const path of ['a', '', '-rf', './a', '/a\nb', '/a\0', '/a/../b', '//a', '/a/', '/a/./b', '/proc/self/root/a']) {
    assert.throws(() => call('status', { path }), { code: 'usage/invalid-input' });
  }
  for (const mode of ['u+s', '4755', '99', '-1'])
    assert.throws(() => call('create', { path: at('a'), mode }), { code: 'usage/invalid-input' });
});

test('a file server that went away is a timeout, for reads and for writes', { skip: skip || hungSkip }, async () => {
  const own = createFileAgent({ files, changes: createFileChanges(runner), clock, write: ['/**'], tail: ['/**'] });
  const path = mount.stuck;
  for (const [action, input] of [
    ['status', { path, checksum: 'md5' }],
    ['tail', { path, lines: 5 }],
    ['create', { path: `${path}/a`, mode: '0644', replace: false }],
    ['touch', { path: `${path}/a` }],
    ['remove', { path: `${path}/a`, directory: false }],
  ] as const) {
    const stop = new AbortController();
    const asked = callAction(own, action, { input, signal: stop.signal });
    const refused = assert.rejects(asked, { code: 'failed/timeout' }, action);
    await mount.waitForVisitor();
    stop.abort();
    await refused;
  }
  assert.ok(runner.stuck() > 0);
});

test('missing tools and full disks are the failures they are', { skip }, async () => {
  const none = createFileChanges({ ...runner, run: (request) => runner.run({ ...request, file: 'no-such-tool' }) });
  const { signal } = new AbortController();
  const file = { content: '', mode: '0644', replace: false };
  await assert.rejects(none.create(at('a'), file, signal), { code: 'failed/not-installed' });
  await assert.rejects(none.touch(at('a'), signal), { code: 'failed/not-installed' });
  await assert.rejects(none.remove(at('a'), 'file', signal), { code: 'failed/not-installed' });
  const full = createFileChanges({
    ...runner,
    run: (request) =>
      runner.run(
        request.file === 'dd' ? { ...request, args: [...request.args.slice(0, -1), 'of=/dev/full'] } : request,
      ),
  });
  await assert.rejects(full.create(at('a'), { ...file, content: 'x' }, signal), {
    code: 'failed/file',
    message: /No space left on device$/,
  });
  assert.equal(existsSync(at('a')), false);
  assert.deepEqual(readdirSync(flags), []);
});
