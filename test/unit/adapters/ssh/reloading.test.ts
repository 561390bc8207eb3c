import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAllowedSigners } from '../../../../src/adapters/ssh/allowed-signers-verifier.ts';
import { createKnownHosts } from '../../../../src/adapters/ssh/known-hosts-verifier.ts';
import { openPrivateKey } from '../../../../src/adapters/ssh/private-key.ts';
import { exportPublicKey } from '../../../../src/adapters/ssh/public-key.ts';
import { createReloading } from '../../../../src/adapters/ssh/reloading.ts';
import { createKeySigner } from '../../../../src/adapters/ssh/signer.ts';
import { watchFiles } from '../../../../src/adapters/ssh/watch-files.ts';
import type { McoError } from '../../../../src/core/errors.ts';

const privateKey = generateKeyPairSync('ed25519').privateKey;
const key = `ssh-ed25519 ${exportPublicKey(privateKey).toString('base64')}`;
const body = Buffer.from('{}');
let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mco-reload-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

/** Notes how reloads end; `until` waits for one after which `check` holds (a slow write may be read in between). */
function createReloadLog() {
  let wake: () => void = () => undefined;
  const log = {
    error: undefined as McoError | undefined,
    onReload(error: McoError | undefined) {
      log.error = error;
      wake();
    },
    async until(check: () => boolean) {
      // Only unref'd timers run while we wait.
      const timer = setInterval(() => undefined, 1000);
      while (!check()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearInterval(timer);
    },
  };
  return log;
}

const build = ([file]: readonly { text: string }[]) => {
  if (file === undefined || file.text === 'broken') throw new Error('broken');
  return file.text;
};

test('a file that is written or replaced by a rename is read again, twice in a row', async () => {
  await writeFile(path, 'one');
  const { onReload, until } = createReloadLog();
  const value = await createReloading({
    paths: [path],
    maxFileBytes: 100,
    build,
    restMs: 50,
    onReload,
    pollMs: 600_000,
  });
  assert.equal(value.current, 'one');
  await writeFile(path, 'two');
  await until(() => value.current === 'two');
  for (const text of ['three', 'four']) {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
    await until(() => value.current === text);
  }
  value.close();
});

test('the last good value stays when the file breaks or vanishes', async () => {
  await writeFile(path, 'good');
  const log = createReloadLog();
  const value = await createReloading({ paths: [path], maxFileBytes: 100, build, restMs: 50, onReload: log.onReload });
  await writeFile(`${path}.new`, 'broken');
  await rename(`${path}.new`, path);
  await log.until(() => log.error?.message === 'broken');
  await unlink(path);
  await log.until(() => log.error?.code === 'failed/unreadable-file');
  assert.equal(value.current, 'good');
  await assert.rejects(value.reload(), { code: 'failed/unreadable-file' });
  await writeFile(path, 'back');
  await log.until(() => value.current === 'back');
  assert.equal(log.error, undefined);
  value.close();
});

test('a change behind a link, which makes no event, is found by looking', async () => {
  const target = await mkdtemp(join(tmpdir(), 'mco-target-'));
  await writeFile(join(target, 'file'), 'one');
  await symlink(join(target, 'file'), path);
  const { onReload, until } = createReloadLog();
  const value = await createReloading({ paths: [path], maxFileBytes: 100, build, restMs: 50, onReload, pollMs: 20 });
  await writeFile(join(target, 'file'), 'two');
  await until(() => value.current === 'two');
  value.close();
  await rm(target, { recursive: true });
});

test('half of a file that is being written is never in use', async () => {
  await writeFile(path, 'whole');
  const { onReload, until } = createReloadLog();
  const seen: string[] = [];
  const note = (files: readonly { text: string }[]) => {
    const text = build(files);
    seen.push(text);
    return text;
  };
  // Longer than any pause between the two writes below.
  const value = await createReloading({ paths: [path], maxFileBytes: 100, build: note, restMs: 1500, onReload });
  await writeFile(path, 'half');
  await sleep(400);
  await writeFile(path, ' and half', { flag: 'a' });
  await until(() => value.current === 'half and half');
  assert.deepEqual(seen, ['whole', 'half and half']);
  value.close();
});

test('by default a change has to stand for two seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await writeFile(path, 'one');
  let changes = 0;
  const watch = await watchFiles({ paths: [path], pollMs: 10, onChange: () => void changes++ });
  const settle = () =>
    new Promise<void>((done) => {
      const timer = setInterval(() => {
        clearInterval(timer);
        done();
      }, 100);
    });
  await writeFile(path, 'two');
  await settle();
  t.mock.timers.tick(1900);
  await settle();
  assert.equal(changes, 0);
  t.mock.timers.tick(200);
  await settle();
  assert.equal(changes, 1);
  watch.close();
});

