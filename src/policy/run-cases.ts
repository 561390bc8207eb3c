import * as v from 'valibot';
import { readCheckedYaml } from '../core/checked-yaml.ts';
import { decide } from './decide.ts';
import { decideOnNode } from './decide-on-node.ts';
import { identify } from './identify.ts';
import type { BotPolicy, Decision, NodePolicy } from './policy.ts';

const text = v.string('is not text; put quotes round it');

const expected = {
  action: v.pipe(text, v.regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'is not `AGENT.ACTION`')),
  effect: v.picklist(['read', 'write'], 'is neither `read` nor `write`'),
  expect: v.picklist(['allow', 'deny'], 'is neither `allow` nor `deny`'),
  /** A rule that must be among those that counted. */
  rule: v.optional(text),
  reason: v.optional(text),
};

const botCases = v.strictObject({
  cases: v.pipe(v.array(v.strictObject({ as: text, in: text, ...expected })), v.minLength(1)),
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
 * Runs a file of cases for the bot's policy. `as` is a person's name or an account (`console:ana`).
 *
 * @throws McoError `usage/bad-file`
 */
export function runBotCases(policy: BotPolicy, yaml: string, file: string): CaseResult[] {
  const { value, lineOf } = readCheckedYaml(botCases, yaml, file);
  return value.cases.map((test, index) => {
    const caller = test.as.includes(':') ? identify(policy, test.as) : `person:${test.as}`;
    const decision = decide(policy, { caller, place: test.in, ...splitAction(test.action), effect: test.effect });
    return { at: `${file}:${lineOf(['cases', index])}`, decision, problem: compare(test, decision) };
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
