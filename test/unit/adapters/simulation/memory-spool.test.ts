import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import { makeJob, script } from '../../../contract/spool-rig.ts';

const never = new AbortController().signal;
const hang = { perform: () => new Promise<never>(() => {}) };
const says = (stdout: string) => ({ perform: () => Promise.resolve({ exitCode: 0, stdout }) });

test('an imagined job runs, ends, is read and concluded', async () => {
  const spool = createMemorySpool();
  const job = makeJob();
  await spool.start(job, says('hello'));
  assert.deepEqual(await spool.waitForEnd(job.id, never), { state: 'exited', exitCode: 0 });
  const { text, size } = await spool.output(job.id).read('stdout', { offset: -3, maxBytes: 10 });
  assert.deepEqual([text, size], ['llo', 5]);
  const result = { status: 'ok', message: '', data: {}, endedAt: 1 };
  await spool.conclude(job.id, result, { ...job.request, input: { password: '***' } });
  const found = await spool.find(job.id);
  assert.ok(found?.state === 'concluded');
  assert.ok(!JSON.stringify(found).includes('hunter2'));
});

test('a real program is not installed on an imagined machine', async () => {
  await assert.rejects(createMemorySpool().start(makeJob(), script('true')), { code: 'failed/not-installed' });
});

test('a pretence that fails is an exit code, one that is killed a signal', async () => {
  const spool = createMemorySpool();
  const [bad, killed] = [makeJob(), makeJob()];
  await spool.start(bad, { perform: () => Promise.reject(new Error('no')) });
  assert.deepEqual(await spool.waitForEnd(bad.id, never), { state: 'exited', exitCode: 1 });
  await spool.start(killed, hang);
  await assert.rejects(spool.waitForEnd(killed.id, AbortSignal.abort()), { code: 'failed/timeout' });
  assert.equal(await spool.kill(killed.id), true);
  assert.deepEqual(await spool.waitForEnd(killed.id, never), { state: 'killed', signal: 'SIGTERM' });
});

test('so many run, so many are kept, and no id runs twice', async () => {
  const spool = createMemorySpool({ running: 1, kept: 2 });
  const first = makeJob();
  await spool.start(first, hang);
  await assert.rejects(spool.start(first, hang), { code: 'failed/spool' });
  await assert.rejects(spool.start(makeJob(), hang), { code: 'failed/busy' });
  for (let i = 0; i < 4; i++) {
    const job = makeJob();
    await spool.start(job, undefined);
    await spool.conclude(job.id, { status: 'ok', message: '', data: {}, endedAt: i }, job.request);
  }
  assert.equal((await spool.list()).length, 3);
  assert.equal((await spool.find(first.id))?.state, 'running');
});

test('that nobody waits for a job is remembered as long as the job', async () => {
  const spool = createMemorySpool();
  const [one, other] = [makeJob(), makeJob()];
  await spool.start(one, hang);
  await spool.start(other, hang);
  await spool.noteUnawaited(one.id);
  await spool.noteUnawaited(makeJob().id);
  assert.deepEqual([await spool.isUnawaited(one.id), await spool.isUnawaited(other.id)], [true, false]);
  assert.equal(await spool.isUnawaited(makeJob().id), false);
});
