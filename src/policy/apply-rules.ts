import type { Effect, Input } from '../core/agent-description.ts';
import { CALLER, WORD } from '../core/names.ts';
import { type Belonging, type Belongings, describeDoubt, judgeListed, judgeWho } from './belonging.ts';
import { findGrants, type Giving, linesOf } from './find-grants.ts';
import { allowsName, matchesAny } from './glob.ts';
import { deniesInputs, describeInputs, permitsInputs } from './match-inputs.ts';
import { matchesPlace } from './place.ts';
import type { AllowRule, Binding, DenyRule, Grant, RuleSet, Who } from './policy.ts';

/** What is asked. The effect comes from the asker's own copy of the action's description. */
export interface RuleQuestion {
  readonly caller: string;
  /** Undefined on a node, whose rules have no places. */
  readonly place: string | undefined;
  readonly agent: string;
  readonly action: string;
  readonly effect: Effect;
  /** After defaults. Undefined: some input or other, which help asks about. */
  readonly input?: Input | undefined;
}

/** What the rules say before any node is known. */
export type Ruling =
  /** `isForbidden`: a rule denies it; else nothing allows it. */
  | {
      readonly outcome: 'deny';
      readonly rules: readonly string[];
      readonly reason: string;
      readonly isForbidden?: boolean | undefined;
    }
  /** `exceptions` are denials that are for some nodes only. */
  | { readonly outcome: 'allow'; readonly grants: readonly Grant[]; readonly exceptions: readonly DenyRule[] };

type Denial = Extract<Ruling, { outcome: 'deny' }>;

/** What an exception while deciding comes to. */
export const UNDECIDED: Denial = { outcome: 'deny', rules: [], reason: 'the policy failed while deciding' };

/** A question about a name that is one, and who the caller is. */
interface Hearing {
  readonly question: RuleQuestion;
  /** `AGENT.ACTION`. */
  readonly name: string;
  readonly belongs: Belongings;
  judge(rule: { readonly who: Who }): Belonging;
}

/**
 * Deny by default; an explicit deny wins over any allow; of several allowing rules with the same conditions all are named.
 *
 * @param belongs in which groups the caller is; default: those that list the caller
 */
export function applyRules(
  policy: RuleSet,
  question: RuleQuestion,
  belongs: Belongings = judgeListed(policy, question.caller),
): Ruling {
  const { caller, agent, action } = question;
  // INVARIANT: what isn't a plain name is denied before it is compared, so no spelling slips past a deny rule.
  if (!WORD.test(agent) || !WORD.test(action)) return deny([], "that is not an action's name");
  if (!CALLER.test(caller)) return deny([], 'the caller has no name that rules could be for');
  const judge = ({ who }: { readonly who: Who }): Belonging => judgeWho(who, caller, belongs);
  const hearing: Hearing = { question, name: `${agent}.${action}`, belongs, judge };
  const denying = policy.deny.filter((rule) => isDenying(rule, hearing));
  const denial = findDenial(
    denying.filter(({ nodes }) => nodes === undefined),
    hearing,
  );
  if (denial !== undefined) return denial;
  const allowance = findAllowance(policy.bindings, hearing);
  if (allowance.outcome === 'deny') return allowance;
  // INVARIANT: a group that could not be looked up counts in a denial for some nodes too.
  const exceptions = denying.filter((rule) => rule.nodes !== undefined && judge(rule) !== 'out');
  return { ...allowance, exceptions };
}

/** Whether a rule counts in a place. `places` undefined: everywhere. */
export function isThere(places: readonly string[] | undefined, place: string | undefined): boolean {
  if (places === undefined) return true;
  return place !== undefined && places.some((pattern) => matchesPlace(pattern, place));
}

/** Whether a denial is about what is asked, whoever asks. */
function isDenying(rule: DenyRule, { question, name }: Hearing): boolean {
  const { effect, place, input } = question;
  if (!matchesAny(rule.actions, name) || !isThere(rule.places, place)) return false;
  // INVARIANT: what is not a read is a write.
  if (rule.effect === 'write' && effect === 'read') return false;
  return rule.inputs === undefined || (input !== undefined && deniesInputs(rule.inputs, input));
}

