import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApprovalScene } from './approval-scene.ts';

const NOTHING = { targeted: 2, ok: 0, failed: 0, denied: 0, expired: 0, silent: 0, notSent: 2, unknown: 0 };

describe('an order that waits', () => {
  it('is rejected by whoever could approve it: nothing is sent, and its root says who did so', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    assert.equal(await scene.press('raj', 'reject'), 'run 0001 is rejected: nothing was sent');
    const end = await scene.end();
    assert.deepEqual([end?.outcome, end?.cancelledBy, end?.counts], ['REJECTED', 'person:raj', NOTHING]);
    assert.match(scene.rootText(), /\nREJECTED by @raj · 2 nodes were not asked · nothing was sent\n/);
    assert.deepEqual(scene.buttons(), ['again', 'details']);
    assert.deepEqual(scene.told().slice(2), ['rejected raj', 'outcome ana REJECTED']);
    assert.deepEqual([scene.requests(), scene.chat.files], [[], []]);
    assert.match(await scene.tell('bob', 'approve 0001'), /^NOT SENT · run `0001` is rejected already/);
    assert.match(await scene.tell('bob', 'reject 0001'), /^NOT SENT · run `0001` is rejected already/);
    assert.deepEqual(scene.requests(), []);
  });

  it('is not rejected by others, and not by the requester, who is told what to type', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    assert.match(await scene.tell('eve', 'reject 0001'), /^DENIED · only members of `leads`/);
    assert.match(await scene.tell('ana', 'reject 0001'), /^DENIED · nobody decides .*`withdraw 0001` takes it back/);
    assert.deepEqual(scene.told().slice(2), ['decided eve deny', 'decided ana deny']);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
  });

  it('is withdrawn by the requester, by a button, by typing and by `cancel`', async () => {
    for (const act of ['press', 'withdraw 0001', 'cancel 0001', 'cancel']) {
      const scene = await createApprovalScene();
      await scene.park();
      const told = act === 'press' ? await scene.press('ana', 'withdraw') : await scene.tell('ana', act);
      assert.equal(told, 'run 0001 is withdrawn: nothing was sent');
      const end = await scene.end();
      assert.deepEqual([end?.outcome, end?.cancelledBy, end?.counts], ['WITHDRAWN', 'person:ana', NOTHING]);
      assert.match(scene.rootText(), /\nWITHDRAWN by @ana · 2 nodes were not asked · nothing was sent\n/);
      assert.deepEqual(scene.told().slice(2), ['withdrawn ana', 'outcome ana WITHDRAWN']);
      assert.deepEqual(scene.requests(), []);
    }
  });

  it('is not withdrawn or cancelled by anybody else', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    assert.match(await scene.press('raj', 'withdraw'), /^DENIED · only who asked .*`reject 0001`/);
    assert.match(await scene.tell('raj', 'cancel 0001'), /^DENIED · .*`reject 0001`/);
    assert.deepEqual(scene.told().slice(2), ['decided raj deny', 'decided raj deny']);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
  });

  it('is not ended when that can not be put on record', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    scene.audit.isFull = true;
    for (const [name, verb] of [
      ['raj', 'reject'],
      ['ana', 'withdraw'],
    ] as const) {
      assert.match(await scene.tell(name, `${verb} 0001`), /^NOT SENT · the audit log can not be written/);
    }
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
  });

  it('has one end when it is approved, rejected and withdrawn at the same time', async () => {
    const presses = [
      ['raj', 'reject'],
      ['bob', 'approve'],
      ['ana', 'withdraw'],
    ] as const;
    for (const first of [0, 1, 2]) {
      const scene = await createApprovalScene();
      await scene.park();
      const order = [...presses.slice(first), ...presses.slice(0, first)];
      await Promise.all(
        order.map(([name, action]) => scene.chat.press(scene.root(), action, { account: `slack:T1/${name}` })),
      );
      await scene.clock.advance(2000);
      const outcomes = scene.told().filter((line) => line.startsWith('outcome'));
      assert.equal(outcomes.length, 1);
      assert.equal(scene.requests().length, outcomes[0] === 'outcome ana OK' ? 2 : 0);
      const names = {
        REJECTED: 'rejected already, by @raj',
        WITHDRAWN: 'withdrawn already, by @ana',
        OK: 'approved already, by @bob',
      };
      const already = names[outcomes[0]?.split(' ').at(-1) as keyof typeof names];
      assert.equal(
        scene.chat.whispers.filter(({ text }) => text.startsWith(`NOT SENT · run \`0001\` is ${already}`)).length,
        2,
      );
      const counted = scene.told().filter((line) => /^(approved|rejected|withdrawn) /.test(line));
      assert.equal(counted.length, 1, `only the one that counts is recorded as such: ${counted.join(', ')}`);
      const refused = scene.audit.records.filter(
        ({ event, code }) => event === 'refused' && code === 'usage/not-waiting',
      );
      assert.equal(refused.length, 2);
    }
  });

  it('is listed by `runs` as what it is', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    assert.match(await scene.tell('eve', 'runs'), /0001 {2}.* AWAITING APPROVAL {2}@ana {2}package update nginx/);
    await scene.tell('raj', 'reject 0001');
    assert.match(await scene.tell('eve', 'runs'), /REJECTED 0\/2/);
  });
});
