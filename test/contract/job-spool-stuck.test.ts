import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountHung, whyNoHungMount } from './hung-mount.ts';
import { createSpoolRig, makeJob, startScript, waitForEnd } from './spool-rig.ts';
import { waitFor } from './wait-for.ts';

const FREEZER = '/sys/fs/cgroup/freezer';
const canFreeze = process.getuid?.() === 0 && existsSync(join(FREEZER, 'tasks'));

test('what not even SIGKILL ends is told and counted, until it is gone after all', {
  skip: !canFreeze && 'no freezer',
}, async () => {
  const rig = createSpoolRig();
  const group = join(FREEZER, `mco-test-${process.pid}`);
  mkdirSync(group);
  try {
    const spool = await rig.open({ graceMs: 200 });
    const id = await startScript(spool, 'exec sleep 600');
    writeFileSync(
      join(group, 'cgroup.procs'),
      readFileSync(join(rig.directory, id, 'program'), 'utf8').split(' ')[0] ?? '',
    );
    writeFileSync(join(group, 'freezer.state'), 'FROZEN');
    assert.equal(await spool.kill(id), false);
    assert.equal(spool.stuck(), 1);
    assert.equal((await spool.find(id))?.state, 'running');
    writeFileSync(join(group, 'freezer.state'), 'THAWED');
    assert.equal((await waitForEnd(spool, id)).state, 'killed');
    assert.equal(spool.stuck(), 0);
  } finally {
    writeFileSync(join(group, 'freezer.state'), 'THAWED');
    await waitFor(() => readFileSync(join(group, 'cgroup.procs'), 'utf8') === '');
    rmdirSync(group);
    rig.remove();
  }
});

test('a program on a file system that hangs holds up neither the agent nor a kill', {
  skip: whyNoHungMount(),
}, async () => {
  const rig = createSpoolRig();
  const mount = await mountHung();
  try {
    const spool = await rig.open({ graceMs: 200 });
    const job = makeJob();
    await spool.start(job, { file: mount.stuck, args: [] });
    assert.equal((await spool.find(job.id))?.state, 'running');
    assert.equal(await spool.kill(job.id), false);
    assert.equal(spool.stuck(), 1);
    mount.release();
    assert.deepEqual(await waitForEnd(spool, job.id), { state: 'lost' });
    assert.equal(spool.stuck(), 0);
  } finally {
    mount.release();
    await mount.close();
    rig.remove();
  }
});
