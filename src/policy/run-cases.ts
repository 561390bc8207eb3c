import * as v from 'valibot';
import { readCheckedYaml } from '../core/checked-yaml.ts';
import { decide } from './decide.ts';
import { decideOnNode } from './decide-on-node.ts';
import { identify } from './identify.ts';
import type { BotPolicy, Decision, NodePolicy } from './policy.ts';
import { complainUnknown } from './policy-part.ts';

const text = v.string('is not text; put quotes round it');

const expected = {
  action: v.pipe(text, v.regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'is not `AGENT.ACTION`')),
  effect: v.picklist(['read', 'write'], 'is neither `read` nor `write`'),
  expect: v.picklist(['allow', 'deny'], 'is neither `allow` nor `deny`'),
  /** A rule that must be among those that counted. */
  rule: v.optional(text),
  reason: v.optional(text),
};

/** Groups of chat services: those that whoever asks is in, and those that can't be looked up. All others: not in them. */
const memberships = { groups: v.optional(v.array(text)), unresolved: v.optional(v.array(text)) };

const botCases = v.strictObject({
  cases: v.pipe(v.array(v.strictObject({ as: text, in: text, ...memberships, ...expected })), v.minLength(1)),
});

const nodeCases = v.strictObject({
  cases: v.pipe(v.array(v.strictObject({ signer: text, as: text, ...expected })), v.minLength(1)),
});

/** One case of a file, and what was decided otherwise than it says; `problem` undefined: as expected. */
export interface CaseResult {
  readonly at: string;
  readonly decision: Decision;
  readonly problem: string | undefined;
}

/**
 * Runs a file of cases for the bot's policy. `as` is a person's name or an account (`console:ana`); `groups` are those of
 * chat services that the person is in, `unresolved` those that can't be looked up: `slack:T024BE7LD/S0614TZR7`.
 *
 * @throws McoError `usage/bad-file`
 */
export function runBotCases(policy: BotPolicy, yaml: string, file: string): CaseResult[] {
  const { value, lineOf } = readCheckedYaml(botCases, yaml, file);
  return value.cases.map((test, index) => {
    const caller = test.as.includes(':') ? identify(policy, test.as) : `person:${test.as}`;
    const at = `${file}:${lineOf(['cases', index])}`;
    const { groups = [], unresolved = [] } = test;
    refuseUnknownGroups(policy, [...groups, ...unresolved], at);
    const asker = { caller, place: test.in, memberships: { of: new Set(groups), unresolved } };
    const decision = decide(policy, { ...asker, ...splitAction(test.action), effect: test.effect });
    return { at, decision, problem: compare(test, decision) };
  });
}

/**
 * Runs a file of cases for a node's policy. `as` is a caller (`person:ana`), `signer` a principal.
 *
 * @throws McoError `usage/bad-file`
 */
export function runNodeCases(policy: NodePolicy, yaml: string, file: string): CaseResult[] {
  const { value, lineOf } = readCheckedYaml(nodeCases, yaml, file);
  return value.cases.map((test, index) => {
    const { signer: principal, as: caller, effect } = test;
    const decision = decideOnNode(policy, { principal, caller, ...splitAction(test.action), effect });
    return { at: `${file}:${lineOf(['cases', index])}`, decision, problem: compare(test, decision) };
  });
}

/** A case about a group that no rule knows would be right for no reason. */
function refuseUnknownGroups(policy: BotPolicy, groups: readonly string[], at: string): void {
  const known = new Set([...policy.chatGroups.values()].flat());
  const name = groups.find((group) => !known.has(group));
  if (name !== undefined) throw complainUnknown(at, { kind: 'group of a chat service', name, known });
}

function splitAction(name: string): { agent: string; action: string } {
  const [agent = '', action = ''] = name.split('.');
  return { agent, action };
}

interface Expected {
  readonly expect: Decision['outcome'];
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
}

function compare(wanted: Expected, { outcome, rules, reason }: Decision): string | undefined {
  if (outcome !== wanted.expect) return `expected ${wanted.expect}, got ${outcome}: ${reason ?? rules.join(', ')}`;
  if (wanted.rule !== undefined && !rules.includes(wanted.rule)) {
    return `expected the rule ${wanted.rule}, got ${rules.join(', ') || 'none'}`;
  }
  if (wanted.reason !== undefined && wanted.reason !== reason) return `expected "${wanted.reason}", got "${reason}"`;
  return undefined;
}
