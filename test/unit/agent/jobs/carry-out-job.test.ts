import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAgent } from '../../../../agent/start-agent.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { settle } from '../../../fakes/fake-clock.ts';
import { createFakeNode, signRequest } from '../fake-node.ts';

const OWN_QUEUE = '/queue/mco.mcollective.node.web1.example.org';
const WORK = { action: 'work', input: { secret: 'hunter2' } };

test('a job is prepared, run and concluded, and the result is what its end shows', async () => {
  const node = createFakeNode();
  const first = await node.send(WORK);
  assert.deepEqual(first, []);
  assert.deepEqual(node.ran, ['prepare', 'perform']);
  node.job.finish(3);
  await settle();
  const [reply, ...more] = node.replies();
  assert.deepEqual(more, []);
  assert.deepEqual([reply?.kind, reply?.status.name, reply?.data], ['result', 'ok', { exit: 'exited' }]);
  const [end] = node.job.ends;
  assert.deepEqual([end?.memory, end?.exit, end?.input], [{ before: 1 }, { state: 'exited', exitCode: 3 }, WORK.input]);
  assert.deepEqual(node.events(), ['intent', 'outcome ok']);
});

test('what came of a job is kept without its secrets', async () => {
  const node = createFakeNode();
  node.job.conclude = () => Promise.reject(new McoError('failed/tool', 'the password hunter2 is wrong'));
  await node.send(WORK);
  node.job.finish();
  await settle();
  const [job] = await node.runtime.jobs.list();
  assert.ok(job?.state === 'concluded');
  assert.deepEqual([job.result.status, job.result.message], ['aborted', 'the password *** is wrong']);
  assert.ok(!JSON.stringify(job).includes('hunter2'));
});

test('what came of a job is kept as soon as there is room, without its secrets, and it is answered once', async () => {
  const node = createFakeNode();
  const { jobs } = node.runtime;
  const concludeForReal = jobs.conclude;
  let tries = 0;
  let isFull = true;
  jobs.conclude = (...args) => {
    tries += 1;
    return isFull ? Promise.reject(new McoError('failed/spool', 'no room')) : concludeForReal(...args);
  };
  await node.send(WORK);
  node.job.finish();
  await settle();
  assert.equal(node.replies().length, 1);
  assert.equal((await jobs.list())[0]?.state, 'ended');
  await node.clock.advance(3_600_000);
  assert.ok(tries > 5 && tries < 20, String(tries));
  isFull = false;
  await node.clock.advance(600_000);
  const [job] = await jobs.list();
  assert.equal(job?.state, 'concluded');
  assert.ok(!JSON.stringify(job).includes('hunter2'));
  assert.equal(node.replies().length, 1);
  assert.deepEqual(node.events(), ['intent', 'outcome ok']);
  assert.equal(node.runtime.background.size, 0);
});

test('a stop waits for no room on a disk', async () => {
  const node = createFakeNode();
  node.runtime.jobs.conclude = () => Promise.reject(new McoError('failed/spool', 'no room'));
  await node.send(WORK);
  node.job.finish();
  await settle();
  assert.equal(node.runtime.background.size, 1);
  node.stopping.abort();
  await settle();
  assert.equal(node.runtime.background.size, 0);
});

test('a plan without work is concluded at once', async () => {
  const node = createFakeNode();
  node.job.plan = { work: undefined };
  const [reply] = await node.send(WORK);
  assert.deepEqual(reply?.data, { exit: 'nothing to do' });
  assert.deepEqual(node.ran, ['prepare', 'conclude']);
});

test('without a record of the intent nothing is even prepared', async () => {
  const node = createFakeNode();
  node.audit.isFull = true;
  await node.send(WORK);
  assert.deepEqual(node.ran, []);
});

test('a preparation that fails is the answer, and nothing is started', async () => {
  const node = createFakeNode();
  node.job.prepare = () => Promise.reject(new McoError('failed/locked', 'apt holds the lock'));
  const [reply] = await node.send(WORK);
  assert.deepEqual([reply?.status.name, reply?.status.message], ['aborted', 'apt holds the lock']);
  assert.deepEqual(await node.runtime.jobs.list(), []);
  assert.deepEqual(node.events(), ['intent', 'outcome failed/locked']);
});

test('a preparation that hangs is given up, and starts nothing when it comes back', async () => {
  const node = createFakeNode();
  let goOn = (): void => {};
  node.job.prepare = () =>
    new Promise((resolve) => {
      goOn = resolve;
    });
  await node.send(WORK);
  await node.clock.advance(5000);
  assert.equal(node.replies().at(-1)?.status.name, 'timeout');
  goOn();
  await settle();
  assert.deepEqual(node.ran, ['prepare']);
});

test('a spool that is full answers busy', async () => {
  const node = createFakeNode();
  for (let i = 0; i < 16; i++) await node.send({ ...WORK, options: { timeoutMs: 60_000 } });
  const [reply] = await node.send(WORK);
  assert.deepEqual([reply?.status.name, reply?.kind], ['busy', 'result']);
});

