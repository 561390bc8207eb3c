import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT } from '../../../../src/core/report.ts';
import { alive, createScene } from '../scripted-fleet.ts';
import { createApprovalScene, needsApproval } from './approval-scene.ts';

describe('parking a run', () => {
  it('is refused for one that holds a secret: nothing of it is kept', async () => {
    const scene = await createApprovalScene();
    const run = await scene.park('package update nginx token=hunter2');
    assert.deepEqual(
      [run.end?.outcome, run.end?.problem?.code, run.approval, run.end?.counts.notSent],
      ['NOT SENT', 'usage/holds-secret', undefined, 2],
    );
    assert.match(scene.rootText(), /\nNOT SENT · this needs approval, and it holds a secret/);
    assert.deepEqual([scene.requests(), scene.told()], [[], ['decided ana allow', 'outcome ana NOT SENT']]);
    assert.ok(!JSON.stringify([scene.audit.records, run, scene.chat.calls]).includes('hunter2'));
  });

  it('is refused when too many of the same person wait already', async () => {
    const scene = await createApprovalScene();
    for (let n = 0; n < 20; n++) await scene.park();
    const run = await scene.park();
    assert.deepEqual([run.end?.outcome, run.end?.problem?.code], ['NOT SENT', 'usage/too-many']);
    await scene.tell('raj', 'reject 0001');
    const next = await scene.park();
    assert.equal(next.approval?.state, 'awaiting');
  });

  it('keeps to that after a restart', async () => {
    const scene = await createApprovalScene();
    for (let n = 0; n < 20; n++) await scene.park();
    scene.die();
    await scene.start();
    assert.equal((await scene.park()).end?.problem?.code, 'usage/too-many');
  });

  it('is refused when it can not be put on record, before anybody sees it', async () => {
    const scene = await createApprovalScene();
    const { audit } = scene;
    const { append } = audit;
    audit.append = async (record) => {
      if (record.event === 'awaiting') audit.isFull = true;
      return await append.call(audit, record);
    };
    const run = await scene.park();
    assert.deepEqual([run.end?.problem?.code, run.approval], ['failed/audit', undefined]);
    assert.doesNotMatch(scene.chat.calls.map(({ text }) => text).join('\n'), /AWAITING/);
  });

  it('is refused when the store does not take it', async () => {
    const scene = await createApprovalScene();
    const { runs } = scene.store;
    const { park } = runs;
    Object.assign(runs, { park: () => Promise.reject(new Error('no room')) });
    const run = await scene.park();
    Object.assign(runs, { park });
    assert.deepEqual([run.end?.outcome, run.approval], ['NOT SENT', undefined]);
    assert.doesNotMatch(scene.chat.texts().join('\n'), /AWAITING/);
    assert.equal((await scene.park()).approval?.state, 'awaiting', 'it holds no place');
  });

  it('gives way to a cancel that came first', async () => {
    const scene = await createApprovalScene();
    await scene.chat.say('package update nginx');
    await scene.clock.advance(100);
    await scene.tell('ana', 'cancel');
    await scene.clock.advance(5000);
    const run = await scene.lastRun();
    assert.deepEqual([run.end?.outcome, run.approval], ['CANCELLED', undefined]);
  });

  it('ends the command: whoever typed it in a terminal is told so, and what waits is kept', async () => {
    const { run, bot, surface } = createScene({ web1: alive() }, () => needsApproval());
    const handled = await run('package update nginx');
    assert.equal(handled.exitCode, EXIT.refused);
    assert.equal(surface.roots.at(-1)?.state, 'awaiting');
    const [waiting] = await bot.store.runs.open();
    assert.deepEqual([waiting?.approval?.state, waiting?.nodes], ['awaiting', ['web1']]);
    assert.deepEqual(bot.active.ids(), [], 'it takes no place among the runs under way');
    assert.deepEqual(surface.reports, []);
  });

  it('of many nodes puts the list into a file of the thread', async () => {
    const names = Array.from({ length: 900 }, (_, n) => `node${n}.example.org`);
    const scene = await createApprovalScene({ fleet: Object.fromEntries(names.map((name) => [name, alive()])) });
    await scene.park();
    await scene.clock.advance(5000);
    const [file] = scene.chat.files;
    assert.equal(file?.name, '0001-list.json');
    const { approval, outcome } = JSON.parse(file.content);
    assert.deepEqual(
      [outcome, approval.nodes, approval.input],
      ['AWAITING APPROVAL', [...names].sort(), { package: 'nginx' }],
    );
  });
});
