import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSOLE_TRAITS } from '../../../src/adapters/console/console-chat.ts';
import { decodeRequest } from '../../../src/core/request.ts';
import { createNodesAuthority } from '../../../src/main/policy/policy-authority.ts';
import type { Grant } from '../../../src/policy/policy.ts';
import { drawRootCard } from '../../../src/render/draw-root-card.ts';
import { allowedBy, grantOf } from '../../fakes/decisions.ts';
import { alive, createScene } from './scripted-fleet.ts';

const FLEET = { web1: alive(), web2: alive(), web3: alive() };
const PREVIEW = 'package update nginx -C web --preview';

async function preview(...grants: readonly Grant[]) {
  const scene = createScene(FLEET, () => allowedBy(...grants));
  const { report, exitCode } = await scene.run(PREVIEW);
  return { ...scene, report, exitCode, why: report?.problem?.message ?? '' };
}

describe('a preview', () => {
  it('finds the nodes and asks none of them', async () => {
    const { report, exitCode, bus, surface, why } = await preview(grantOf());
    assert.deepEqual([report?.outcome, exitCode], ['PREVIEW', 0]);
    assert.deepEqual([report?.counts.targeted, report?.counts.notSent], [3, 3]);
    assert.deepEqual(
      report?.results.map(({ node, outcome }) => `${node} ${outcome}`),
      ['web1 notSent', 'web2 notSent', 'web3 notSent'],
    );
    assert.ok(bus.published.every(({ body }) => decodeRequest(body).action === 'ping'));
    assert.equal(surface.reports.length, 1);
    assert.equal(why, 'it would be allowed');
  });

  it('is on record as decided and as its outcome, without an intent', async () => {
    const { audit } = await preview(grantOf());
    assert.deepEqual(
      audit.records.filter(({ event }) => event !== 'received').map(({ event, result }) => [event, result]),
      [
        ['decided', 'allow'],
        ['outcome', 'PREVIEW'],
      ],
    );
  });

  it('has no problem on record: what would become of it is its answer', async () => {
    const { audit } = await preview(grantOf({ maxNodes: 2 }));
    const end = audit.records.find(({ event }) => event === 'outcome');
    assert.equal(end?.code, undefined);
    assert.match(end?.reason ?? '', /^it would be refused/);
  });

  it('that nobody matches has no intent on record', async () => {
    const scene = createScene({}, () => allowedBy(grantOf()));
    const { report } = await scene.run(PREVIEW);
    assert.equal(report?.outcome, 'NO MATCH');
    const events = scene.audit.records.map(({ event }) => event);
    assert.deepEqual(events, ['received', 'decided', 'outcome']);
  });

  it('says whose approval it would need', async () => {
    const { report, why, exitCode } = await preview(
      grantOf({ rules: ['roles.yaml:4'], approval: { overNodes: 2, from: 'leads', count: 2, expiresMs: 60_000 } }),
    );
    assert.deepEqual([report?.outcome, exitCode], ['PREVIEW', 0]);
    assert.match(why, /^it would need the approval of 2 of `leads`$/);
    assert.deepEqual(report?.problem?.rules, ['roles.yaml:4']);
  });

  it('says why it would be refused, and for how many nodes', async () => {
    const { report, why } = await preview(grantOf({ maxNodes: 2 }));
    assert.deepEqual([report?.outcome, report?.counts.targeted], ['PREVIEW', 3]);
    assert.match(why, /^it would be refused: 3 nodes/);
    const { summary } = drawRootCard({ state: 'done', report: report ?? assert.fail() }, CONSOLE_TRAITS);
    assert.match(summary ?? '', /^3 nodes match · it would be refused: /);
  });

  it('tells of a canary that would be the whole run', async () => {
    const { run } = createScene(FLEET);
    const { report, exitCode } = await run(`${PREVIEW} --canary 3`);
    assert.deepEqual([report?.outcome, exitCode, report?.problem?.code], ['PREVIEW', 0, 'denied/preview']);
    assert.equal(report?.problem?.message, 'it would be refused: a canary of 3 is all of the 3 nodes');
    const { summary } = drawRootCard({ state: 'done', report: report ?? assert.fail() }, CONSOLE_TRAITS);
    assert.match(summary ?? '', /^3 nodes match · it would be refused: /);
  });

  it('without a filter where one is needed still tells how many would have been meant', async () => {
    const scene = createScene(FLEET, () => allowedBy(grantOf({ requireFilter: true })));
    const { report } = await scene.run('package update nginx --preview');
    assert.deepEqual([report?.outcome, report?.counts.targeted], ['PREVIEW', 3]);
    assert.match(report?.problem?.message ?? '', /^it would be refused: .*filter/);
  });

  it('in a program without a policy says that the nodes decide, and not what it has forgotten by then', async () => {
    const scene = createScene(FLEET);
    const { report } = await scene.run(PREVIEW, { authority: createNodesAuthority('unix:ana') });
    assert.deepEqual([report?.outcome, report?.counts.notSent], ['PREVIEW', 3]);
    assert.equal(report?.problem?.message, 'whether it is allowed the nodes decide');
    assert.doesNotMatch(report?.problem?.hint ?? '', /last/);
  });

  it('of nodes that are not there has no match', async () => {
    const { report, exitCode } = await createScene({}).run(PREVIEW);
    assert.deepEqual([report?.outcome, exitCode], ['NO MATCH', 1]);
  });

  it('of a read sends nothing either', async () => {
    const scene = createScene(FLEET);
    assert.equal((await scene.run('package status nginx --preview')).report?.outcome, 'PREVIEW');
    assert.equal(scene.bus.published.length, 1);
  });

  it('leaves its nodes for the next command', async () => {
    const scene = createScene(FLEET);
    await scene.run('package update nginx --preview --limit 2');
    const { report } = await scene.run('package update nginx --nodes last');
    assert.equal(report?.outcome, 'OK');
    assert.deepEqual(
      report.results.map(({ node }) => node),
      ['web1', 'web2'],
    );
  });
});
