import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobAgent } from '../../../../agent/plugins/job/create-job-agent.ts';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import type { JobRecord, JobSpool } from '../../../../src/core/jobs.ts';
import { makeJob } from '../../../contract/spool-rig.ts';
import { callAction } from '../../../fakes/call-action.ts';

const START = 1_700_000_000_000;

async function createRig(stdout: string, fields: Partial<JobRecord> = {}) {
  const jobs: JobSpool = createMemorySpool();
  const job = makeJob({ startedAt: START, ...fields });
  let end = (): void => {};
  const perform = () =>
    new Promise<{ exitCode: number; stdout: string }>((resolve) => {
      end = () => resolve({ exitCode: 2, stdout });
    });
  await jobs.start(job, { perform });
  const agent = createJobAgent(jobs, () => START + 12_340);
  const call = (name: string, input = {}) =>
    callAction(agent, name, { input: { run: job.request.run, job: job.id, ...input } });
  return { jobs, job, agent, call, end: () => end() };
}

test('a job is shown while it runs, when it has ended, and with what came of it', async () => {
  const { jobs, job, call, end } = await createRig('out');
  const about = {
    job: job.id,
    run: job.request.run,
    action: 'probe.work',
    caller: 'person:ana',
    started: '2023-11-14T22:13:20.000Z',
    elapsed: 12.3,
    stdout: 0,
    stderr: 0,
  };
  assert.deepEqual(await call('show'), { ...about, state: 'running' });
  end();
  await jobs.waitForEnd(job.id, new AbortController().signal);
  assert.deepEqual(await call('show'), { ...about, state: 'ended', exit: 'exited 2', stdout: 3 });
  const result = { status: 'aborted', message: 'no', data: { a: 1 }, endedAt: START + 5000 };
  await jobs.conclude(job.id, result, job.request);
  assert.deepEqual(await call('show'), {
    ...about,
    state: 'concluded',
    elapsed: 5,
    exit: 'exited 2',
    status: 'aborted',
    message: 'no',
    outputs: { a: 1 },
    stdout: 3,
  });
});

test('the tail is so many lines, or what follows a byte', async () => {
  const { jobs, job, call, end } = await createRig('1\n2\n3\n4\n');
  end();
  await jobs.waitForEnd(job.id, new AbortController().signal);
  assert.deepEqual(await call('tail', { lines: 2 }), { text: '3\n4\n', next: 8, size: 8, state: 'ended' });
  assert.deepEqual(await call('tail', { lines: 2, offset: 2 }), {
    text: '2\n3\n4\n',
    next: 8,
    size: 8,
    state: 'ended',
  });
  assert.deepEqual(await call('tail', { stream: 'stderr' }), { text: '', next: 0, size: 0, state: 'ended' });
});

test('of much output 64 kilobytes are told', async () => {
  const { jobs, job, call, end } = await createRig(`${'x'.repeat(99)}\n`.repeat(5000));
  end();
  await jobs.waitForEnd(job.id, new AbortController().signal);
  const { text, size } = await call('tail', { lines: 1000 });
  assert.equal(size, 500_000);
  assert.equal((text as string).length, 65_536);
});

test('a job is killed, but one that should not be only by force', async () => {
  const plain = await createRig('');
  assert.deepEqual(await plain.call('kill'), { job: plain.job.id, killed: true });
  assert.deepEqual(await plain.call('kill'), { job: plain.job.id, killed: false });
  const risky = await createRig('', { dangerOfKill: 'the package database would be broken' });
  await assert.rejects(risky.call('kill'), { code: 'failed/dangerous', message: /package database/ });
  assert.equal((await risky.jobs.find(risky.job.id))?.state, 'running');
  assert.deepEqual(await risky.call('kill', { force: true }), { job: risky.job.id, killed: true });
});

test('what nothing ends is said', async () => {
  const { jobs, job } = await createRig('');
  const agent = createJobAgent({ ...jobs, kill: () => Promise.resolve(false) }, () => START);
  const input = { run: job.request.run, job: job.id };
  await assert.rejects(callAction(agent, 'kill', { input }), { code: 'failed/unkillable' });
});

test('without the id that the node puts in after it decided there is no job', async () => {
  const { agent, job } = await createRig('');
  for (const name of ['show', 'tail', 'kill']) {
    await assert.rejects(callAction(agent, name, { input: { run: job.request.run } }), { code: 'failed/no-job' });
  }
});

test('the list is the newest, and how many run', async () => {
  const { jobs, agent } = await createRig('');
  for (let i = 1; i <= 3; i++) await jobs.start(makeJob({ startedAt: START + i }), undefined);
  const { jobs: listed, running } = await callAction(agent, 'list', { input: { limit: 2 } });
  assert.deepEqual(
    [running, (listed as { started: string; state: string }[]).map(({ started, state }) => [started.slice(-4), state])],
    [
      1,
      [
        ['003Z', 'ended'],
        ['002Z', 'ended'],
      ],
    ],
  );
});
