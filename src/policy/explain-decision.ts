import type { Effect } from '../core/agent-description.ts';
import type { ApprovalRule, Decision, Grant } from './policy.ts';

/** What is to be explained. */
export interface Explanation {
  readonly caller: string;
  readonly place: string;
  /** `AGENT.ACTION`. */
  readonly action: string;
  readonly effect: Effect;
  readonly decision: Decision;
  /** Whether a filter or a list of nodes was typed. */
  readonly isNarrowed: boolean;
  /** Groups that nobody could look up: `slack:T024BE7LD/S0614TZR7`. */
  readonly unresolved: readonly string[];
  /** A rule of the file, on one line; undefined where that can't be told. */
  readonly textOf: (at: string) => string | undefined;
}

/** Plain lines; the title begins with the outcome. */
export interface Explained {
  readonly title: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

type Allowance = Extract<Decision, { outcome: 'allow' }>;

/**
 * What the policy says to a command, and why. How many nodes it would reach is not known: what happens up to and over
 * each limit is told.
 */
export function explainDecision(explanation: Explanation): Explained {
  const { caller, place, action, effect, decision } = explanation;
  const outcome = decision.outcome === 'deny' ? 'DENY' : describeOutcome(decision.grants, explanation);
  const why = decision.outcome === 'deny' ? explainDenial(decision, explanation) : explainGrants(decision, explanation);
  return {
    title: `${outcome}: ${action} (${effect}) for ${caller} in ${place}`,
    sections: [...why, ...explainDoubt(explanation)],
  };
}

/** `ALLOW up to 20 nodes, NEEDS APPROVAL over 20 nodes, DENY over 50 nodes`; of several grants the one that is easiest. */
function describeOutcome(grants: readonly Grant[], { isNarrowed }: Explanation): string {
  const usable = grants.filter((grant) => isNarrowed || !grant.requireFilter);
  const words = usable.map((grant) =>
    listSteps(grant).map(({ word, range }) => `${word}${range === '' ? '' : ` ${range}`}`),
  );
  const easiest = words.find(([first]) => first?.startsWith('ALLOW')) ?? words[0];
  return easiest?.join(', ') ?? 'DENY';
}

/** A stretch of numbers of nodes, and what happens then. */
interface Step {
  readonly word: 'ALLOW' | 'NEEDS APPROVAL' | 'DENY';
  /** Empty: any number. */
  readonly range: string;
}

function listSteps({ maxNodes, approval }: Grant): Step[] {
  const overNodes = approval?.overNodes ?? Number.POSITIVE_INFINITY;
  const most = maxNodes ?? Number.POSITIVE_INFINITY;
  const free = Math.min(overNodes, most);
  const steps: Step[] = [];
  if (free > 0) steps.push({ word: 'ALLOW', range: Number.isFinite(free) ? `up to ${countNodes(free)}` : '' });
  if (overNodes < most) {
    const upTo = Number.isFinite(most) && overNodes === 0 ? `up to ${countNodes(most)}` : '';
    steps.push({ word: 'NEEDS APPROVAL', range: overNodes > 0 ? `over ${countNodes(overNodes)}` : upTo });
  }
  if (Number.isFinite(most)) steps.push({ word: 'DENY', range: `over ${countNodes(most)}` });
  return steps;
}

function explainGrants(decision: Allowance, explanation: Explanation): Explained['sections'] {
  const { grants, excluded, rules } = decision;
  const granting = grants.map((grant, index) => ({
    heading: nameWay(grant, explanation, grants.length === 1 ? undefined : `${index + 1} of ${grants.length}`),
    lines: [...showRules(grant.rules, explanation), ...describeGrant(grant, explanation)],
  }));
  if (excluded.length === 0) return granting;
  const others = rules.filter((rule) => !grants.some((grant) => grant.rules.includes(rule)));
  const nodes = excluded.map(({ text }) => `nodes that match \`${text}\` are left out`);
  const heading = 'What takes nodes out, whatever allows the rest';
  return [...granting, { heading, lines: [...showRules(others, explanation), ...nodes] }];
}

/** @param number which one of several it is */
function nameWay(grant: Grant, { isNarrowed }: Explanation, number: string | undefined): string {
  const name = grant.requireFilter && !isNarrowed ? 'What would allow it with a filter' : 'What allows it';
  return number === undefined ? name : `${name}, ${number}: a run uses one of them, and never mixes them`;
}

function describeGrant(grant: Grant, { isNarrowed }: Explanation): string[] {
  const { nodes, maxNodes, requireFilter, approval } = grant;
  const isFree = nodes === undefined && maxNodes === undefined && approval === undefined && !requireFilter;
  if (isFree) return ['without conditions'];
  const isMissing = requireFilter && !isNarrowed;
  return [
    nodes === undefined ? 'nodes: any' : `nodes: only those that match \`${nodes.text}\`, which is added to the filter`,
    describeFilter(requireFilter, isNarrowed),
    ...listSteps(grant).map(({ word, range }) => {
      const how = word === 'NEEDS APPROVAL' && approval !== undefined ? ` ${describeApproval(approval)}` : '';
      return `${isMissing ? 'with a filter, ' : ''}${range === '' ? 'any number of nodes' : range}: ${word}${how}`;
    }),
  ];
}

function describeFilter(isRequired: boolean, isNarrowed: boolean): string {
  if (!isRequired) return 'filter: not needed';
  if (isNarrowed) return 'filter: needed, and typed';
  return 'filter: needed, and missing: DENY without `-F FACT=VALUE`, `-C CLASS`, `-I NODE`, `-S EXPRESSION` or `--nodes last`';
}

function describeApproval({ from, count, expiresMs }: ApprovalRule): string {
  const people = count === 1 ? 'one other person' : `${count} other people`;
  return `by ${people} of group \`${from}\`, within ${describeTime(expiresMs)}`;
}

function explainDenial(
  { rules, reason }: Extract<Decision, { outcome: 'deny' }>,
  explanation: Explanation,
): Explained['sections'] {
  const counted = rules.length === 0 ? [] : [{ heading: 'Rules that counted', lines: showRules(rules, explanation) }];
  return [{ heading: 'Why', lines: [reason] }, ...counted];
}

function explainDoubt({ unresolved }: Explanation): Explained['sections'] {
  if (unresolved.length === 0) return [];
  const lines = unresolved.map((group) => `${group}: what it would allow is left out, what it would deny counts`);
  return [{ heading: 'Groups that were not looked up', lines }];
}

function showRules(rules: readonly string[], { textOf }: Explanation): string[] {
  return rules.map((rule) => {
    const text = textOf(rule);
    return text === undefined ? rule : `${rule}  ${text}`;
  });
}

const countNodes = (count: number): string => (count === 1 ? '1 node' : `${count} nodes`);

function describeTime(ms: number): string {
  const minutes = ms / 60_000;
  return minutes % 60 === 0 ? `${minutes / 60} h` : Number.isInteger(minutes) ? `${minutes} min` : `${ms / 1000} s`;
}
