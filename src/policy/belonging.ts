import type { BotPolicy, Memberships, RuleSet, Who } from './policy.ts';

/** Whether somebody is in a group. `unknown`: it hangs on a chat service that could not be asked. */
export type Belonging = 'in' | 'out' | 'unknown';

/** What the groups of a policy mean for one caller. */
export interface Belongings {
  in(group: string): Belonging;
  /** The chat services that leave it unknown: `slack`. */
  silentFor(group: string): readonly string[];
}

/** By the callers that the policy lists, and by nothing else. */
export function judgeListed(policy: RuleSet, caller: string): Belongings {
  return { in: (group) => (policy.groups.get(group)?.has(caller) === true ? 'in' : 'out'), silentFor: () => [] };
}

/** By the policy's lists, and by what the chat services say. */
export function judgeMemberships(policy: BotPolicy, caller: string, memberships: Memberships | undefined): Belongings {
  const listed = judgeListed(policy, caller);
  const idsOf = (group: string): readonly string[] => policy.chatGroups.get(group) ?? [];
  // INVARIANT: who was not looked up at all is in no group for sure, and out of none.
  const isUnknown = (id: string): boolean => memberships === undefined || memberships.unresolved.includes(id);
  return {
    in(group) {
      if (listed.in(group) === 'in' || idsOf(group).some((id) => memberships?.of.has(id) === true)) return 'in';
      return idsOf(group).some(isUnknown) ? 'unknown' : 'out';
    },
    silentFor: (group) => idsOf(group).filter(isUnknown).map(serviceOf),
  };
}

/** Whether a rule is for somebody. */
export function judgeWho(who: Who, caller: string, belongs: Belongings): Belonging {
  if (who.everyone || who.callers.has(caller)) return 'in';
  const groups = who.groups.map(belongs.in);
  if (groups.includes('in')) return 'in';
  return groups.includes('unknown') ? 'unknown' : 'out';
}

/** Groups that nobody knows for now whether a caller is in, for a sentence. */
export interface Doubt {
  /** "group `ops-leads`" */
  readonly groups: string;
  /** "slack and mattermost" */
  readonly services: string;
  readonly isPlural: boolean;
}

/** The groups that leave it unknown whether rules are for a caller. */
export function describeDoubt(whos: readonly Who[], belongs: Belongings): Doubt {
  const names = [...new Set(whos.flatMap((who) => who.groups))].filter((group) => belongs.in(group) === 'unknown');
  const services = new Set(names.flatMap(belongs.silentFor));
  const isPlural = names.length > 1;
  return {
    groups: `${isPlural ? 'groups' : 'group'} ${names.map((name) => `\`${name}\``).join(', ')}`,
    services: [...services].join(' and '),
    isPlural,
  };
}

const serviceOf = (id: string): string => id.slice(0, id.indexOf(':'));
