import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import type { StoredJob } from '../../src/core/jobs.ts';
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
const STARTER = fileURLToPath(new URL('./spool-starter.js', import.meta.url));

const exitOf = (job: StoredJob | undefined): unknown => (job === undefined || job.state === 'running' ? job : job.exit);

/** Starts a job from a process of its own, which is then killed hard. @returns the job's id */
async function startAndDie(directory: string, text: string): Promise<string> {
  const child = spawn(process.execPath, [STARTER, directory, text], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const id = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // Its whole process group, as a service manager or a terminal would.
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await gone;
  return id;
}

describe('jobs of a process that is no more', { timeout: 120_000 }, () => {
  let rig: SpoolRig;
  let opened: DiskSpool[];
  const open = async (limits = {}): Promise<DiskSpool> => {
    const spool = await rig.open(limits);
    opened.push(spool);
    return spool;
  };
  const pidIn = (id: string, name: string): number =>
    Number(readFileSync(join(rig.directory, id, name), 'utf8').split(' ')[0]);
  beforeEach(() => {
    rig = createSpoolRig();
    opened = [];
  });
  afterEach(async () => {
    for (const spool of opened) {
      for (const { id, state } of await spool.list().catch(() => [])) if (state === 'running') await spool.kill(id);
    }
    rig.remove();
  });

  test('a job goes on when its starter is killed, and the next process learns how it ended', async () => {
    const id = await startAndDie(rig.directory, 'echo begun; sleep 1.5; echo done; exit 4');
    const spool = await open();
    assert.equal((await spool.find(id))?.state, 'running');
    assert.deepEqual(await waitForEnd(spool, id), { state: 'exited', exitCode: 4 });
    assert.equal(await readAll(spool, id), 'begun\ndone\n');
    assert.deepEqual(rig.problems, []);
  });

  test('a job that ended while nobody was there is found with its exit code, its request and its memory', async () => {
    const id = await startAndDie(rig.directory, 'exit 5');
    await waitFor(() => readdirSync(join(rig.directory, id)).includes('exit-5'));
    const found = await (await open()).find(id);
    assert.deepEqual(exitOf(found), { state: 'exited', exitCode: 5 });
    assert.deepEqual([found?.memory, found?.request.caller, found?.input], [7, 'person:ana', { password: 'hunter2' }]);
  });

  test('a job whose runner was killed hard is lost, but not before its program is gone', async () => {
    const id = await startAndDie(rig.directory, 'sleep 300');
    process.kill(pidIn(id, 'pid'), 'SIGKILL');
    const spool = await open();
    assert.equal((await spool.find(id))?.state, 'running');
    process.kill(pidIn(id, 'program'), 'SIGKILL');
    assert.deepEqual(await waitForEnd(spool, id), { state: 'lost' });
  });

  test('a process that has the pid by chance, or after the machine went down, is not taken for the job', async () => {
    const spool = await open();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'ascii');
    for (const line of [
      `${process.pid} 1 ${boot}`,
      `${process.pid} 1 x\n`,
      `${process.pid} 1 ${'0'.repeat(36)}\n`,
      '',
      'garbage',
      '99999999999999',
    ]) {
      const { id } = await runScript(spool, 'true');
      writeFileSync(join(rig.directory, id, 'pid'), line);
      rmSync(join(rig.directory, id, 'program'));
      rmSync(join(rig.directory, id, 'exit-0'));
      assert.deepEqual(exitOf(await (await open()).find(id)), { state: 'lost' }, line);
    }
  });

  test('a job that never began is lost after ten seconds, and counts as running until then', async () => {
    const [young, old] = [makeJob(), makeJob({ startedAt: Date.now() - 20_000 })];
    const spool = await open();
    for (const job of [young, old]) await spool.start(job, undefined);
    for (const { id } of [young, old]) {
      const path = join(rig.directory, id, 'job.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"isIdle":true', '"isIdle":false'));
    }
    const next = await open();
    assert.equal((await next.find(young.id))?.state, 'running');
    assert.deepEqual(exitOf(await next.find(old.id)), { state: 'lost' });
  });

  test('an id is never run twice, whatever stands in its directory', async () => {
    const spool = await open();
    const job = makeJob();
    await spool.start(job, script('true'));
    await assert.rejects(spool.start(job, script('true')), { code: 'failed/spool' });
    const planted = makeJob();
    mkdirSync(join(rig.directory, planted.id), { mode: 0o700 });
    await assert.rejects((await open()).start(planted, script('true')), { code: 'failed/spool' });
    assert.ok(readdirSync(rig.directory).includes(planted.id));
  });

  test('what is no job is told and left alone, and the jobs beside it are there', async () => {
    const good = (await runScript(await open(), 'true')).id;
    const elsewhere = join(rig.directory, 'elsewhere.json');
    const plant = (make: (path: string) => void): void => make(join(rig.directory, newUuid()));
    plant((path) => mkdirSync(path, { mode: 0o700 }));
    plant((path) => writeFileSync(path, ''));
    plant((path) => symlinkSync(join(rig.directory, good), path));
    for (const text of ['', '{', '[]', '{"record":{}}', readFileSync(join(rig.directory, good, 'job.json'), 'utf8')]) {
      plant((path) => {
        mkdirSync(path, { mode: 0o700 });
        writeFileSync(join(path, 'job.json'), text);
      });
    }
    plant((path) => {
      mkdirSync(path, { mode: 0o700 });
      const text = readFileSync(join(rig.directory, good, 'job.json'), 'utf8');
      writeFileSync(elsewhere, text.replaceAll(good, basename(path)), { mode: 0o600 });
      symlinkSync(elsewhere, join(path, 'job.json'));
    });
    plant((path) => {
      mkdirSync(path);
      chmodSync(path, 0o755);
    });
    mkdirSync(join(rig.directory, 'lost+found'));
    const before = readdirSync(rig.directory).sort();
    const spool = await open();
    assert.deepEqual(
      (await spool.list()).map(({ id }) => id),
      [good],
    );
    assert.equal(rig.problems.length, before.length - 1);
    assert.ok(rig.problems.every(({ code, message }) => code === 'failed/spool' && message.includes(rig.directory)));
    assert.deepEqual(readdirSync(rig.directory).sort(), before);
    assert.deepEqual((await runScript(spool, 'true')).exit, EXITED);
  });

  test('a directory that is not ours alone is not used, and stops nothing but jobs', async () => {
    const spoil: ((path: string) => void)[] = [
      (path) => chmodSync(path, 0o755),
      (path) => {
        renameSync(path, `${path}-real`);
        symlinkSync(`${path}-real`, path);
      },
      ...(isRoot ? [(path: string) => chownSync(path, 65534, 65534)] : []),
    ];
    for (const change of spoil) {
      const other = createSpoolRig();
      change(other.directory);
      const spool = await other.open();
      assert.equal(other.problems.length, 1);
      assert.deepEqual(await spool.list(), []);
      await assert.rejects(spool.start(makeJob(), script('true')), { code: 'failed/spool' });
      other.remove();
      rmSync(`${other.directory}-real`, { recursive: true, force: true });
    }
  });

  test('that the request of a job was answered is known to the next process, until the job is concluded', async () => {
    const spool = await open();
    const [late, other] = [await startScript(spool, 'exit 6'), (await runScript(spool, 'true')).id];
    await spool.noteUnawaited(late);
    await waitForEnd(spool, late);
    const next = await open();
    assert.deepEqual([await next.isUnawaited(late), await next.isUnawaited(other)], [true, false]);
    assert.deepEqual(exitOf(await next.find(late)), { state: 'exited', exitCode: 6 });
    const result = { status: 'aborted', message: '', data: {}, endedAt: Date.now() };
    await next.conclude(late, result, makeJob({ id: late }).request);
    const last = await (await open()).find(late);
    assert.deepEqual(last?.state === 'concluded' && last.result, result);
    await next.noteUnawaited(newUuid());
    assert.deepEqual(rig.problems, []);
  });

  test('the oldest concluded jobs go when there are too many, too large, or too old ones; others never', async () => {
    const result = { status: 'ok', message: '', data: {}, endedAt: Date.now() };
    const ids: string[] = [];
    const first = await open({ kept: 2 });
    const ended = (await runScript(first, 'true')).id;
    for (let i = 0; i < 4; i++) {
      const { id } = await runScript(first, 'head -c 1000 /dev/zero');
      await first.conclude(id, result, makeJob({ id }).request);
      ids.push(id);
    }
    const idsIn = async (spool: DiskSpool) => (await spool.list()).map(({ id }) => id).reverse();
    assert.deepEqual(await idsIn(first), [ended, ...ids.slice(2)]);
    assert.deepEqual(readdirSync(rig.directory).sort(), [ended, ...ids.slice(2)].sort());
    const second = await open({ keptBytes: 3000 });
    await second.conclude(ended, result, makeJob({ id: ended }).request);
    assert.deepEqual(await idsIn(second), [ended, ids[3]]);
    const third = await open({ keptMs: 1000 });
    const { id } = await runScript(third, 'true');
    await third.conclude(id, { ...result, endedAt: Date.now() + 60_000 }, makeJob({ id }).request);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = await open({ keptMs: 1000 });
    assert.deepEqual(await idsIn(again), [id]);
  });

  test('on a full disk nothing is started, and what runs is neither held up nor forgotten', {
    skip: !isRoot,
  }, async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k,mode=700', 'mco-spool', rig.directory]);
    try {
      const spool = await open();
      const id = await startScript(spool, 'sleep 1; head -c 1000000 /dev/zero; exit 6');
      execFileSync('sh', ['-c', `cat /dev/zero >"$1/full" 2>/dev/null || true`, 'sh', rig.directory]);
      await assert.rejects(spool.start(makeJob(), script('touch /tmp/never')), { code: 'failed/spool' });
      assert.deepEqual(await waitForEnd(spool, id), { state: 'exited', exitCode: 6 });
      const result = { status: 'ok', message: '', data: { text: 'x'.repeat(10_000) }, endedAt: Date.now() };
      await assert.rejects(spool.conclude(id, result, makeJob({ id }).request), { code: 'failed/spool' });
      rmSync(join(rig.directory, 'full'));
      await spool.conclude(id, result, makeJob({ id }).request);
      assert.equal((await spool.find(id))?.state, 'concluded');
      assert.deepEqual((await runScript(spool, 'true')).exit, EXITED);
    } finally {
      execFileSync('umount', ['-l', rig.directory]);
    }
  });
});
