import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNodesAuthority } from '../../../src/main/policy/policy-authority.ts';
import { alive, createScene } from './scripted-fleet.ts';

const FLEET = { web1: alive(() => ({ status: 'aborted' })), web2: alive(() => ({ status: 'aborted' })) };
const COMMAND = 'package update nginx -C web --canary 1';

test('where runs are kept, the hint of a run that was stopped names its rest by the run', async () => {
  const scene = createScene(FLEET);
  const authority = { ...scene.bot.authority, policyTests: () => Promise.reject(new Error('not asked')) };
  const { report } = await scene.run(COMMAND, { authority });
  assert.equal(report?.problem?.code, 'failed/over-threshold');
  assert.match(report?.problem?.hint ?? '', /`--nodes last:open`/);
});

test('where none is kept, as by the terminal client, it does not', async () => {
  const { report } = await createScene(FLEET).run(COMMAND, { authority: createNodesAuthority('person:ana') });
  assert.equal(report?.problem?.code, 'failed/over-threshold');
  assert.match(report?.problem?.hint ?? '', /^give the command again, with a filter/);
});
