import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApprovalScene, createApprovalScene } from './approval-scene.ts';

/** Orders of these people, one after the other, in threads of their own where one is named. Returns the ends of their ids. */
async function park(scene: ApprovalScene, ...orders: readonly (readonly [name: string, thread?: string])[]) {
  const ends: string[] = [];
  for (const [name, thread] of orders) {
    await scene.chat.say('package update nginx', { account: `slack:T1/${name}`, thread });
    await scene.clock.advance(6000);
    ends.push((await scene.lastRun()).id.slice(-4));
  }
  return ends;
}

const stateOf = async ({ store, chat }: ApprovalScene, end = ''): Promise<string | undefined> =>
  (await store.runs.findByEnd({ chat: chat.name, channel: 'C1' }, end))[0]?.approval?.state;

describe('the last run that waits', () => {
  it('is approved and rejected: the newest of somebody else', async () => {
    for (const [verb, state] of [
      ['approve', 'approved'],
      ['reject', 'rejected'],
    ] as const) {
      // What is approved has to be named.
      for (const typed of verb === 'approve' ? ['approve last'] : ['reject', 'reject last']) {
        const scene = await createApprovalScene();
        const [first, second, own] = await park(scene, ['ana'], ['eve'], ['raj']);
        await scene.tell('raj', 'package status nginx', 30_000);
        assert.match(await scene.tell('raj', typed), new RegExp(`run ${second} is ${state}`));
        assert.match(await scene.tell('raj', typed), new RegExp(`run ${first} is ${state}`));
        const answer = await scene.tell('raj', typed);
        assert.match(answer, /^NOT SENT · no run of somebody else waits for approval in this channel/);
        assert.match(answer, new RegExp(`your own run \`${own}\` waits for somebody else; \`withdraw ${own}\``));
        assert.equal(await stateOf(scene, own), 'awaiting');
      }
    }
  });

  it('is withdrawn: one’s own newest, by whichever account', async () => {
    const scene = await createApprovalScene();
    const [first, second, other] = await park(scene, ['ana'], ['ana2'], ['eve']);
    scene.policy.renamed.set('slack:T1/ana2', 'person:ana');
    assert.match(await scene.tell('ana', 'withdraw'), new RegExp(`run ${second} is withdrawn`));
    assert.match(await scene.tell('ana', 'withdraw last'), new RegExp(`run ${first} is withdrawn`));
    const answer = await scene.tell('ana', 'withdraw last');
    assert.match(answer, /^NOT SENT · no run of yours waits for approval in this channel/);
    assert.match(answer, new RegExp(`run \`${other}\` of @eve waits: \`approve ${other}\`, \`reject ${other}\``));
    assert.equal(await stateOf(scene, other), 'awaiting');
  });

  it('is one of the thread, in a thread', async () => {
    const scene = await createApprovalScene();
    const [inThread, newer] = await park(scene, ['ana', 't1'], ['ana']);
    const say = async (text: string): Promise<string> => {
      await scene.chat.say(text, { account: 'slack:T1/raj', thread: 't1' });
      await scene.clock.advance(2000);
      return scene.chat.whispers.at(-1)?.text ?? '';
    };
    assert.match(await say('reject last'), new RegExp(`run ${inThread} is rejected`));
    assert.match(await say('reject last'), /^NOT SENT · no run of somebody else waits for approval in this thread/);
    assert.equal(await stateOf(scene, newer), 'awaiting');
  });

  it('is not there: nothing is approved, and the caret stands below the word', async () => {
    const scene = await createApprovalScene();
    const answer = await scene.tell('raj', 'approve last');
    assert.match(answer, /^NOT SENT · no run of somebody else waits for approval in this channel/);
    assert.match(answer, /`runs` lists the runs of this channel/);
    assert.equal(scene.audit.records.at(-1)?.code, 'usage/nothing-waits');
  });

  it('is approved by the list that somebody saw, and by no other', async () => {
    const scene = await createApprovalScene();
    await park(scene, ['ana']);
    const digest = (await scene.lastRun()).approval?.digest ?? '';
    const other = digest.startsWith('0000') ? '1111' : '0000';
    assert.match(await scene.tell('raj', `approve last ${other}`), /^DENIED · run `\w+` is not about list/);
    assert.match(await scene.tell('raj', `approve last ${digest.slice(0, 6)}`), /is approved/);
  });
});
