import { AGENT_DESCRIPTIONS } from '../../../agent/plugins/index.ts';
import type { MembershipFinder } from '../../bot/authority/find-memberships.ts';
import type { Authority, MembershipOptions } from '../../bot/bot.ts';
import { chatGroupsFor, decide, judgeMember, rolesOf } from '../../policy/decide.ts';
import { createPolicyTests, type PolicyTree } from '../../policy/explain-tests.ts';
import { accountsOf, identify } from '../../policy/identify.ts';
import type { BotPolicy, Memberships } from '../../policy/policy.ts';

const NO_MEMBERSHIPS = { of: new Set<string>(), unresolved: [] };

/**
 * The bot's own policy files decide; each question is put to the policy that is in force at that moment.
 *
 * @param finder left out: nobody can be asked who is in the groups of chat services
 * @param readTree the files, for `policy test` and the text of rules; left out: there is none of that
 */
export function createPolicyAuthority(
  policy: () => BotPolicy,
  finder?: MembershipFinder,
  readTree?: () => Promise<PolicyTree>,
): Authority {
  return {
    identify: (account) => identify(policy(), account),
    accountsOf: (person) => accountsOfPerson(policy(), person),
    findMemberships: (account, options) => findMemberships(policy(), { account, ...options }, finder),
    decide: (question) => decide(policy(), question),
    rolesOf: (asker) => rolesOf(policy(), asker),
    judgeMember: (group, asker) => judgeMember(policy(), group, asker),
    policyTests: readTree && (async () => createPolicyTests(await readTree(), policy(), AGENT_DESCRIPTIONS)),
  };
}

const accountsOfPerson = ({ accounts }: BotPolicy, person: string): string[] =>
  [...accounts].filter(([, owner]) => owner === person).map(([account]) => account);

/** @param account an account, or `person:ana` for all of hers; who asks is named by an account only */
async function findMemberships(
  policy: BotPolicy,
  { account, isFresh, group }: MembershipOptions & { readonly account: string },
  finder: MembershipFinder | undefined,
): Promise<Memberships> {
  const isPerson = account.startsWith('person:');
  const caller = isPerson ? account : identify(policy, account);
  const groups = group === undefined ? chatGroupsFor(policy, caller) : (policy.chatGroups.get(group) ?? []);
  if (finder === undefined) return { of: new Set(), unresolved: groups };
  const accounts = isPerson ? accountsOfPerson(policy, caller) : accountsOf(policy, account);
  return await finder.find(accounts, groups, { isFresh });
}

/** The terminal client's: whoever holds the key is the caller, and the nodes decide. */
export function createNodesAuthority(caller: string): Authority {
  const rules = ['the nodes decide'];
  return {
    leavesToNodes: true,
    identify: () => caller,
    findMemberships: () => Promise.resolve(NO_MEMBERSHIPS),
    decide: () => ({ outcome: 'allow', rules, grants: [{ rules, requireFilter: false }], excluded: [] }),
    rolesOf: () => ['what the nodes allow'],
    // Nobody waits for approval here: nodes ask for what their own policies want.
    judgeMember: () => 'out',
  };
}