function findDenial(denying: readonly DenyRule[], { question, name, belongs, judge }: Hearing): Denial | undefined {
  const sure = denying.filter((rule) => judge(rule) === 'in');
  if (sure.length > 0) {
    const given = sure.find((rule) => rule.reason !== undefined)?.reason;
    return {
      ...deny(sure.map(lineOf), given ?? `\`${name}\` is denied to ${question.caller} here`),
      isForbidden: true,
    };
  }
  // INVARIANT: a group that could not be looked up counts in a denial, and does not count in a permission.
  const doubtful = denying.filter((rule) => judge(rule) === 'unknown');
  if (doubtful.length === 0) return undefined;
  const { groups, services } = describeDoubt(doubtful.map(whoOf), belongs);
  const reason = `\`${name}\` is denied here to ${groups}, which could not be looked up in ${services}`;
  return { ...deny(doubtful.map(lineOf), reason), isForbidden: true };
}

function findAllowance(all: readonly Binding[], hearing: Hearing): Denial | Granting {
  const { question, name, belongs, judge } = hearing;
  const bindings = all.filter(({ places }) => isThere(places, question.place));
  const { sufficient, otherInput, lesser } = findGivings(
    bindings.filter((binding) => judge(binding) === 'in'),
    hearing,
  );
  if (sufficient.length > 0) {
    return { outcome: 'allow', grants: findGrants(sufficient, { name, effect: question.effect }) };
  }
  const near = otherInput.length > 0 ? otherInput : lesser;
  const leftOut = bindings.filter(
    (binding) => judge(binding) === 'unknown' && findGivings([binding], hearing).sufficient.length > 0,
  );
  if (leftOut.length > 0) {
    const { groups, services, isPlural } = describeDoubt(leftOut.map(whoOf), belongs);
    const left = `what ${isPlural ? 'they' : 'it'} would allow is left out`;
    return deny(linesOf(near), `${groups} could not be looked up in ${services}; ${left}`);
  }
  if (otherInput.length > 0) {
    const ways = new Set(otherInput.flatMap(({ rule }) => (rule.inputs === undefined ? [] : [rule.inputs])));
    const where = [...ways].slice(0, 3).map((way) => describeInputs(way, name));
    return deny(linesOf(otherInput), `\`${name}\` is allowed to you here only where ${where.join(', or ')}`);
  }
  if (lesser.length > 0) return deny(linesOf(lesser), `\`${name}\` needs write; you have read here`);
  return deny([], `no rule allows \`${name}\` to ${question.caller} here`);
}

interface Granting {
  readonly outcome: 'allow';
  readonly grants: readonly Grant[];
}

interface Givings {
  readonly sufficient: Giving[];
  /** Rules that would allow it with another input. */
  readonly otherInput: Giving[];
  /** Rules that would allow it, were it a read. */
  readonly lesser: Giving[];
}

function findGivings(bindings: readonly Binding[], { question, name }: Hearing): Givings {
  const { effect, input } = question;
  const found: Givings = { sufficient: [], otherInput: [], lesser: [] };
  const kindOf = (rule: AllowRule): keyof Givings => {
    if (effect !== 'read' && rule.effect !== 'write') return 'lesser';
    const isOther = rule.inputs !== undefined && input !== undefined && !permitsInputs(rule.inputs, name, input);
    return isOther ? 'otherInput' : 'sufficient';
  };
  for (const binding of bindings) {
    for (const rule of binding.role.allow) {
      if (allowsName(rule.actions, name)) found[kindOf(rule)].push({ rule, binding });
    }
  }
  return found;
}

const whoOf = ({ who }: { readonly who: Who }): Who => who;

const lineOf = ({ at }: { readonly at: string }): string => at;

function deny(rules: readonly string[], reason: string): Denial {
  return { outcome: 'deny', rules, reason };
}
