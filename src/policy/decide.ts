import type { Effect, Input } from '../core/agent-description.ts';
import { CALLER } from '../core/names.ts';
import { applyRules, isThere, type Ruling, UNDECIDED } from './apply-rules.ts';
import { type Belonging, judgeListed, judgeMemberships, judgeWho } from './belonging.ts';
import { isPlace } from './place.ts';
import type { BotPolicy, Decision, Memberships, NodeLimit } from './policy.ts';

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
  /** After defaults. Undefined: some input or other, which help asks about. */
  readonly input?: Input | undefined;
}

/** Decides before anything is sent. Never throws: INVARIANT: an exception while deciding is a denial. */
export function decide(policy: BotPolicy, question: BotQuestion): Decision {
  try {
    if (!isPlace(question.place)) {
      return { outcome: 'deny', rules: [], reason: 'commands are not taken from this place' };
    }
    return conclude(applyRules(policy, question, judgeMemberships(policy, question.caller, question.memberships)));
  } catch {
    return UNDECIDED;
  }
}

/** The bot knows no node yet: a denial for some nodes takes them out of what may be asked. */
function conclude(ruling: Ruling): Decision {
  if (ruling.outcome === 'deny') return ruling;
  const { grants, exceptions } = ruling;
  const rules = new Set([...grants.flatMap((grant) => grant.rules), ...exceptions.map(({ at }) => at)]);
  const excluded = new Map<string, NodeLimit>();
  for (const { nodes } of exceptions) if (nodes !== undefined) excluded.set(nodes.text, nodes);
  return { outcome: 'allow', rules: [...rules], grants, excluded: [...excluded.values()] };
}

/** Whether `decide` allows it, to some nodes at least: for help and completion. */
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
 * Whether somebody is in a group of the policy: of those who may approve. Never throws: INVARIANT: who can't be judged
 * is not in it.
 */
export function judgeMember(
  policy: BotPolicy,
  group: string,
  { caller, memberships }: Pick<Asker, 'caller' | 'memberships'>,
): Belonging {
  try {
    return CALLER.test(caller) ? judgeMemberships(policy, caller, memberships).in(group) : 'out';
  } catch {
    return 'out';
  }
}

/**
 * The groups of chat services that rules hang on, for this caller: `slack:T024BE7LD/S0614TZR7`. To be looked up before
 * `decide`, `rolesOf` and `judgeMember`.
 *
 * @param place left out: the rules of all places
 */
export function chatGroupsFor(policy: BotPolicy, caller: string, place?: string): string[] {
  const isHere = ({ places }: { readonly places: readonly string[] | undefined }): boolean =>
    place === undefined || isThere(places, place);
  const listed = judgeListed(policy, caller);
  const bindings = policy.bindings.filter(isHere);
  const ruled = [...bindings, ...policy.deny.filter(isHere)]
    .filter(({ who }) => judgeWho(who, caller, listed) === 'out')
    .flatMap(({ who }) => who.groups);
  const approving = bindings
    .flatMap(({ role }) => role.allow.map(({ approval }) => approval?.from))
    .filter((group) => group !== undefined && listed.in(group) === 'out');
  const groups = new Set([...ruled, ...approving.filter((group) => group !== undefined)]);
  return [...new Set([...groups].flatMap((group) => policy.chatGroups.get(group) ?? []))];
}
