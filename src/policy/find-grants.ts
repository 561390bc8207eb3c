import type { Effect } from '../core/agent-description.ts';
import type { AllowRule, ApprovalRule, Binding, Grant } from './policy.ts';

/** The question that finds out who is there. */
const PING = 'rpcutil.ping';

/** A rule that allows what is wanted, and a binding that gives it. */
export interface Giving {
  readonly rule: AllowRule;
  readonly binding: Binding;
}

interface Wanted {
  /** `AGENT.ACTION`. */
  readonly name: string;
  readonly effect: Effect;
}

type Conditions = Omit<Grant, 'rules'>;

interface Group {
  readonly conditions: Conditions;
  readonly givings: Giving[];
}

/**
 * The grants that rules come to, the widest first. Rules with the same conditions are one grant; a grant that another
 * one covers is left out.
 */
export function findGrants(givings: readonly Giving[], wanted: Wanted): Grant[] {
  const groups = new Map<string, Group>();
  for (const giving of givings) {
    const conditions = conditionsOf(giving.rule, wanted);
    const key = keyOf(conditions);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, { conditions, givings: [giving] });
    else same.givings.push(giving);
  }
  // What covers another one is wider and so comes first. It is for all nodes or for the same ones: nothing else has to be
  // compared where each node has its rule.
  const kept = new Map<string | undefined, Group[]>();
  const grants: Grant[] = [];
  for (const group of [...groups.values()].sort((a, b) => compareWidth(a.conditions, b.conditions))) {
    const nodes = group.conditions.nodes?.text;
    const alike = kept.get(nodes) ?? [];
    const isWider = (other: Group): boolean => covers(other.conditions, group.conditions);
    if (kept.get(undefined)?.some(isWider) === true || alike.some(isWider)) continue;
    alike.push(group);
    kept.set(nodes, alike);
    grants.push({ rules: linesOf(group.givings), ...group.conditions });
  }
  return grants;
}

/** The same for the same conditions and no others: names hold no line breaks, and `nodes` is one line. */
function keyOf({ nodes, maxNodes, requireFilter, approval }: Conditions): string {
  const key = `${requireFilter}\n${maxNodes}\n${nodes === undefined ? '' : ` ${nodes.text}`}`;
  if (approval === undefined) return key;
  const { from, count, overNodes, expiresMs } = approval;
  return `${key}\n${from}\n${count}\n${overNodes}\n${expiresMs}`;
}

/** The rules, then the bindings that give them, each once. */
export function linesOf(givings: readonly Giving[]): string[] {
  return [...new Set([...givings.map(({ rule }) => rule.at), ...givings.map(({ binding }) => binding.at)])];
}

function conditionsOf(rule: AllowRule, { name, effect }: Wanted): Conditions {
  const { nodes, maxNodes, approval } = rule;
  // Discovery asks it before anybody can be counted. Which nodes may be asked is known, and holds.
  if (name === PING) return { nodes, requireFilter: false };
  return { nodes, maxNodes, requireFilter: rule.requireFilter ?? effect !== 'read', approval };
}

/**
 * Whether everything that the narrow conditions let through the wide ones let through as well. INVARIANT: in every
 * respect: the conditions of two rules never mix.
 */
function covers(wide: Conditions, narrow: Conditions): boolean {
  return (
    (wide.nodes === undefined || wide.nodes.text === narrow.nodes?.text) &&
    (wide.maxNodes ?? Number.POSITIVE_INFINITY) >= (narrow.maxNodes ?? Number.POSITIVE_INFINITY) &&
    (!wide.requireFilter || narrow.requireFilter) &&
    (wide.approval === undefined || (narrow.approval !== undefined && isEasier(wide.approval, narrow.approval)))
  );
}

function isEasier(easy: ApprovalRule, hard: ApprovalRule): boolean {
  return (
    easy.from === hard.from &&
    easy.overNodes >= hard.overNodes &&
    easy.count <= hard.count &&
    easy.expiresMs >= hard.expiresMs
  );
}

/** Any node before some, then many before few, then without an approval before with one, the easier one first. */
function compareWidth(a: Conditions, b: Conditions): number {
  return (
    Number(a.nodes !== undefined) - Number(b.nodes !== undefined) ||
    compareCounts(a.maxNodes, b.maxNodes) ||
    compareCounts(a.approval?.overNodes, b.approval?.overNodes) ||
    Number(a.requireFilter) - Number(b.requireFilter) ||
    (a.approval?.count ?? 0) - (b.approval?.count ?? 0) ||
    (b.approval?.expiresMs ?? 0) - (a.approval?.expiresMs ?? 0)
  );
}

/** Undefined is more than any number. */
function compareCounts(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  return (b ?? Number.POSITIVE_INFINITY) - (a ?? Number.POSITIVE_INFINITY);
}
