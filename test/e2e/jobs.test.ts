import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import { nodeDestination } from '../../src/core/destinations.ts';
import type { Reply, ReplyData } from '../../src/core/reply.ts';
import type { Request } from '../../src/core/request.ts';
import { reasonToSkip } from '../contract/openssh-tools.ts';
import { waitFor } from '../contract/wait-for.ts';
import { findRecords, waitForRecords } from './audit-records.ts';
import { runProgram } from './programs.ts';
import { readReply, readRequest, sealRequest } from './sealed-messages.ts';
import { createSite, type Site, type SiteNode, startNode } from './site.ts';
import { COLLECTIVE, tapBroker, type Wiretap } from './wiretap.ts';

const NODE = nodeDestination(COLLECTIVE, 'node1');
const TARGETS = { count: 1, digest: 'd'.repeat(64), isNarrowed: true };

/** A job that says what it does, waits for a file, and ends with exit code 7. */
const script = (file: string): string => `echo begun; until [ -e ${file} ]; do sleep 0.1; done; echo done; exit 7`;

describe('jobs of a real agent', { skip: reasonToSkip('ssh-keygen'), timeout: 240_000 }, () => {
  let site: Site;
  let tap: Wiretap;
  let node: SiteNode;

  const start = () => startNode(site, 'node1', { sections: { shell: { shells: { sh: '/bin/sh' } }, jobs: 'jobs' } });
  before(async () => {
    site = await createSite({
      hosts: { node1: 'ed25519' },
      signers: { 'mco-read': { kind: 'ed25519' }, 'mco-write': { kind: 'ed25519' } },
      broker: 'embedded',
    });
    tap = await tapBroker(site, []);
    node = await start();
  });
  after(async () => {
    await tap?.close();
    await site?.remove();
  });

  async function send(changes: Partial<Request>): Promise<Request> {
    const message = sealRequest(site, { caller: 'person:raj', targets: TARGETS, ...changes }, { key: 'mco-write' });
    await tap.send(NODE, message);
    return readRequest(message);
  }

  const startJob = (command: string, options: Request['options'] = {}): Promise<Request> =>
    send({ agent: 'shell', action: 'run', input: { command, shell: 'sh' }, options });

  const askJob = async (action: string, run: string, input = {}): Promise<Reply> => {
    const { id } = await send({ agent: 'job', action, input: { run, ...input } });
    return readReply(await tap.seesReply(id));
  };

  const show = async (run: string): Promise<ReplyData> => (await askJob('show', run)).data;

  /** Resolves when the job has said so. */
  async function untilBegun({ id, run }: Request): Promise<void> {
    await waitForRecords(node.audit, { event: 'intent', request: id });
    const output = site.path(`jobs/node1/${id}/stdout`);
    await waitFor(() => {
      try {
        return readFileSync(output, 'utf8').includes('begun');
      } catch {
        return false;
      }
    });
    assert.equal((await show(run)).state, 'running');
  }

  const release = (name: string): string => site.write(name, '');

  /** What the result says, and that there is one of everything. */
  async function assertTrueOutcome({ id, run }: Request): Promise<void> {
    const { status, seq } = readReply(await tap.seesReply(id));
    assert.deepEqual([status.name, status.message], ['aborted', 'exit code 7: begun\ndone']);
    assert.equal(tap.repliesTo(id).filter(({ kind }) => kind === 'result').length, 1);
    const seqs = tap.repliesTo(id).map((reply) => reply.seq);
    assert.ok(seqs.every((value, index) => index === 0 || value > (seqs[index - 1] ?? 0)) && seq > 0, String(seqs));
    const [outcome, ...more] = await waitForRecords(node.audit, { event: 'outcome', request: id });
    assert.deepEqual([outcome?.result, outcome?.code, more], ['aborted', 'failed/command', []]);
    // The answer leaves before it is written down.
    for (let tries = 0; tries < 50 && (await show(run)).state !== 'concluded'; tries++);
    const shown = await show(run);
    assert.deepEqual([shown.state, shown.exit, shown.status], ['concluded', 'exited 7', 'aborted']);
  }

  test('an agent that is killed hard during a job and started again answers with its true outcome', async () => {
    const job = await startJob(script(site.path('go-1')));
    await untilBegun(job);
    await node.running.stop('SIGKILL');
    node = await start();
    assert.equal((await show(job.run)).state, 'running');
    assert.deepEqual(findRecords(node.audit, { event: 'outcome', request: job.id }), []);
    release('go-1');
    await assertTrueOutcome(job);
  });

  test('so does one that was killed, while the job ended before it was started again', async () => {
    const job = await startJob(script(site.path('go-2')));
    await untilBegun(job);
    await node.running.stop('SIGKILL');
    release('go-2');
    await waitFor(() => readFileSync(site.path(`jobs/node1/${job.id}/stdout`), 'utf8').includes('done'));
    node = await start();
    await assertTrueOutcome(job);
  });

  test('a second agent over the same jobs does not start, and says which process is in its way', async () => {
    const { exitCode, stderr } = await runProgram('agent', ['--config', site.path('node1.yaml')], { cwd: site.dir });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: another agent works with the jobs in `.*\/jobs\/node1`: process \d+$/m);
    const check = ['--config', site.path('node1.yaml'), '--check'];
    const checked = await runProgram('agent', check, { cwd: site.dir });
    assert.equal(checked.exitCode, 0, checked.stderr);
  });

  test('an agent that is told to stop hands its jobs over without a word', async () => {
    const job = await startJob(script(site.path('go-3')));
    await untilBegun(job);
    const { exitCode, stderr } = await node.running.stop('SIGTERM');
    assert.equal(exitCode, 0, stderr);
    assert.ok(tap.repliesTo(job.id).every(({ kind }) => kind === 'ack'));
    node = await start();
    release('go-3');
    await assertTrueOutcome(job);
  });

  test('what takes longer than its time is answered with its id, goes on, and is shown', async () => {
    const job = await startJob(script(site.path('go-4')), { timeoutMs: 1500 });
    const { status, data } = readReply(await tap.seesReply(job.id));
    assert.deepEqual([status.name, data], ['timeout', { job: job.id }]);
    assert.match(status.message, /goes on as a job/);
    assert.equal((await askJob('tail', job.run)).data.text, 'begun\n');
    release('go-4');
    await waitForRecords(node.audit, { event: 'outcome', request: job.id }, 2);
    assert.equal((await show(job.run)).exit, 'exited 7');
  });

  test('what was answered when its time was up is not answered again by an agent that was killed and started again', async () => {
    const job = await startJob(script(site.path('go-5')), { timeoutMs: 1500 });
    assert.equal(readReply(await tap.seesReply(job.id)).status.name, 'timeout');
    await waitFor(() => existsSync(site.path(`jobs/node1/${job.id}/unawaited`)));
    await node.running.stop('SIGKILL');
    node = await start();
    release('go-5');
    const outcomes = await waitForRecords(node.audit, { event: 'outcome', request: job.id }, 2);
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ['timeout', 'aborted'],
    );
    assert.equal((await show(job.run)).exit, 'exited 7');
    assert.equal(tap.repliesTo(job.id).filter(({ kind }) => kind === 'result').length, 1);
  });

  test('a job is killed with all that it started', async () => {
    const job = await startJob('echo begun; setsid sleep 600 & sleep 600');
    await untilBegun(job);
    assert.equal((await askJob('kill', job.run)).data.killed, true);
    assert.equal(readReply(await tap.seesReply(job.id)).status.message, 'the command was ended by SIGTERM: begun');
    assert.equal((await askJob('show', newUuid())).status.message, 'no job of that run on this node');
  });

  test('who looks on is told what a job says while it runs', async () => {
    const job = await startJob('for i in 1 2 3; do echo "step $i"; sleep 2.2; done', { progress: true });
    await tap.seesReply(job.id);
    const told = tap.repliesTo(job.id).filter(({ kind }) => kind === 'progress');
    assert.ok(told.length >= 2, String(told.length));
    assert.match(told.map(({ data }) => String(data.text as string)).join(''), /^step 1\nstep 2\n(step 3\n)?$/);
  });

  test('and goes on to be told when the agent was started again', async () => {
    const file = site.path('go-6');
    const job = await startJob(`${script(file)} & wait; until [ -e ${file}-end ]; do sleep 0.1; done`, {
      progress: true,
    });
    const told = () => tap.repliesTo(job.id).filter(({ kind }) => kind === 'progress');
    await waitFor(() => told().length > 0);
    await node.running.stop('SIGTERM');
    node = await start();
    // What was said before it answers again counts as told.
    assert.equal((await show(job.run)).state, 'running');
    release('go-6');
    await waitFor(() => told().length > 1);
    release('go-6-end');
    await tap.seesReply(job.id);
    assert.deepEqual(
      told().map(({ data }) => data.text),
      ['begun\n', 'done\n'],
    );
    const seqs = tap.repliesTo(job.id).map(({ seq }) => seq);
    assert.ok(
      seqs.every((value, index) => index === 0 || value > (seqs[index - 1] ?? 0)),
      String(seqs),
    );
  });
});
