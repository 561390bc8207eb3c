import type { Authority } from '../bot/bot.ts';
import { decide, rolesOf } from '../policy/decide.ts';
import { identify } from '../policy/identify.ts';
import type { BotPolicy } from '../policy/policy.ts';

/** The bot's own policy files decide; each question is put to the policy that is in force at that moment. */
export function createPolicyAuthority(policy: () => BotPolicy): Authority {
  return {
    identify: (account) => identify(policy(), account),
    decide: (question) => decide(policy(), question),
    rolesOf: (caller, place) => rolesOf(policy(), caller, place),
  };
}

/** The terminal client's: whoever holds the key is the caller, and the nodes decide. */
export function createNodesAuthority(caller: string): Authority {
  return {
    identify: () => caller,
    decide: () => ({ outcome: 'allow', rules: ['the nodes decide'] }),
    rolesOf: () => ['what the nodes allow'],
  };
}