test('a pipe, and a file that every user may write, are refused; the old value stays', async () => {
  await writeFile(path, 'one');
  const load = () => createReloading({ paths: [path], maxFileBytes: 10, build });
  await chmod(path, 0o664);
  const value = await load();
  await writeFile(path, 'two');
  await chmod(path, 0o666);
  const exposed = { code: 'failed/exposed-file', hint: `chmod o-w ${path}` };
  await assert.rejects(value.reload(), exposed);
  await assert.rejects(load(), exposed);
  await unlink(path);
  execFileSync('mkfifo', [path]);
  await assert.rejects(value.reload(), { code: 'failed/unreadable-file', message: /is not a regular file$/ });
  await assert.rejects(load(), /is not a regular file$/);
  await assert.rejects(openPrivateKey(path), { code: 'usage/unreadable-key', message: /is not a regular file$/ });
  assert.equal(value.current, 'one');
  await unlink(path);
  await writeFile(path, 'good');
  await value.reload();
  assert.equal(value.current, 'good');
  value.close();
});

test('a missing, broken or too long file refuses the first load', async () => {
  const load = () => createReloading({ paths: [path], maxFileBytes: 10, build });
  await assert.rejects(load(), { code: 'failed/unreadable-file' });
  await writeFile(path, 'x'.repeat(11));
  await assert.rejects(load(), { code: 'failed/unreadable-file' });
  await writeFile(path, 'broken');
  await assert.rejects(load(), /broken/);
});

test('allowed_signers: lines decide by namespace, time and principal', async () => {
  await writeFile(path, `ana,ops-* namespaces="mco-request@v1",valid-before="20270101Z" ${key}\n`);
  let now = Date.UTC(2026, 11, 1);
  const verifier = await createAllowedSigners({ path, now: () => now });
  const signer = createKeySigner({ privateKey, principal: 'ana' });
  const signature = await signer.sign('mco-request@v1', body);
  const verified = await verifier.verify('mco-request@v1', body, signature);
  assert.ok(verified.speaksFor('ana') && verified.speaksFor('ops-1') && !verified.speaksFor('bob'));

  const alive = await signer.sign('mco-alive@v1', body);
  await assert.rejects(verifier.verify('mco-alive@v1', body, alive), { code: 'untrusted/unknown-key' });
  now = Date.UTC(2027, 0, 2);
  await assert.rejects(verifier.verify('mco-request@v1', body, signature), { code: 'untrusted/unknown-key' });
  assert.ok(verified.speaksFor('ana'), 'a verified key keeps the answer of its time');
  const stranger = createKeySigner({ privateKey: generateKeyPairSync('ed25519').privateKey, principal: 'ana' });
  const strange = await stranger.sign('mco-request@v1', body);
  await assert.rejects(verifier.verify('mco-request@v1', body, strange), { code: 'untrusted/unknown-key' });
  verifier.close();
});

test('known_hosts: several files are one list, a revocation in one counts for the other', async () => {
  const second = join(folder, 'second');
  await writeFile(path, `web1 ${key}\n`);
  await writeFile(second, 'junk\n');
  const warnings: string[] = [];
  const verifier = await createKnownHosts({ path: [path, second], onWarning: (text) => warnings.push(text) });
  assert.match(warnings.join(), /1 lines are not understood/);
  const signature = await createKeySigner({ privateKey, principal: 'web1' }).sign('mco-reply@v1', body);
  const verified = await verifier.verify('mco-reply@v1', body, signature);
  assert.ok(verified.speaksFor('web1') && !verified.speaksFor('web2'));
  await writeFile(second, `@revoked * ${key}\n`);
  await verifier.reload();
  await assert.rejects(verifier.verify('mco-reply@v1', body, signature), { code: 'untrusted/revoked-key' });
  await writeFile(second, '@revoked * ssh-ed25519 AAAA\n');
  await assert.rejects(verifier.reload(), { code: 'failed/known-hosts' });
  await assert.rejects(verifier.verify('mco-reply@v1', body, signature), { code: 'untrusted/revoked-key' });
  await writeFile(path, '');
  await writeFile(second, '');
  await verifier.reload();
  await assert.rejects(verifier.verify('mco-reply@v1', body, signature), { code: 'untrusted/unknown-key' });
  verifier.close();
});
