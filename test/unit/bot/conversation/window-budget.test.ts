import assert from 'node:assert/strict';
import { it } from 'node:test';
import { allowedBy, grantOf } from '../../../fakes/decisions.ts';
import { createApprovalScene } from '../approval/approval-scene.ts';
import { alive } from '../scripted-fleet.ts';

/** Of results that fill the memory of a run, a little more than it keeps whole. */
const NODES = 75;
const LONG = 'x'.repeat(900 * 1024);

for (const [by, isLost] of [
  ['`job show`', true],
  ['an answer of its own', false],
] as const) {
  it(`a window that goes on after a restart keeps no more than its memory has room for of what ${by} brings`, async () => {
    let asked = 0;
    const data = { state: 'concluded', status: 'ok', message: '', outputs: { after: LONG } };
    const script = alive(({ agent }) => {
      if (agent === 'job') return { data };
      asked++;
      return isLost ? undefined : { delayMs: 4000, data: { after: LONG } };
    });
    const names = Array.from({ length: NODES }, (_, index) => `n${index}`);
    const scene = await createApprovalScene({ fleet: Object.fromEntries(names.map((name) => [name, script])) });
    scene.policy.decide = () => allowedBy(grantOf());
    await scene.chat.say(`package update x --at-once ${NODES} --timeout 600`);
    for (let step = 0; step < 100 && asked < NODES; step++) await scene.clock.advance(100);
    await scene.clock.advance(500);
    scene.die();
    await scene.start();
    await scene.clock.advance(30_000);
    const { id, end } = await scene.lastRun();
    assert.equal(end?.counts.ok, NODES);
    const results = await scene.store.runs.resultsOf(id);
    const cut = results.filter(({ status }) => status?.message.includes('not kept whole') === true);
    assert.ok(cut.length > 0 && cut.length < 10, `${cut.length}`);
    assert.ok(cut.every((result) => JSON.stringify(result.data).length < 1000));
  });
}
