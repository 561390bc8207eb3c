import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobAgent } from '../../../../agent/plugins/job/create-job-agent.ts';
import { JOB_DESCRIPTION } from '../../../../agent/plugins/job/description.ts';
import { SHELL_DESCRIPTION } from '../../../../agent/plugins/shell/description.ts';
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
    outcome: 'running',
    elapsed: 12.3,
    stdout: 0,
    stderr: 0,
  };
  assert.deepEqual(await call('show'), { ...about, state: 'running' });
  end();
  await jobs.waitForEnd(job.id, new AbortController().signal);
  assert.deepEqual(await call('show'), { ...about, state: 'ended', outcome: 'ended', exit: 'exited 2', stdout: 3 });
  const result = { status: 'aborted', message: 'no', data: { a: 1 }, endedAt: START + 5000 };
  await jobs.conclude(job.id, result, job.request);
  assert.deepEqual(await call('show'), {
    ...about,
    state: 'concluded',
    outcome: 'failed',
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
  const over = { state: 'ended', outcome: 'ended', exit: 'exited 2' };
  assert.deepEqual(await call('tail', { lines: 2 }), { text: '3\n4\n', ...over, next: 8, size: 8 });
  assert.deepEqual(await call('tail', { lines: 2, offset: 2 }), {
    text: '2\n3\n4\n',
    next: 8,
    size: 8,
    ...over,
  });
  assert.deepEqual(await call('tail', { stream: 'stderr' }), { text: '', next: 0, size: 0, ...over });
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
  const { note, ...again } = await plain.call('kill');
  assert.deepEqual(again, { job: plain.job.id, killed: false });
  assert.match(JSON.stringify(note), /^"nothing was killed: it had ended before, /);
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
  for (let i = 1; i <= 3; i++) await jobs.start(makeJob({ startedAt: START + i * 60_000 }), undefined);
  const { jobs: listed, running } = await callAction(agent, 'list', { input: { limit: 2 } });
  assert.deepEqual(
    [
      running,
      (listed as { started: string; outcome: string }[]).map(({ started, outcome }) => [started.slice(-3), outcome]),
    ],
    [
      1,
      [
        ['16Z', 'ended'],
        ['15Z', 'ended'],
      ],
    ],
  );
});

test('a row of the list has the run as commands take it, and what came of it; whole ids only where asked', async () => {
  const { jobs, agent } = await createRig('');
  const ways = [
    ['ok', 'ok'],
    ['aborted', 'failed'],
  ] as const;
  for (const [index, [status]] of ways.entries()) {
    const job = makeJob({ startedAt: START + index + 1, isDryRun: index === 0 });
    await jobs.start(job, undefined);
    await jobs.conclude(job.id, { status, message: '', data: {}, endedAt: START + 5000 }, job.request);
  }
  type Row = { readonly [name: string]: unknown };
  const { jobs: rows } = (await callAction(agent, 'list', { input: {} })) as unknown as { jobs: readonly Row[] };
  assert.deepEqual(
    rows.map(({ outcome, dryrun }) => [outcome, dryrun]),
    [
      ['failed', undefined],
      ['ok', true],
      ['running', undefined],
    ],
  );
  assert.deepEqual(Object.keys(rows[0] ?? {}), ['run', 'action', 'caller', 'outcome', 'started', 'elapsed']);
  assert.match(String(rows[0]?.run), /^[0-9a-f]{4}$/);
  const whole = (await callAction(agent, 'list', { input: { ids: true } })) as unknown as { jobs: readonly Row[] };
  assert.match(String(whole.jobs[0]?.run), /^[0-9a-f-]{36}$/);
  assert.match(String(whole.jobs[0]?.job), /^[0-9a-f-]{36}$/);
});

test('a job that was killed, or is gone, says so in a word, whatever is made of it', async () => {
  const killed = await createRig('');
  await killed.call('kill');
  const listed = await killed.call('show');
  assert.equal(listed.outcome, 'killed');
  const lost: JobSpool = {
    ...killed.jobs,
    find: async (id) => {
      const job = await killed.jobs.find(id);
      const result = { status: 'aborted', message: '', data: {}, endedAt: START };
      return job && { ...job, state: 'concluded', exit: { state: 'lost' }, result };
    },
  };
  const agent = createJobAgent(lost, () => START);
  const { outcome, exit } = await callAction(agent, 'tail', {
    input: { run: killed.job.request.run, job: killed.job.id },
  });
  assert.deepEqual([outcome, exit], ['lost', 'lost']);
});

test('what is shown of many nodes, and at the end of what a job says, is how it ended', () => {
  const { show, tail } = JOB_DESCRIPTION.actions;
  assert.deepEqual(show?.aggregate, [{ function: 'summary', output: 'outcome' }]);
  assert.deepEqual(
    tail?.aggregate?.map(({ output }) => output),
    ['outcome', 'exit'],
  );
});

test('a command of which a node leaves out something says where the rest is', () => {
  const { truncated } = SHELL_DESCRIPTION.actions.run?.output ?? {};
  assert.match(truncated?.label ?? '', /by the node/);
  assert.match(truncated?.about ?? '', /`job tail RUN` has the rest/);
});
