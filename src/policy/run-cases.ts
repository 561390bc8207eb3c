import type { Input } from '../core/agent-description.ts';
import { readCheckedYaml } from '../core/checked-yaml.ts';
import { EVERYBODY } from '../core/filter.ts';
import { readTypedFilter } from './case-filter.ts';
import { refuseNonCallers, requireCaller } from './case-people.ts';
import { botCasesSchema, type CaseFields, nodeCasesSchema } from './case-schema.ts';
import { decide } from './decide.ts';
import { weighOnNode } from './decide-on-node.ts';
import { judgeGrant } from './judge-grant.ts';
import { isPlace } from './place.ts';
import type { BotPolicy, Decision, NodePolicy, RuleSet, Targeted } from './policy.ts';
import { complainUnknown } from './policy-part.ts';
import { complainPlace } from './rule-fields.ts';

/** What a case came to. */
export interface CaseDecision {
  readonly outcome: 'allow' | 'deny' | 'needs-approval';
  /** The rules that counted, as `FILE:LINE`. */
  readonly rules: readonly string[];
  readonly reason?: string | undefined;
}

/** One case of a file, and what was decided otherwise than it says; `problem` undefined: as expected. */
export interface CaseResult {
  /** `FILE:LINE` of the case. */
  readonly at: string;
  readonly fields: CaseFields;
  readonly decision: CaseDecision;
  readonly problem: string | undefined;
}

/** For the lists of nodes and the approvals that cases make up. */
const DIGEST = '0'.repeat(64);
const NOW_MS = Date.UTC(2026, 0, 1);

/**
 * Runs a file of cases for the bot's policy, each as a run would be decided. `as` is a person's name or an account
 * (`console:ana`), `in` a place; `nodes` says how many are meant, `filter` what was typed to say which; `groups` are those of chat
 * services that the person is in, `unresolved` those that can't be looked up: `slack:T024BE7LD/S0614TZR7`.
 *
 * @throws McoError `usage/bad-file`
 */
export function runBotCases(policy: BotPolicy, yaml: string, file: string): CaseResult[] {
  const { value, lineOf } = readCheckedYaml(botCasesSchema, yaml, file);
  return value.cases.map((test, index) => {
    const at = `${file}:${lineOf(['cases', index])}`;
    const caller = requireCaller(policy, test.as, at);
    if (!isPlace(test.in)) throw complainPlace(at, test.in);
    const { groups = [], unresolved = [] } = test;
    refuseUnknownGroups(policy, [...groups, ...unresolved], at);
    const asker = { caller, place: test.in, memberships: { of: new Set(groups), unresolved } };
    const decided = decide(policy, { ...asker, ...questionOf(test) });
    const decision = decided.outcome === 'deny' ? decided : judgeRun(decided, targetedBy(test, at));
    return { at, fields: test, decision, problem: compare(test, decision) };
  });
}

/**
 * Runs a file of cases for a node's policy. `as` is a caller (`person:ana`), `signer` a principal; `facts`, `classes` and
 * `identity` are the node's, `nodes` and `filter` as the bot would claim them, `approved_by` the callers whose approvals
 * the request carries.
 *
 * @throws McoError `usage/bad-file`
 */
export function runNodeCases(policy: NodePolicy, yaml: string, file: string): CaseResult[] {
  const { value, lineOf } = readCheckedYaml(nodeCasesSchema, yaml, file);
  return value.cases.map((test, index) => {
    const at = `${file}:${lineOf(['cases', index])}`;
    refuseNonCallers([test.as, ...(test.approved_by ?? [])], at);
    const { signer: principal, as: caller, identity = 'node1.example.com', facts = {}, classes = [] } = test;
    const approvals = test.approved_by?.map((by) => ({ by, at: NOW_MS, digest: DIGEST }));
    const decision = weighOnNode(policy, {
      principal,
      caller,
      ...questionOf(test),
      profile: { identity, facts, classes: new Set(classes), agents: new Set() },
      targets: { ...targetedBy(test, at), digest: DIGEST },
      approvals,
      approvedAt: NOW_MS,
      issuedAt: NOW_MS,
    });
    return { at, fields: test, decision, problem: compare(test, decision) };
  });
}

/**
 * The rules, bindings, denials and signers that no case's decision hangs on, as `FILE:LINE`, in the order of the policy.
 * Rules of roles that nobody has are among them: who gets one later has them all.
 *
 * @param results of all case files for this policy
 */
export function findUnreached(policy: RuleSet | NodePolicy, results: readonly CaseResult[]): string[] {
  const reached = new Set(results.flatMap(({ decision }) => decision.rules));
  const lines = [
    ...('signers' in policy ? policy.signers.values() : []),
    ...policy.roles.flatMap(({ allow }) => allow),
    ...policy.bindings,
    ...policy.deny,
  ].map(({ at }) => at);
  return [...new Set(lines)].filter((line) => !reached.has(line));
}

/** As a run does: of the grants that let it through, one that needs no approval; else the widest one's reason counts. */
function judgeRun(allowed: Extract<Decision, { outcome: 'allow' }>, targeted: Targeted): CaseDecision {
  const verdicts = allowed.grants.map((grant) => judgeGrant(grant, targeted));
  const best =
    verdicts.find(({ outcome }) => outcome === 'allow') ??
    verdicts.find(({ outcome }) => outcome === 'needs-approval') ??
    verdicts[0];
  if (best === undefined) return { outcome: 'deny', rules: [], reason: 'no rule allows it' };
  const granting = new Set(allowed.grants.flatMap(({ rules }) => rules));
  // What is left are the denials for some nodes.
  const rules = [...best.rules, ...allowed.rules.filter((rule) => !granting.has(rule))];
  if (best.outcome === 'deny') return { ...best, rules };
  if (best.outcome === 'allow') return { outcome: 'allow', rules };
  const { count, from } = best.approval;
  return { outcome: 'needs-approval', rules, reason: `it needs approval by ${count} in \`${from}\`` };
}

function questionOf({ action: name, effect, inputs }: CaseFields) {
  const [agent = '', action = ''] = name.split('.');
  const input: Input = inputs ?? {};
  return { agent, action, effect, input };
}

/** @param at where the case stands */
function targetedBy({ nodes: count = 1, filter: typed }: CaseFields, at: string): Targeted {
  const { filter = EVERYBODY, isList = false } = typed === undefined ? {} : readTypedFilter(typed, at);
  const { facts, classes, identities, where } = filter;
  return { count, isNarrowed: isList || [facts, classes, identities, where].some((tests) => tests.length > 0) };
}

/** A case about a group that no rule knows would be right for no reason. */
function refuseUnknownGroups(policy: BotPolicy, groups: readonly string[], at: string): void {
  const known = new Set([...policy.chatGroups.values()].flat());
  const name = groups.find((group) => !known.has(group));
  if (name !== undefined) throw complainUnknown(at, { kind: 'group of a chat service', name, known });
}

function compare(wanted: CaseFields, { outcome, rules, reason }: CaseDecision): string | undefined {
  if (outcome !== wanted.expect) return `expected ${wanted.expect}, got ${outcome}: ${reason ?? rules.join(', ')}`;
  if (wanted.rule !== undefined && !rules.includes(wanted.rule)) {
    return `expected the rule ${wanted.rule}, got ${rules.join(', ') || 'none'}`;
  }
  if (wanted.reason !== undefined && wanted.reason !== reason) return `expected "${wanted.reason}", got "${reason}"`;
  return undefined;
}
