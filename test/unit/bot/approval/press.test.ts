import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { busy } from '../../../fakes/fake-chat.ts';
import { createApprovalScene } from './approval-scene.ts';

describe('a press of a button of approval', () => {
  it('says yes to the list that is stored, by twelve digits of its digest', async () => {
    const scene = await createApprovalScene();
    const { id, approval } = await scene.park();
    await scene.press('eve', 'approve');
    const denied = scene.audit.records.at(-1);
    assert.deepEqual([denied?.result, denied?.command], ['deny', `approve ${id} ${approval?.digest.slice(0, 12)}`]);
    await scene.press('eve', 'reject');
    assert.equal(scene.audit.records.at(-1)?.command, `reject ${id}`);
    await scene.press('eve', 'withdraw');
    assert.equal(scene.audit.records.at(-1)?.command, `withdraw ${id}`);
  });

  it('on a run that needs none is refused, not carried out', async () => {
    const scene = await createApprovalScene();
    const run = await scene.ask('package status nginx');
    const said = scene.chat.whispers.length;
    await scene.chat.press(scene.root(), 'approve', { account: 'slack:T1/raj', run: run.id });
    await scene.clock.advance(2000);
    assert.match(scene.chat.whispers[said]?.text ?? '', /^NOT SENT · run `0001` needs no approval/);
  });

  it('comes before the question is shown where the chat is slow: the root ends as what it is', async () => {
    const scene = await createApprovalScene();
    scene.chat.fail({ on: 'edit', error: busy(20_000) });
    await scene.park();
    assert.doesNotMatch(scene.rootText(), /AWAITING/);
    await scene.tell('raj', 'approve 0001');
    await scene.clock.advance(60_000);
    assert.match(scene.rootText(), /\nOK · 2 \/ 2/);
    assert.deepEqual(scene.buttons(), ['again', 'details']);
    assert.deepEqual(await scene.store.outbox.pending(), []);
  });

  it('leaves the buttons to others where a press uses them up', async () => {
    const scene = await createApprovalScene({ traits: { hasSingleUseButtons: true, hasConfirm: false } });
    await scene.park();
    const cards = scene.root()?.cards.length ?? 0;
    await scene.press('eve', 'approve');
    assert.equal(scene.root()?.cards.length, cards + 1);
    assert.deepEqual(scene.root()?.cards.at(-1), scene.root()?.cards[cards - 1]);
    assert.deepEqual(
      scene
        .root()
        ?.cards.at(-1)
        ?.buttons?.map(({ label }) => label),
      ['Approve 2 nodes', 'Reject', 'Withdraw'],
    );
    await scene.press('raj', 'approve');
    assert.equal((await scene.end())?.outcome, 'OK');
  });
});
