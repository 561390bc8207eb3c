import type { Authority } from '../bot/bot.ts';
import type { MembershipFinder } from '../bot/find-memberships.ts';
import { chatGroupsFor, decide, rolesOf } from '../policy/decide.ts';
import { accountsOf, identify } from '../policy/identify.ts';
import type { BotPolicy } from '../policy/policy.ts';

const NO_MEMBERSHIPS = { of: new Set<string>(), unresolved: [] };

/** The bot's own policy files decide; each question is put to the policy that is in force at that moment. */
export function createPolicyAuthority(policy: () => BotPolicy, finder?: MembershipFinder): Authority {
  return {
    identify: (account) => identify(policy(), account),
    async findMemberships(account) {
      const current = policy();
      const caller = identify(current, account);
      const groups = chatGroupsFor(current, caller);
      if (finder === undefined) return { of: new Set(), unresolved: groups };
      return await finder.find(accountsOf(current, account), groups);
    },
    decide: (question) => decide(policy(), question),
    rolesOf: (asker) => rolesOf(policy(), asker),
  };
}

/** The terminal client's: whoever holds the key is the caller, and the nodes decide. */
export function createNodesAuthority(caller: string): Authority {
  return {
    identify: () => caller,
    findMemberships: () => Promise.resolve(NO_MEMBERSHIPS),
    decide: () => ({ outcome: 'allow', rules: ['the nodes decide'] }),
    rolesOf: () => ['what the nodes allow'],
  };
}
