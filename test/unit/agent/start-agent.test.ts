import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAgent } from '../../../agent/start-agent.ts';
import { settle } from '../../fakes/fake-clock.ts';
import { createFakeNode, START, signRequest } from './fake-node.ts';

const BROADCAST = '/topic/mco.mcollective.request';
const OWN_QUEUE = '/queue/mco.storage.node.web1.example.org';

test('requests come from the broadcast and from the own queue of each collective', async () => {
  const node = createFakeNode();
  await startAgent(node.dependencies);
  node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ audience: '*' })));
  const replyTo = '/queue/mco.storage.reply.bot1';
  node.bus.deliver(OWN_QUEUE, await signRequest(node.makeRequest({ collective: 'storage', replyTo })));
  await settle();
  assert.deepEqual(
    node.replies().map(({ status }) => status.name),
    ['ok', 'ok'],
  );
  assert.equal(node.events()[0], 'started');
});

test('without an audit log the agent does not start', async () => {
  const node = createFakeNode();
  node.audit.isFull = true;
  await assert.rejects(startAgent(node.dependencies), { code: 'failed/audit' });
});

test('a stop takes no more requests, lets open ones end, and is recorded last', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ action: 'hang' })));
  await settle();
  const stopped = agent.stop();
  node.bus.deliver(BROADCAST, await signRequest(node.makeRequest()));
  await settle();
  assert.deepEqual(node.ran, ['hang']);
  node.endings.get('hang')?.();
  await stopped;
  assert.deepEqual(node.events(), ['started', 'intent', 'outcome ok', 'stopped']);
});

test('a stop aborts what does not end within five seconds, and says so to the asker', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  const request = node.makeRequest({ action: 'hang', options: { timeoutMs: 60_000 } });
  node.bus.deliver(BROADCAST, await signRequest(request));
  await settle();
  const stopped = agent.stop();
  await node.clock.advance(5000);
  await stopped;
  assert.equal(node.replies().at(-1)?.status.name, 'aborted');
  assert.match(node.replies().at(-1)?.status.message ?? '', /stopping/);
});

test('a stop hands jobs over at once, whatever their time', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  for (let i = 0; i < 15; i++) {
    const options = { timeoutMs: 60_000 };
    node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ action: 'work', options })));
  }
  await settle();
  let isStopped = false;
  const stopped = agent.stop().then(() => {
    isStopped = true;
  });
  // Time stands still: nothing but the hand-over can end it.
  await settle();
  assert.equal(isStopped, true);
  await stopped;
  assert.ok((await node.dependencies.jobs.list()).every(({ state }) => state === 'running'));
});

test('a stop that hands a job over lets an action beside it end', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  for (const action of ['work', 'hang']) {
    node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ action, options: { timeoutMs: 60_000 } })));
  }
  await settle();
  const stopped = agent.stop();
  await settle();
  assert.ok(!node.events().includes('stopped'));
  node.endings.get('hang')?.();
  await stopped;
  assert.deepEqual(node.events().slice(-2), ['outcome ok', 'stopped']);
});

test('what a job came to that has ended is still looked at, told and kept by an agent that stops', async () => {
  const node = createFakeNode();
  let goOn = (): void => {};
  node.job.conclude = () =>
    new Promise((resolve) => {
      goOn = () => resolve({ exit: 'seen' });
    });
  const agent = await startAgent(node.dependencies);
  node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ action: 'work' })));
  await settle();
  node.job.finish();
  await settle();
  const stopped = agent.stop();
  await settle();
  goOn();
  await stopped;
  assert.deepEqual(node.events(), ['started', 'intent', 'outcome ok', 'stopped']);
  assert.equal((await node.dependencies.jobs.list())[0]?.state, 'concluded');
});

test('a stop waits six seconds at most for actions and answers that never end', async () => {
  const node = createFakeNode();
  node.bus.publish = () => new Promise(() => {});
  const agent = await startAgent(node.dependencies);
  for (const action of ['hang', 'look', 'change']) {
    node.bus.deliver(BROADCAST, await signRequest(node.makeRequest({ action, options: { timeoutMs: 60_000 } })));
  }
  await settle();
  const stopped = agent.stop();
  await node.clock.advance(5999);
  assert.ok(node.endings.has('aborted') && !node.events().includes('stopped'));
  await node.clock.advance(1);
  await stopped;
  assert.equal(node.events().at(-1), 'stopped');
});

test('a stop leaves an audit log that hangs, and says so', async () => {
  const node = createFakeNode();
  const agent = await startAgent(node.dependencies);
  node.audit.append = () => new Promise(() => {});
  let problem: unknown;
  void agent.stop().catch((thrown: unknown) => {
    problem = thrown;
  });
  await node.clock.advance(2999);
  assert.equal(problem, undefined);
  await node.clock.advance(1);
  assert.match(String(problem), /the audit log did not take the stop within 3 s: it was left/);
});

test('of a flood only so much is looked at, and the rest is recorded as refused', async () => {
  let verified = 0;
  const node = createFakeNode({
    verifier: {
      verify() {
        verified += 1;
        return new Promise(() => {});
      },
    },
  });
  await startAgent({ ...node.dependencies, startedAt: START });
  for (let i = 0; i < 1100; i++) node.bus.deliver(BROADCAST, { body: new Uint8Array(10), signature: 'x' });
  await settle();
  assert.equal(verified, 1024);
  assert.equal(node.events().filter((event) => event === 'refused untrusted/flood').length, 76);
});
