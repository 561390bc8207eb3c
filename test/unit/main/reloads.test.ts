import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { createReloads } from '../../../src/main/reloads.ts';
import { comparePolicies } from '../../../src/policy/compare-policies.ts';
import type { BotPolicy } from '../../../src/policy/policy.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';
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

test('a policy that was read again is recorded with how much it has, and which denials it lost', () => {
  const audit = createFakeAudit();
  const reloads = createReloads();
  reloads.recordIn({ audit, by: 'bot:test', clock: createFakeClock() });
  const roles =
    'people: {ana: {}}\nroles: {r: {allow: [{actions: ["*"], effect: read}]}}\nbindings: [{role: r, who: [ana]}]\n';
  const denying = (...agents: readonly string[]): BotPolicy => {
    const lines = agents.map((agent) => `  - { actions: ["${agent}.*"], who: [everyone] }\n`);
    const deny = lines.length === 0 ? [] : [{ name: 'deny.yaml', text: `deny:\n${lines.join('')}` }];
    return readBotPolicy([{ name: 'a.yaml', text: roles }, ...deny]);
  };
  const note = (before: BotPolicy, now: BotPolicy): string => {
    reloads.note('the policy', undefined, comparePolicies(before, now));
    return audit.records.at(-1)?.reason ?? '';
  };
  const COUNTS = 'the policy was read again: 1 rule, 1 binding';
  assert.equal(note(denying('a'), denying('b', 'a')), `${COUNTS}, 2 denials; before: 1 rule, 1 binding, 1 denial`);
  assert.equal(
    note(denying('a', 'b'), denying('b')),
    `${COUNTS}, 1 denial; before: 1 rule, 1 binding, 2 denials; FEWER DENIALS, gone: deny.yaml:2`,
  );
  assert.match(
    note(denying('a', 'b', 'c', 'd', 'e', 'f', 'g'), denying()),
    /0 denials; before: .*gone: deny\.yaml:2, deny\.yaml:3, deny\.yaml:4, deny\.yaml:5, deny\.yaml:6 and 2 more$/,
  );
});
