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
