import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBroker } from '../../../src/bot/check-broker.ts';
import { echoDestination } from '../../../src/core/destinations.ts';
import type { Bus } from '../../../src/core/ports.ts';
import { createFakeBus, type FakeBus } from '../../fakes/fake-bus.ts';
import { createFakeClock, settle } from '../../fakes/fake-clock.ts';
import { createFakeIds } from '../../fakes/fake-ids.ts';

const ECHO = echoDestination('c', 'bot1');
const bytes = (text: string) => new TextEncoder().encode(text);

/** A bus that counts who listens, and can keep what it is sent. */
function setUp({ keeps = false } = {}) {
  const fake: FakeBus = createFakeBus();
  const clock = createFakeClock();
  const state = { listening: 0, keeps };
  const bus: Bus = {
    ...fake,
    get state() {
      return fake.state;
    },
    async publish(message) {
      if (!state.keeps) return fake.publish(message);
      fake.published.push(message);
    },
    subscribe(destination, onMessage) {
      state.listening++;
      const leave = fake.subscribe(destination, onMessage);
      return () => {
        state.listening--;
        leave();
      };
    },
  };
  return { fake, clock, state, bot: { bus, clock, newId: createFakeIds() } };
}

test('a message to oneself that comes back tells how long it took', async () => {
  const { bot, clock, fake, state } = setUp({ keeps: true });
  const check = checkBroker(bot, ECHO);
  await settle();
  assert.equal(state.listening, 1);
  await clock.advance(40);
  const sent = fake.published.at(-1);
  fake.deliver(ECHO, { body: sent?.body ?? bytes(''), signature: undefined });
  assert.deepEqual(await check, { roundTripMs: 40 });
  assert.equal(state.listening, 0);
  assert.ok(fake.published.every(({ destination }) => destination === '/queue/mco.c.echo.bot1'));
});

test('messages that others put there do not count, whatever they hold', async () => {
  const { bot, clock, fake, state } = setUp({ keeps: true });
  const check = checkBroker(bot, ECHO);
  await settle();
  const [first, second] = fake.published;
  const foreign = [bytes(''), bytes('x'), new Uint8Array(1000), new Uint8Array(36).fill(255), first?.body ?? bytes('')];
  for (const body of foreign) fake.deliver(ECHO, { body, signature: undefined });
  await clock.advance(1000);
  assert.equal(state.listening, 1, 'it still waits');
  fake.deliver(ECHO, { body: second?.body ?? bytes(''), signature: undefined });
  assert.deepEqual(await check, { roundTripMs: 1000 });
});

test('nothing that comes back is an error after five seconds, and nobody listens any more', async () => {
  const { bot, clock, state } = setUp({ keeps: true });
  const check = assert.rejects(checkBroker(bot, ECHO), {
    code: 'unreachable/broker',
    message: 'the broker does not give back what it is sent: nothing came back within 5 s',
  });
  await clock.advance(4999);
  assert.equal(state.listening, 1);
  await clock.advance(1);
  await check;
  assert.equal(state.listening, 0);
});

test('a broker that can not be reached is an error with what the bus said, and nobody listens', async () => {
  const { bot, fake, state } = setUp();
  fake.cut();
  await assert.rejects(checkBroker(bot, ECHO), {
    code: 'unreachable/broker',
    message: 'the broker does not give back what it is sent: no broker reachable: tried fake:61613',
  });
  assert.equal(state.listening, 0);
  fake.mend();
  assert.deepEqual(await checkBroker(bot, ECHO), { roundTripMs: 0 });
});

test('a first message that is confirmed too late leaves no subscription behind', async () => {
  const { bot, clock, state } = setUp();
  let confirm = (): void => {};
  const slow: Bus = {
    ...bot.bus,
    publish: () =>
      new Promise((resolve) => {
        confirm = resolve;
      }),
  };
  const check = assert.rejects(checkBroker({ ...bot, bus: slow }, ECHO), { code: 'unreachable/broker' });
  await clock.advance(5000);
  await check;
  confirm();
  await settle();
  assert.equal(state.listening, 0);
});

test('two who ask at once share one answer, as two readers of a queue would take from each other', async () => {
  const { bot, fake, state } = setUp({ keeps: true });
  const checks = [checkBroker(bot, ECHO), checkBroker(bot, ECHO)];
  await settle();
  assert.equal(state.listening, 1);
  fake.deliver(ECHO, { body: fake.published.at(-1)?.body ?? bytes(''), signature: undefined });
  assert.deepEqual(await Promise.all(checks), [{ roundTripMs: 0 }, { roundTripMs: 0 }]);
  state.keeps = false;
  const sent = fake.published.length;
  await checkBroker(bot, ECHO);
  assert.ok(fake.published.length > sent, 'who asks later asks anew');
});
