import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWedgedBus } from '../../../../src/adapters/simulation/wedged-bus.ts';
import { EVERYBODY } from '../../../../src/core/filter.ts';
import { encodeRequest, type Request } from '../../../../src/core/request.ts';
import { createFakeBus } from '../../../fakes/fake-bus.ts';
import { settle } from '../../../fakes/fake-clock.ts';

const DESTINATION = '/topic/mco.mcollective.request';

function requestFor(agent: string, action: string): Uint8Array {
  const id = '01960a5e-7c00-7000-8000-000000007f3a';
  const request: Request = {
    v: 1,
    type: 'request',
    id,
    run: id,
    signer: { principal: 'bot', fingerprint: `SHA256:${'A'.repeat(43)}` },
    caller: 'person:ana',
    origin: { chat: 'console', channel: 'playground' },
    collective: 'mcollective',
    audience: '*',
    agent,
    action,
    input: {},
    filter: EVERYBODY,
    issuedAt: 1,
    notAfter: 2,
    replyTo: '/queue/mco.mcollective.reply.bot',
    options: {},
  };
  return encodeRequest(request);
}

test('a wedged host hears pings again and again, and nothing else', async () => {
  const inner = createFakeBus();
  const heard: Uint8Array[] = [];
  createWedgedBus(inner).subscribe(DESTINATION, ({ body }) => heard.push(body));
  const ping = requestFor('rpcutil', 'ping');
  const others = [
    requestFor('package', 'status'),
    requestFor('rpcutil', 'inventory'),
    requestFor('package', 'ping'),
    Buffer.from('{"agent":"rpcutil","action":"ping"}'),
    Buffer.from('not JSON'),
  ];
  for (const body of [ping, ...others, ping]) inner.deliver(DESTINATION, { body, signature: 'x' });
  await settle();
  assert.deepEqual(heard, [ping, ping]);
});

test('what it publishes and the state of the connection go through', async () => {
  const inner = createFakeBus();
  const bus = createWedgedBus(inner);
  const reply = { destination: '/queue/x', body: Buffer.from('{}'), signature: 'x', expiresAt: 1 };
  await bus.publish(reply);
  assert.deepEqual(inner.published, [reply]);
  inner.cut();
  assert.equal(bus.state, 'down');
  assert.equal(bus.losses, 1);
});

test('unsubscribing ends it', async () => {
  const inner = createFakeBus();
  let heard = 0;
  const unsubscribe = createWedgedBus(inner).subscribe(DESTINATION, () => heard++);
  unsubscribe();
  inner.deliver(DESTINATION, { body: requestFor('rpcutil', 'ping'), signature: 'x' });
  await settle();
  assert.equal(heard, 0);
});
