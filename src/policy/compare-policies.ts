import type { DenyRule, RuleSet } from './policy.ts';

const MAX_NAMED = 5;

/** What became of a policy whose files were read again. */
export interface PolicyChange {
  /** How much there is now, how much there was, and where the denials stood that are gone if there are fewer. */
  readonly text: string;
  readonly hasFewerDenials: boolean;
}

/** A file that is away for a moment leaves a policy that is well-formed, and lacks its denials: so these are counted. */
export function comparePolicies(before: RuleSet, now: RuleSet): PolicyChange {
  const counts = `${countAll(now).join(', ')}; before: ${countAll(before).join(', ')}`;
  if (now.deny.length >= before.deny.length) return { text: counts, hasFewerDenials: false };
  const lost = findLost(before.deny, now.deny);
  const named = lost.slice(0, MAX_NAMED).map(({ at }) => at);
  const more = lost.length > named.length ? ` and ${lost.length - named.length} more` : '';
  return { text: `${counts}; FEWER DENIALS, gone: ${named.join(', ')}${more}`, hasFewerDenials: true };
}

function countAll({ bindings, deny }: RuleSet): string[] {
  const rules = new Set(bindings.flatMap(({ role }) => role.allow));
  return [count(rules.size, 'rule'), count(bindings.length, 'binding'), count(deny.length, 'denial')];
}

/** Lines move: a denial is the same one when it says the same. */
function findLost(before: readonly DenyRule[], now: readonly DenyRule[]): readonly DenyRule[] {
  const left = new Map<string, number>();
  for (const rule of now) left.set(contentOf(rule), (left.get(contentOf(rule)) ?? 0) + 1);
  return before.filter((rule) => {
    const times = left.get(contentOf(rule)) ?? 0;
    left.set(contentOf(rule), times - 1);
    return times < 1;
  });
}

const contentOf = ({ actions, effect, inputs, nodes, who, places }: DenyRule): string =>
  JSON.stringify([
    actions,
    effect,
    [...(inputs ?? [])],
    nodes?.text,
    who.everyone,
    [...who.callers],
    who.groups,
    places,
  ]);

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
