import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readBothEnds } from '../../agent/plugins/shell/read-output.ts';
import { createSpoolRig, makeJob, readAll, runScript, type SpoolRig, startScript, waitForEnd } from './spool-rig.ts';
import { waitFor } from './wait-for.ts';

const isRoot = process.getuid?.() === 0;
const MARK = '\n[cut: no more of it is kept]\n';
const RESULT = { status: 'ok', message: '', data: { text: 'x'.repeat(10_000) }, endedAt: Date.now() };

describe('a spool without room', { skip: !isRoot && 'only root mounts', timeout: 60_000 }, () => {
  let rig: SpoolRig;
  beforeEach(() => {
    rig = createSpoolRig();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k,mode=700', 'mco-spool', rig.directory]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', rig.directory]);
    rig.remove();
  });

  const fill = (): void => {
    execFileSync('sh', ['-c', `cat /dev/zero >"$1/full" 2>/dev/null || true`, 'sh', rig.directory]);
  };
  const empty = (): void => rmSync(join(rig.directory, 'full'));

  test('what was cut says so, at its end and in its size, in every way of reading it', async () => {
    const spool = await rig.open();
    const go = join(rig.directory, 'go');
    const id = await startScript(
      spool,
      `echo first; until [ -p ${go} ]; do sleep 0.05; done; seq 1 20000; echo "" >&2`,
    );
    await waitFor(() => rig.said(id) === 'first\n');
    fill();
    execFileSync('mkfifo', [go]);
    assert.deepEqual(await waitForEnd(spool, id), { state: 'exited', exitCode: 0 });
    const output = spool.output(id);
    const whole = await readAll(spool, id);
    assert.ok(whole.startsWith('first\n') && whole.endsWith(MARK));
    const size = Buffer.byteLength(whole);
    for (const [offset, maxBytes, text] of [
      [-10, 100, 'is kept]\n'],
      [-10, 4, ' is '],
      [size - MARK.length - 3, 100, whole.slice(-MARK.length - 3)],
      [size, 10, ''],
    ] as const) {
      const part = await output.read('stdout', { offset, maxBytes });
      assert.ok(part.text.endsWith(text) && part.size === size && part.text.length <= maxBytes, JSON.stringify(part));
    }
    assert.equal((await output.read('stdout', { offset: 0, maxBytes: 0 })).size, size);
    assert.ok((await readBothEnds(output, 'stdout')).text.endsWith(MARK));
    assert.equal(await readAll(spool, id, 'stderr'), MARK);
    empty();
    const other = await runScript(await rig.open(), 'echo all');
    assert.equal(other.stdout, 'all\n');
  });

  test('what was answered and could not be kept is not answered again, and its secrets go as soon as there is room', async () => {
    const spool = await rig.open();
    const { id } = await runScript(spool, 'exit 6');
    fill();
    await assert.rejects(spool.conclude(id, RESULT, makeJob({ id }).request), { code: 'failed/spool' });
    assert.equal((await spool.find(id))?.state, 'ended');
    const next = await rig.open();
    const found = await next.find(id);
    assert.ok(found?.state === 'concluded');
    assert.deepEqual(
      [found.exit, found.input, found.request.input, found.memory],
      [{ state: 'exited', exitCode: 6 }, { password: '***' }, { password: '***' }, null],
    );
    assert.match(found.result.message, /no room to keep/);
    assert.ok(existsSync(join(rig.directory, id, 'job.json')));
    assert.ok(rig.problems.some(({ code }) => code === 'failed/spool'));
    empty();
    const last = await rig.open();
    assert.deepEqual(await last.find(id), found);
    assert.deepEqual(
      readdirSync(join(rig.directory, id)).filter((name) => name.startsWith('job.json')),
      [],
    );
    assert.ok(!readFileSync(join(rig.directory, id, 'concluded.json'), 'utf8').includes('hunter2'));
  });

  test('that a request was answered while its job runs needs no room, nor that what came of it was told', async () => {
    const spool = await rig.open();
    const { id } = await runScript(spool, 'exit 6');
    fill();
    await spool.noteUnawaited(id);
    const next = await rig.open();
    assert.equal(await next.isUnawaited(id), true);
    assert.equal((await next.find(id))?.state, 'ended');
    await assert.rejects(next.conclude(id, RESULT, makeJob({ id }).request), { code: 'failed/spool' });
    await next.noteUnawaited(id);
    assert.equal((await (await rig.open()).find(id))?.state, 'concluded');
  });

  test('what has room again is kept as it was, and the next process knows it so', async () => {
    const spool = await rig.open();
    const { id } = await runScript(spool, 'true');
    fill();
    const { request } = makeJob({ id });
    await assert.rejects(spool.conclude(id, RESULT, request), { code: 'failed/spool' });
    empty();
    await spool.conclude(id, RESULT, request);
    const found = await (await rig.open()).find(id);
    assert.deepEqual(found?.state === 'concluded' && found.result, RESULT);
  });
});
