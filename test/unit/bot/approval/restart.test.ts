import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoredApproval } from '../../../../src/core/store.ts';
import { alive } from '../scripted-fleet.ts';
import { type ApprovalScene, createApprovalScene } from './approval-scene.ts';

const MINUTE_MS = 60_000;

async function restart(scene: ApprovalScene, awayMs = 0): Promise<void> {
  scene.die();
  await scene.clock.advance(awayMs);
  await scene.start();
  await scene.clock.advance(5000);
}

/** As an earlier process left it. */
async function leaveAs(scene: ApprovalScene, state: StoredApproval['state']): Promise<void> {
  const { id, approval } = await scene.lastRun();
  assert.ok(approval);
  const { digest } = approval;
  const yes = [{ by: 'person:raj', account: 'slack:T1/raj', place: 'slack:T1/C1', at: scene.clock.now(), digest }];
  const left: StoredApproval = { ...approval, state, yes: state === 'approved' ? yes : [] };
  assert.equal(await scene.store.runs.changeApproval(id, approval, left), true);
}

describe('after a restart', () => {
  it('an order waits on, nothing is told anew, and it can be approved', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    const calls = scene.chat.calls.length;
    await restart(scene);
    assert.equal((await scene.lastRun()).approval?.state, 'awaiting');
    assert.equal(scene.chat.calls.length, calls);
    assert.deepEqual(scene.bot().active.ids(), []);
    await scene.press('raj', 'approve');
    assert.equal((await scene.end())?.outcome, 'OK');
    assert.equal(scene.requests().length, 2);
    assert.match(scene.rootText(), /\nOK · 2 \/ 2 .* approved by @raj/);
  });

  it('an order expires when its time comes, and at once when it passed meanwhile', async () => {
    for (const awayMs of [MINUTE_MS, 45 * MINUTE_MS]) {
      const scene = await createApprovalScene();
      await scene.park();
      await restart(scene, awayMs);
      assert.equal((await scene.end())?.outcome, awayMs === MINUTE_MS ? undefined : 'EXPIRED');
      await scene.clock.advance(30 * MINUTE_MS);
      assert.equal((await scene.end())?.outcome, 'EXPIRED');
      assert.equal(scene.told().filter((line) => line === 'expired ana').length, 1);
    }
  });

  it('half of the yeses are there still', async () => {
    const scene = await createApprovalScene({ rule: { count: 2 } });
    await scene.park();
    await scene.tell('raj', 'approve 0001');
    await restart(scene);
    assert.match(await scene.tell('raj', 'approve 0001'), /approved run `0001` already/);
    await scene.tell('bob', 'approve 0001');
    assert.equal((await scene.end())?.outcome, 'OK');
  });

  it('an order that was approved and not sent is over as NOT SENT, and is never sent', async () => {
    const scene = await createApprovalScene();
    await scene.park();
    await leaveAs(scene, 'approved');
    await restart(scene);
    const end = await scene.end();
    assert.deepEqual([end?.outcome, end?.counts.notSent, end?.approvedBy?.[0]?.by], ['NOT SENT', 2, 'person:raj']);
    assert.match(scene.rootText(), /\nNOT SENT · the bot was restarted during this run/);
    assert.deepEqual(scene.requests(), []);
    assert.match(await scene.tell('bob', 'approve 0001'), /is approved already/);
  });

  it('what somebody decided before stands', async () => {
    for (const [state, outcome] of [
      ['rejected', 'REJECTED'],
      ['withdrawn', 'WITHDRAWN'],
      ['expired', 'EXPIRED'],
    ] as const) {
      const scene = await createApprovalScene();
      await scene.park();
      await leaveAs(scene, state);
      await restart(scene);
      assert.equal((await scene.end())?.outcome, outcome);
      assert.match(scene.rootText(), new RegExp(`\n${outcome} · 2 nodes were not asked · nothing was sent`));
    }
  });

  it('in the middle of an approved run, its answers count, and the approver is not told that nothing was done', async () => {
    const fleet = { web1: alive(() => ({})), web2: alive(() => undefined) };
    const scene = await createApprovalScene({ fleet });
    await scene.park();
    await scene.tell('raj', 'approve 0001');
    const whispers = scene.chat.whispers.length;
    await restart(scene);
    await scene.clock.advance(MINUTE_MS);
    const end = await scene.end();
    assert.deepEqual([end?.outcome, end?.counts.ok, end?.counts.unknown], ['UNKNOWN', 1, 1]);
    assert.match(scene.rootText(), /\nUNKNOWN · .* · approved by @raj/);
    assert.equal(scene.chat.whispers.length, whispers);
    assert.equal(scene.requests().length, 2, 'nothing is sent again');
  });
});
