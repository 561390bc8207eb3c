import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunningAgent, startAgent } from '../../../../agent/start-agent.ts';
import { createMemorySpool } from '../../../../src/adapters/simulation/memory-spool.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { JobOutput, JobSpool } from '../../../../src/core/jobs.ts';
import type { Request } from '../../../../src/core/request.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createFakeNode, signRequest } from '../fake-node.ts';

const OWN_QUEUE = '/queue/mco.mcollective.node.web1.example.org';

/** A spool that outlives its process, as one on disk does, whose jobs say what the test writes. */
function createLastingSpool() {
  let said = '';
  const output: JobOutput = {
    async read(stream, { offset, maxBytes }) {
      const text = stream === 'stdout' ? said.slice(offset, offset + maxBytes) : '';
      return { text, offset, next: offset + text.length, size: said.length };
    },
  };
  const spool: JobSpool = { ...createMemorySpool(), output: () => output };
  const say = (text: string): void => {
    said += text;
  };
  return { spool, say };
}

function createRig() {
  const lasting = createLastingSpool();
  const node = createFakeNode({ jobs: lasting.spool });
  const tellOf = (kind: string): (string | undefined)[] =>
    node
      .replies()
      .filter((reply) => reply.kind === kind)
      .map(({ status, data }) => (kind === 'progress' ? String(data.text as string) : status.name));
  const start = async (): Promise<RunningAgent> => {
    const agent = await startAgent(node.dependencies);
    await settle();
    return agent;
  };
  return {
    ...lasting,
    node,
    start,
    async begin(options: Request['options']): Promise<Request> {
      const request = node.makeRequest({ action: 'work', options });
      node.bus.deliver(OWN_QUEUE, await signRequest(request));
      await settle();
      return request;
    },
    async restart(agent: RunningAgent): Promise<RunningAgent> {
      await agent.stop();
      return await start();
    },
    results: () => tellOf('result'),
    progress: () => tellOf('progress'),
  };
}

for (const [what, isDetached, status] of [
  ['was late', false, 'timeout'],
  ['nobody waits for', true, 'ok'],
] as const) {
  test(`a job that ${what} is not answered again by the next process, which records and keeps what came of it`, async () => {
    const { node, start, begin, restart, results } = createRig();
    node.job.plan = { isDetached };
    const agent = await start();
    const { id } = await begin({ timeoutMs: 5000 });
    await node.clock.advance(5000);
    assert.deepEqual(results(), [status]);
    await restart(agent);
    node.job.finish(3);
    await settle();
    assert.deepEqual(results(), [status]);
    assert.equal((await node.runtime.jobs.find(id))?.state, 'concluded');
    assert.deepEqual(node.events(), ['started', 'intent', `outcome ${status}`, 'stopped', 'started', 'outcome ok']);
  });
}

test('that a job was answered is noted after the answer, so that none is lost', async () => {
  const { node, spool, start, begin, restart, results } = createRig();
  let goOn = (): void => {};
  const publish = node.bus.publish.bind(node.bus);
  node.bus.publish = (message) => new Promise<void>((resolve) => (goOn = resolve)).then(() => publish(message));
  const agent = await start();
  const { id } = await begin({ timeoutMs: 500 });
  await node.clock.advance(500);
  assert.equal(await spool.isUnawaited(id), false);
  goOn();
  await settle();
  assert.deepEqual([results(), await spool.isUnawaited(id)], [['timeout'], true]);
  await restart(agent);
});

test('a job in time is answered by the next process, once', async () => {
  const { node, spool, start, begin, restart, results } = createRig();
  const agent = await start();
  const { id } = await begin({ timeoutMs: 60_000 });
  const next = await restart(agent);
  node.job.finish();
  await settle();
  await restart(next);
  assert.deepEqual([results(), await spool.isUnawaited(id)], [['ok'], false]);
});

