import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { createReloads } from '../../../src/main/reloads.ts';
import { createFakeAudit } from '../../fakes/fake-audit.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';

test('changes to files that decide are on record, those before there was a trail included', () => {
  const audit = createFakeAudit();
  const reloads = createReloads();
  reloads.note('the policy');
  reloads.recordIn({ audit, by: 'bot:test', clock: createFakeClock() });
  const broken = new McoError('usage/bad-file', `roles.yaml:3: unknown key \`alow\`${'x'.repeat(5000)}`);
  reloads.note('the policy', broken);
  const [first, second, ...others] = audit.records;
  assert.deepEqual(others, []);
  const at = '2023-11-14T22:13:20.000Z';
  assert.deepEqual(first, { at, by: 'bot:test', event: 'reloaded', result: 'ok', reason: 'the policy was read again' });
  assert.deepEqual([second?.event, second?.result, second?.code], ['reloaded', 'refused', 'usage/bad-file']);
  assert.match(second?.reason ?? '', /^the policy can't be used, the old one stays: roles\.yaml:3: /);
  assert.equal(second?.reason?.length, 1000);
});
