import type { Effect } from '../core/agent-description.ts';
import { applyRules, isThere, UNDECIDED } from './apply-rules.ts';
import { judgeListed, judgeMemberships, judgeWho } from './belonging.ts';
import { isPlace } from './place.ts';
import type { BotPolicy, Decision, Memberships } from './policy.ts';

/** Who asks where. */
export interface Asker {
  /** As `identify` names them. */
  readonly caller: string;
  /** `slack:TEAM/CHANNEL`, `mattermost:HOST/CHANNEL`, `console`, `unix`. */
  readonly place: string;
  /** In which of `chatGroupsFor` they are. Left out: nobody looked, so that none of these groups is known. */
  readonly memberships?: Memberships | undefined;
}

export interface BotQuestion extends Asker {
  readonly agent: string;
  readonly action: string;
  /** From the bot's own copy of the action's description, never from a message. */
  readonly effect: Effect;
}

/** Decides before anything is sent. Never throws: INVARIANT: an exception while deciding is a denial. */
export function decide(policy: BotPolicy, question: BotQuestion): Decision {
  try {
    if (!isPlace(question.place)) {
      return { outcome: 'deny', rules: [], reason: 'commands are not taken from this place' };
    }
    return applyRules(policy, question, judgeMemberships(policy, question.caller, question.memberships));
  } catch {
    return UNDECIDED;
  }
}

/** Whether `decide` allows it: for help and completion. */
export function may(policy: BotPolicy, question: BotQuestion): boolean {
  return decide(policy, question).outcome === 'allow';
}

/** The roles that bindings give somebody in a place, each once, in the order of the files. */
export function rolesOf(policy: BotPolicy, { caller, place, memberships }: Asker): string[] {
  if (!isPlace(place)) return [];
  const belongs = judgeMemberships(policy, caller, memberships);
  const given = policy.bindings.filter(
    ({ who, places }) => judgeWho(who, caller, belongs) === 'in' && isThere(places, place),
  );
  return [...new Set(given.map(({ role }) => role.name))];
}

/**
 * The groups of chat services that rules hang on, for this caller: `slack:T024BE7LD/S0614TZR7`. To be looked up before
 * `decide` and `rolesOf`.
 *
 * @param place left out: the rules of all places
 */
export function chatGroupsFor(policy: BotPolicy, caller: string, place?: string): string[] {
  const listed = judgeListed(policy, caller);
  const needed = [...policy.bindings, ...policy.deny]
    .filter(({ places }) => place === undefined || isThere(places, place))
    .filter(({ who }) => judgeWho(who, caller, listed) === 'out')
    .flatMap(({ who }) => who.groups.flatMap((group) => policy.chatGroups.get(group) ?? []));
  return [...new Set(needed)];
}