for (const [when, awayMs, leftMs] of [
  ['comes while the next process waits', 0, 5000],
  ['is up when the next process comes', 60_000, 0],
] as const) {
  test(`a job whose time ${when} is answered with its id then, and goes on`, async () => {
    const { node, spool, start, begin, restart, results, progress, say } = createRig();
    const agent = await start();
    const { id } = await begin({ timeoutMs: 5000, progress: true });
    await agent.stop();
    await node.clock.advance(awayMs);
    const next = await start();
    if (leftMs > 0) {
      await node.clock.advance(leftMs - 1);
      assert.deepEqual([results(), await spool.isUnawaited(id)], [[], false]);
    }
    await node.clock.advance(1);
    assert.deepEqual([results(), await spool.isUnawaited(id)], [['timeout'], true]);
    const last = node.replies().at(-1);
    assert.deepEqual(
      [last?.data, last?.status.message],
      [{ job: id }, 'it did not end within 5 s and goes on as a job'],
    );
    say('late');
    await node.clock.advance(10_000);
    assert.deepEqual(progress(), [], 'nothing follows the answer');
    const third = await restart(next);
    node.job.finish(3);
    await settle();
    assert.deepEqual(results(), ['timeout']);
    assert.equal((await spool.find(id))?.state, 'concluded');
    const outcomes = node.events().filter((event) => event.startsWith('outcome'));
    assert.deepEqual(outcomes, ['outcome timeout', 'outcome ok']);
    await third.stop();
  });
}

test('a job that ended while no process was there is answered with what came of it, its time being up or not', async () => {
  const { node, start, begin, results } = createRig();
  const agent = await start();
  await begin({ timeoutMs: 5000 });
  await agent.stop();
  node.job.finish();
  let conclude = (): void => {};
  node.job.conclude = () => new Promise((resolve) => (conclude = () => resolve({})));
  await node.clock.advance(60_000);
  await start();
  await node.clock.advance(30_000);
  assert.deepEqual(results(), []);
  conclude();
  await settle();
  assert.deepEqual(results(), ['ok']);
});

test('a job whose time is up in the process that concludes it is recorded and kept by it', async () => {
  const { node, spool, start, begin, restart, results } = createRig();
  const agent = await start();
  const { id } = await begin({ timeoutMs: 5000 });
  await restart(agent);
  await node.clock.advance(5000);
  node.job.finish();
  await settle();
  assert.deepEqual([results(), (await spool.find(id))?.state], [['timeout'], 'concluded']);
  assert.deepEqual(node.events().slice(-2), ['outcome timeout', 'outcome ok']);
});

test('who looks on is told after a restart what the job says from then on, numbered above what was used', async () => {
  const { node, say, start, begin, restart, results, progress } = createRig();
  const agent = await start();
  await begin({ timeoutMs: 60_000, progress: true });
  say('one\n');
  await node.clock.advance(2000);
  say('unseen\n');
  const next = await restart(agent);
  say('two\n');
  await node.clock.advance(2000);
  await restart(next);
  await node.clock.advance(2000);
  say('three\n');
  await node.clock.advance(2000);
  node.job.finish();
  await settle();
  say('four\n');
  await node.clock.advance(10_000);
  assert.deepEqual([progress(), results()], [['one\n', 'two\n', 'three\n'], ['ok']]);
  const seqs = node.replies().map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].sort((a, b) => a - b),
  );
});

test('nobody is told what a job says when the time of its request is over', async () => {
  const { node, say, start, begin, restart, progress } = createRig();
  const agent = await start();
  await begin({ timeoutMs: 10_000, progress: true });
  await agent.stop();
  await node.clock.advance(6000);
  await start();
  say('in time\n');
  await node.clock.advance(2000);
  say('late\n');
  await node.clock.advance(60_000);
  assert.deepEqual(progress(), ['in time\n']);
  await restart(await start());
  say('later\n');
  await node.clock.advance(60_000);
  assert.deepEqual(progress(), ['in time\n']);
});

test('nor is anybody told who did not ask for it, or was answered', async () => {
  for (const options of [{ timeoutMs: 600_000 }, { timeoutMs: 3000, progress: true }]) {
    const { node, say, start, begin, restart, progress } = createRig();
    node.job.plan = { isDetached: options.timeoutMs === 3000 };
    const agent = await start();
    await begin(options);
    await restart(agent);
    say('text\n');
    await node.clock.advance(60_000);
    assert.deepEqual(progress(), []);
  }
});

test('a spool that fails while the agent stops keeps the job for the next process', async () => {
  const { node, spool, start, begin, restart, results } = createRig();
  const waitForReal = spool.waitForEnd;
  const agent = await start();
  await begin({ timeoutMs: 60_000 });
  spool.waitForEnd = () => Promise.reject(new McoError('failed/spool', 'unreadable'));
  const next = await restart(agent);
  assert.deepEqual(
    node.problems.map(({ code }) => code),
    ['failed/spool'],
  );
  spool.waitForEnd = waitForReal;
  await restart(next);
  node.job.finish();
  await settle();
  assert.deepEqual(results(), ['ok']);
});
