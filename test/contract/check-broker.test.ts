import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newUuid } from '../../src/adapters/clock/new-uuid.ts';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/adapters/embedded-broker/embedded-broker.ts';
import { createStompBus, type StompBus } from '../../src/adapters/stomp/stomp-bus.ts';
import { checkBroker } from '../../src/bot/check-broker.ts';
import { echoDestination } from '../../src/core/destinations.ts';

const ECHO = echoDestination('c', 'bot1');
const account = { login: 'mco', passcode: 'secret' };

describe('the check of the broker, over the embedded one', { timeout: 60_000 }, () => {
  let broker: EmbeddedBroker;
  let bus: StompBus;
  const check = () => checkBroker({ bus, clock: systemClock, newId: newUuid }, ECHO);

  before(async () => {
    broker = await startEmbeddedBroker(account);
    bus = createStompBus({ servers: [{ host: '127.0.0.1', port: broker.port }], ...account });
    await bus.whenUp(10_000);
  });
  after(async () => {
    await bus?.close();
    await broker?.close();
  });

  test('a message comes back, again and again, also when many ask at once', async () => {
    for (let round = 0; round < 3; round++) {
      const echoes = await Promise.all([check(), check(), check()]);
      for (const { roundTripMs } of echoes) assert.ok(roundTripMs >= 0);
    }
    assert.equal(bus.losses, 0);
  });

  test('what is left in the queue by somebody else does not count', async () => {
    const expiresAt = Date.now() + 60_000;
    const foreign = { destination: ECHO, body: new TextEncoder().encode('mine'), signature: '', expiresAt };
    for (let n = 0; n < 50; n++) await bus.publish(foreign);
    assert.ok((await check()).roundTripMs >= 0);
  });

  test('a broker that is gone is told as such', async () => {
    await broker.kill();
    await assert.rejects(check(), { code: 'unreachable/broker', message: /^the broker does not give back/ });
  });
});