test('when its time is up the answer is timeout with the id, and the job goes on to its end and its records', async () => {
  const node = createFakeNode();
  const { id } = node.makeRequest();
  await node.send({ ...WORK, id });
  await node.clock.advance(5000);
  const late = node.replies().at(-1);
  assert.deepEqual([late?.kind, late?.status.name, late?.data], ['result', 'timeout', { job: id }]);
  assert.match(late?.status.message ?? '', /goes on as a job/);
  assert.equal((await node.runtime.jobs.find(id))?.state, 'running');
  const count = node.replies().length;
  node.job.finish();
  await settle();
  assert.equal(node.replies().length, count);
  const job = await node.runtime.jobs.find(id);
  assert.deepEqual(job?.state === 'concluded' && job.result.data, { exit: 'exited' });
  assert.deepEqual(node.events(), ['intent', 'outcome timeout', 'outcome ok']);
});

test('a job that is late gives its place to others', async () => {
  const node = createFakeNode();
  for (let i = 0; i < 16; i++) await node.send(WORK);
  await node.clock.advance(5000);
  const slots = Array.from({ length: 32 }, () => node.runtime.slots.reserve('write', undefined));
  let free = 0;
  for (const slot of slots) void slot.ready.then(() => (free += 1));
  await settle();
  assert.equal(free, 32);
});

test('what nobody waits for is answered with its id as soon as it runs', async () => {
  const node = createFakeNode();
  node.job.plan = { isDetached: true };
  const { id } = node.makeRequest();
  const [reply] = await node.send({ ...WORK, id });
  assert.deepEqual([reply?.status.name, reply?.data], ['ok', { job: id }]);
  node.job.finish();
  await settle();
  assert.equal(node.replies().length, 1);
  assert.equal((await node.runtime.jobs.find(id))?.state, 'concluded');
});

test('a look at what came of it that hangs is given up and recorded', async () => {
  const node = createFakeNode();
  node.job.conclude = () => new Promise(() => {});
  const { id } = node.makeRequest();
  await node.send({ ...WORK, id });
  node.job.finish();
  await node.clock.advance(125_000);
  const job = await node.runtime.jobs.find(id);
  assert.equal(job?.state === 'concluded' && job.result.status, 'timeout');
});

test('a stop hands a job over: no answer, no outcome; the next process answers, records and keeps it', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  const request = node.makeRequest({ ...WORK, options: { timeoutMs: 600_000 } });
  node.bus.deliver(OWN_QUEUE, await signRequest(request));
  await node.clock.advance(1000);
  assert.deepEqual(
    node.replies().map(({ kind, seq }) => [kind, seq]),
    [['ack', 0]],
  );
  await agent.stop();
  assert.deepEqual(node.events(), ['started', 'intent', 'stopped']);
  assert.equal(node.replies().length, 1);

  await startAgent(node.dependencies);
  node.job.finish(0);
  await settle();
  const answer = node.replies().at(-1);
  assert.deepEqual([answer?.request, answer?.kind, answer?.data], [request.id, 'result', { exit: 'exited' }]);
  assert.ok((answer?.seq ?? 0) > 20);
  assert.deepEqual(node.events(), ['started', 'intent', 'stopped', 'started', 'outcome ok']);
  assert.equal((await node.runtime.jobs.find(request.id))?.state, 'concluded');
  const again = await startAgent(node.dependencies);
  await settle();
  assert.equal(node.replies().length, 2);
  await again.stop();
});

test('a stop while it is looked what came of it hands the job over too', async () => {
  const node = createFakeNode();
  node.job.conclude = () => new Promise(() => {});
  const agent = await startAgent(node.dependencies);
  node.bus.deliver(OWN_QUEUE, await signRequest(node.makeRequest({ ...WORK, options: { timeoutMs: 60_000 } })));
  await settle();
  node.job.finish();
  const stopped = agent.stop();
  await node.clock.advance(10_000);
  await stopped;
  assert.deepEqual(node.events(), ['started', 'intent', 'stopped']);
  assert.equal((await node.runtime.jobs.list())[0]?.state, 'ended');
});

test('after a restart a job of an action that is gone, or for a queue that is none, is concluded all the same', async () => {
  const node = createFakeNode();
  const put = async (fields: object): Promise<string> => {
    const request = node.makeRequest({ ...WORK, ...fields });
    const record = { request, rules: [], input: {}, isDryRun: false, memory: null, startedAt: node.clock.now() };
    await node.runtime.jobs.start({ id: request.id, ...record }, undefined);
    return request.id;
  };
  const gone = await put({ action: 'gone' });
  const elsewhere = await put({ replyTo: '/topic/mco.mcollective.request' });
  await startAgent(node.dependencies);
  await settle();
  assert.deepEqual(
    node.replies().map(({ request, status }) => [request, status.name]),
    [[gone, 'aborted']],
  );
  assert.match(node.replies()[0]?.status.message ?? '', /no longer on this node/);
  assert.equal((await node.runtime.jobs.find(elsewhere))?.state, 'concluded');
  assert.equal(node.problems[0]?.code, 'failed/no-destination');
});

test('a spool that can not be read does not keep the agent from starting', async () => {
  const node = createFakeNode();
  const jobs = { ...node.runtime.jobs, list: () => Promise.reject(new McoError('failed/spool', 'unreadable')) };
  await startAgent({ ...node.dependencies, jobs });
  assert.equal(node.problems[0]?.code, 'failed/spool');
  assert.equal((await node.send()).length, 1);
});
