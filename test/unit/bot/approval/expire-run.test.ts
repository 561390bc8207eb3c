import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expireRun } from '../../../../src/bot/approval/expire-run.ts';
import { createWaitingOrders } from '../../../../src/bot/approval/waiting-orders.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { alive } from '../scripted-fleet.ts';
import { createApprovalScene } from './approval-scene.ts';

const MINUTE_MS = 60_000;

describe('an order that nobody approves in time', () => {
  it('expires by itself: on record first, then in its root and its thread', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    await scene.clock.advance(25 * MINUTE_MS - 6000);
    assert.equal(await scene.end(), undefined);
    await scene.clock.advance(5 * MINUTE_MS + 2000);
    const end = await scene.end();
    assert.deepEqual([end?.outcome, end?.counts.notSent, end?.cancelledBy], ['EXPIRED', 2, undefined]);
    assert.match(scene.rootText(), /\nEXPIRED · 2 nodes were not asked · nothing was sent\n/);
    assert.deepEqual(scene.buttons(), ['again', 'details']);
    assert.deepEqual(scene.told().slice(2), ['expired ana', 'outcome ana EXPIRED']);
    assert.match(await scene.tell('raj', 'approve 0001'), /^NOT SENT · run `0001` has expired/);
    assert.deepEqual(scene.requests(), []);
  });

  it('is not approved a moment after its time, though no timer has noticed yet', async () => {
    const scene = await createApprovalScene();
    const { approval } = await scene.park();
    const bot = scene.bot();
    const late = { ...bot.clock, now: () => approval?.expiresAt ?? 0 };
    Object.assign(bot, { clock: late });
    assert.match(await scene.tell('raj', 'approve 0001', 0), /^DENIED · the time to approve run `0001` is over/);
    assert.deepEqual(scene.told().slice(2), ['expired ana', 'outcome ana EXPIRED', 'decided raj deny']);
    assert.equal(scene.audit.records.at(-1)?.code, 'denied/expired');
    assert.deepEqual(scene.requests(), []);
  });

  it('waits on while its expiry can not be put on record, and can’t be approved meanwhile', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    scene.audit.isFull = true;
    await scene.clock.advance(31 * MINUTE_MS);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
    assert.match(await scene.tell('raj', 'approve 0001'), /^NOT SENT · the audit log can not be written/);
    scene.audit.isFull = false;
    await scene.clock.advance(2 * MINUTE_MS);
    assert.equal((await scene.end())?.outcome, 'EXPIRED');
  });

  it('leaves one that was decided alone, also while it is under way', async () => {
    const scene = await createApprovalScene({
      fleet: { web1: alive(() => ({})), web2: alive(() => ({ delayMs: 4000 })) },
    });
    await scene.park();
    await scene.tell('raj', 'approve 0001');
    assert.equal(await scene.end(), undefined);
    await expireRun(scene.bot(), (await scene.lastRun()).id);
    await scene.clock.advance(40 * MINUTE_MS);
    assert.equal((await scene.end())?.outcome, 'OK');
    const { id } = await scene.lastRun();
    await expireRun(scene.bot(), id);
    await scene.park();
    await scene.tell('raj', `reject ${(await scene.lastRun()).id}`);
    await expireRun(scene.bot(), (await scene.lastRun()).id);
    assert.ok(!scene.told().some((line) => line.startsWith('expired')));
  });
});

describe('orders that wait', () => {
  function setUp() {
    const clock = createFakeClock();
    let shiftMs = 0;
    const shifted = { now: () => clock.now() + shiftMs, after: clock.after };
    const orders = createWaitingOrders(shifted);
    const expired: string[] = [];
    const watch = (run: string, forMs: number, expire = async () => void expired.push(run)) =>
      orders.watch(run, { caller: 'person:ana', expiresAt: shifted.now() + forMs }, expire);
    const shift = (ms: number): void => {
      shiftMs += ms;
    };
    return { clock, orders, expired, watch, shift };
  }

  it('expire when the clock is set forward, within a minute', async () => {
    const { clock, expired, watch, shift } = setUp();
    watch('r1', 30 * MINUTE_MS);
    await clock.advance(MINUTE_MS / 2);
    shift(60 * MINUTE_MS);
    await clock.advance(MINUTE_MS);
    assert.deepEqual(expired, ['r1']);
  });

  it('expire when the time has passed though the clock was set back', async () => {
    const { clock, expired, watch, shift } = setUp();
    watch('r1', 30 * MINUTE_MS);
    await clock.advance(10 * MINUTE_MS);
    shift(-24 * 60 * MINUTE_MS);
    await clock.advance(19 * MINUTE_MS);
    assert.deepEqual(expired, []);
    await clock.advance(2 * MINUTE_MS);
    assert.deepEqual(expired, ['r1']);
  });

  it('expire at once where they are overdue, and after a day whatever they say', async () => {
    const { clock, expired, watch } = setUp();
    watch('r1', -1);
    watch('r2', 365 * 24 * 60 * MINUTE_MS);
    await clock.advance(0);
    assert.deepEqual(expired, ['r1']);
    await clock.advance(24 * 60 * MINUTE_MS);
    assert.deepEqual(expired, ['r1', 'r2']);
  });

  it('are tried again until their end is written down', async () => {
    const { clock, watch } = setUp();
    let tries = 0;
    watch('r1', 1000, async () => {
      tries++;
      if (tries < 3) throw new Error('the disk is full');
    });
    await clock.advance(10 * MINUTE_MS);
    assert.equal(tries, 3);
  });

  it('are 20 of one caller and 200 in all at most, and make room when they are decided', () => {
    const { orders } = setUp();
    const hold = (n: number, caller: string) => orders.hold(`${caller}${n}`, caller);
    for (let n = 0; n < 20; n++) hold(n, 'ana');
    assert.throws(() => hold(20, 'ana'), { code: 'usage/too-many', message: /20 of yours/ });
    orders.release('ana0');
    hold(20, 'ana');
    for (let n = 0; n < 180; n++) hold(n, `other${n}`);
    assert.throws(() => hold(0, 'raj'), { code: 'usage/too-many', message: /200 in all/ });
  });

  it('are watched no more after a stop', async () => {
    const { clock, orders, expired, watch } = setUp();
    watch('r1', 1000);
    watch('r2', 1000);
    orders.release('r2');
    orders.stop();
    watch('r3', 1000);
    await clock.advance(MINUTE_MS);
    assert.deepEqual(expired, []);
  });
});
