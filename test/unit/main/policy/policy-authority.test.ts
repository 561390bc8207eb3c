import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MembershipFinder } from '../../../../src/bot/authority/find-memberships.ts';
import { createPolicyAuthority } from '../../../../src/main/policy/policy-authority.ts';
import { readBotPolicy } from '../../../../src/policy/read-policy.ts';

test('the accounts of a person are those that the policy in force lists', () => {
  const read = (accounts: string) =>
    readBotPolicy([{ name: 'people.yaml', text: `people: { ana: { ${accounts} }, bob: { console: [bob] } }\n` }]);
  let policy = read('console: [ana, annie]');
  const { accountsOf = () => assert.fail('it can not tell') } = createPolicyAuthority(() => policy);
  assert.deepEqual(accountsOf('person:ana'), ['console:ana', 'console:annie']);
  assert.deepEqual(accountsOf('person:eve'), []);
  policy = read('console: [ana]');
  assert.deepEqual(accountsOf('person:ana'), ['console:ana']);
});

test('a fresh look at one group asks for what that group hangs on alone', async () => {
  const policy = readBotPolicy([
    { name: 'people.yaml', text: 'people: { ana: { slack: [T024BE7LD/U2147483697] } }\n' },
    {
      name: 'groups.yaml',
      text: 'groups: { leads: { slack: [T024BE7LD/S0614TZR7] }, ops: { slack: [T024BE7LD/S0614TZR8] } }\n',
    },
  ]);
  const asked: unknown[] = [];
  const finder: MembershipFinder = {
    async find(...given) {
      asked.push(given);
      return { of: new Set(), unresolved: [] };
    },
  };
  const authority = createPolicyAuthority(() => policy, finder);
  await authority.findMemberships('slack:T024BE7LD/U2147483697', { isFresh: true, group: 'leads' });
  assert.deepEqual(asked, [[['slack:T024BE7LD/U2147483697'], ['slack:T024BE7LD/S0614TZR7'], { isFresh: true }]]);
});
