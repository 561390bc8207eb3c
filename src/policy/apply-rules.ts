import type { Effect } from '../core/agent-description.ts';
import { CALLER, WORD } from '../core/names.ts';
import { type Belonging, type Belongings, describeDoubt, judgeListed, judgeWho } from './belonging.ts';
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

/**
 * Deny by default; an explicit deny wins over any allow; of several allowing rules all are named.
 *
 * @param belongs in which groups the caller is; default: those that list the caller
 */
export function applyRules(
  policy: RuleSet,
  question: RuleQuestion,
  belongs: Belongings = judgeListed(policy, question.caller),
): Decision {
  const { caller, place, agent, action, effect } = question;
  // INVARIANT: what isn't a plain name is denied before it is compared, so no spelling slips past a deny rule.
  if (!WORD.test(agent) || !WORD.test(action)) return deny([], "that is not an action's name");
  if (!CALLER.test(caller)) return deny([], 'the caller has no name that rules could be for');
  const name = `${agent}.${action}`;
  const judge = ({ who }: { who: Who }): Belonging => judgeWho(who, caller, belongs);
  const denying = policy.deny.filter((rule) => matchesAny(rule.actions, name) && isThere(rule.places, place));
  const sure = denying.filter((rule) => judge(rule) === 'in');
  if (sure.length > 0) {
    const given = sure.find((rule) => rule.reason !== undefined)?.reason;
    return deny(sure.map(lineOf), given ?? `\`${name}\` is denied to ${caller} here`);
  }
  // INVARIANT: a group that could not be looked up counts in a denial, and does not count in a permission.
  const doubtful = denying.filter((rule) => judge(rule) === 'unknown');
  if (doubtful.length > 0) {
    const { groups, services } = describeDoubt(doubtful.map(whoOf), belongs);
    const reason = `\`${name}\` is denied here to ${groups}, which could not be looked up in ${services}`;
    return deny(doubtful.map(lineOf), reason);
  }
  const bindings = policy.bindings.filter(({ places }) => isThere(places, place));
  const ofCaller = bindings.filter((binding) => judge(binding) === 'in');
  const { sufficient, lesser } = findAllowing(ofCaller, { name, effect });
  if (sufficient.length > 0) return { outcome: 'allow', rules: sufficient };
  const leftOut = bindings.filter(
    (binding) => judge(binding) === 'unknown' && findAllowing([binding], { name, effect }).sufficient.length > 0,
  );
  if (leftOut.length > 0) {
    const { groups, services, isPlural } = describeDoubt(leftOut.map(whoOf), belongs);
    const left = `what ${isPlural ? 'they' : 'it'} would allow is left out`;
    return deny(lesser, `${groups} could not be looked up in ${services}; ${left}`);
  }
  if (lesser.length > 0) return deny(lesser, `\`${name}\` needs write; you have read here`);
  return deny([], `no rule allows \`${name}\` to ${caller} here`);
}

/** Whether a rule counts in a place. `places` undefined: everywhere. */
export function isThere(places: readonly string[] | undefined, place: string | undefined): boolean {
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

const whoOf = ({ who }: { who: Who }): Who => who;

const lineOf = ({ at }: { at: string }): string => at;

function deny(rules: readonly string[], reason: string): Decision {
  return { outcome: 'deny', rules, reason };
}
