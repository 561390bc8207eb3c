import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { DiskSpool } from '../../src/adapters/exec/spool/open-job-spool.ts';
import type { JobRecord } from '../../src/core/jobs.ts';
import { createSpoolRig, makeJob, type SpoolRig, script, waitForEnd } from './spool-rig.ts';

const SLEEP = script('exec sleep 600');
const OF_ALL = { code: 'failed/busy', message: /^this node runs/ };
const OF_ANA = { code: 'failed/busy', message: /^`person:ana` has/ };

function jobOf(caller: string): JobRecord {
  const job = makeJob();
  return { ...job, request: { ...job.request, caller } };
}

describe('the places of jobs', { timeout: 60_000 }, () => {
  let rig: SpoolRig;
  let opened: DiskSpool[];
  const open = async (running: number): Promise<DiskSpool> => {
    const spool = await rig.open({ running });
    opened.push(spool);
    return spool;
  };
  beforeEach(() => {
    rig = createSpoolRig();
    opened = [];
  });
  afterEach(async () => {
    for (const spool of opened) {
      for (const { id, state } of await spool.list()) if (state === 'running') await spool.kill(id);
    }
    rig.remove();
  });

  test('long jobs of one caller leave a place to others, and one that ends gives its own back', async () => {
    const spool = await open(4);
    const [first, ...more] = [jobOf('person:ana'), jobOf('person:ana'), jobOf('person:ana')];
    assert.ok(first);
    for (const job of [first, ...more]) await spool.start(job, SLEEP);
    await assert.rejects(spool.start(jobOf('person:ana'), SLEEP), OF_ANA);
    await spool.start(jobOf('person:raj'), SLEEP);
    await assert.rejects(spool.start(jobOf('person:raj'), SLEEP), OF_ALL);
    await spool.kill(first.id);
    await waitForEnd(spool, first.id);
    await spool.start(jobOf('person:ana'), SLEEP);
  });

  test('of starts at the same moment no more succeed than there are places', async () => {
    const spool = await open(4);
    const callers = [...Array<string>(6).fill('person:ana'), 'person:raj', 'person:raj'];
    const started = await Promise.allSettled(callers.map((caller) => spool.start(jobOf(caller), SLEEP)));
    assert.deepEqual(
      started.map(({ status }) => status === 'fulfilled'),
      [true, true, true, false, false, false, true, false],
    );
    assert.equal(spool.running(), 4);
  });

  test('what could not be started takes no place, nor does what has nothing to run', async () => {
    const spool = await open(1);
    await assert.rejects(spool.start(jobOf('person:ana'), { file: 'no-such-program', args: [] }));
    await spool.start(jobOf('person:ana'), undefined);
    await spool.start(jobOf('person:ana'), SLEEP);
    await spool.start(jobOf('person:ana'), undefined);
    await assert.rejects(spool.start(jobOf('person:ana'), SLEEP), OF_ANA);
  });

  test('what an earlier process started counts for whom it was started', async () => {
    await (await open(2)).start(jobOf('person:ana'), SLEEP);
    const next = await open(2);
    await assert.rejects(next.start(jobOf('person:ana'), SLEEP), OF_ANA);
    await next.start(jobOf('person:raj'), SLEEP);
  });
});
