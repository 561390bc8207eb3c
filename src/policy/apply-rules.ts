import type { Effect } from '../core/agent-description.ts';
import { CALLER, WORD } from '../core/names.ts';
import { matchesGlob } from './glob.ts';
import { matchesPlace } from './place.ts';
import type { Binding, Decision, Role, RuleSet, Who } from './policy.ts';

/** What is asked. The effect comes from the asker's own copy of the action's description. */
export interface RuleQuestion {
  readonly caller: string;
  /** Undefined on a node, whose rules have no places. */
  readonly place: string | undefined;
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
}

/** What an exception while deciding comes to. */
export const UNDECIDED: Decision = { outcome: 'deny', rules: [], reason: 'the policy failed while deciding' };

/** Deny by default; an explicit deny wins over any allow; of several allowing rules all are named. */
export function applyRules(policy: RuleSet, question: RuleQuestion): Decision {
  const { caller, place, agent, action } = question;
  // INVARIANT: what isn't a plain name is denied before it is compared, so no spelling slips past a deny rule.
  if (!WORD.test(agent) || !WORD.test(action)) return deny([], "that is not an action's name");
  if (!CALLER.test(caller)) return deny([], 'the caller has no name that rules could be for');
  const name = `${agent}.${action}`;
  const denying = policy.deny.filter(
    (rule) => matchesAny(rule.actions, name) && isAmong(policy, rule.who, caller) && isThere(rule.places, place),
  );
  if (denying.length > 0) {
    const reason =
      denying.find((rule) => rule.reason !== undefined)?.reason ?? `\`${name}\` is denied to ${caller} here`;
    return deny(
      denying.map((rule) => rule.at),
      reason,
    );
  }
  const { sufficient, lesser } = findAllowing(bindingsOf(policy, caller, place), {
    name,
    effect: question.effect,
  });
  if (sufficient.length > 0) return { outcome: 'allow', rules: sufficient };
  if (lesser.length > 0) return deny(lesser, `\`${name}\` needs write; you have read here`);
  return deny([], `no rule allows \`${name}\` to ${caller} here`);
}

/** The bindings that are for this caller in this place, in the order of the files. */
export function bindingsOf(policy: RuleSet, caller: string, place: string | undefined): Binding[] {
  return policy.bindings.filter(({ who, places }) => isAmong(policy, who, caller) && isThere(places, place));
}

function isAmong(policy: RuleSet, who: Who, caller: string): boolean {
  if (who.everyone || who.callers.has(caller)) return true;
  return who.groups.some((group) => policy.groups.get(group)?.has(caller) === true);
}

function isThere(places: readonly string[] | undefined, place: string | undefined): boolean {
  if (places === undefined) return true;
  return place !== undefined && places.some((pattern) => matchesPlace(pattern, place));
}

function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}

interface Wanted {
  readonly name: string;
  readonly effect: Effect;
}

interface Allowing {
  /** The rules that allow what is wanted, then the bindings that give them. */
  readonly sufficient: readonly string[];
  /** The same for rules that would allow it, were it a read. */
  readonly lesser: readonly string[];
}

function findAllowing(bindings: readonly Binding[], wanted: Wanted): Allowing {
  const byRole = new Map<Role, Allowing>();
  for (const { role } of bindings) if (!byRole.has(role)) byRole.set(role, findInRole(role, wanted));
  const collect = (kind: keyof Allowing): string[] => {
    const giving = bindings.filter(({ role }) => (byRole.get(role)?.[kind].length ?? 0) > 0);
    const rules = giving.flatMap(({ role }) => byRole.get(role)?.[kind] ?? []);
    return [...new Set([...rules, ...giving.map(({ at }) => at)])];
  };
  return { sufficient: collect('sufficient'), lesser: collect('lesser') };
}

function findInRole(role: Role, { name, effect }: Wanted): Allowing {
  const matching = role.allow.filter((rule) => matchesAny(rule.actions, name));
  const isEnough = (granted: Effect): boolean => effect === 'read' || granted === 'write';
  return {
    sufficient: matching.filter((rule) => isEnough(rule.effect)).map((rule) => rule.at),
    lesser: matching.filter((rule) => !isEnough(rule.effect)).map((rule) => rule.at),
  };
}

function deny(rules: readonly string[], reason: string): Decision {
  return { outcome: 'deny', rules, reason };
}
