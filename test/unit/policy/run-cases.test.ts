import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { BotPolicy } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { type CaseResult, runBotCases, runNodeCases } from '../../../src/policy/run-cases.ts';
import { messageOf, readSite } from './policy-fixtures.ts';

const readText = (path: string): string => readFileSync(path, 'utf8');

function readShipped(): BotPolicy {
  const names = readdirSync('policies').filter((name) => name.endsWith('.yaml'));
  return readBotPolicy(names.map((name) => ({ name, text: readText(`policies/${name}`) })));
}

function runNodeFile(name: string): CaseResult[] {
  const policy = readNodePolicy(readText(`policies/node/${name}`), name);
  return runNodeCases(policy, readText(`policies/cases/${name}`), name);
}

/** All lines of rules, bindings, denials and signers, and those that a case reached. */
function unreached(lines: readonly string[], results: readonly CaseResult[]): string[] {
  const reached = new Set(results.flatMap(({ decision }) => decision.rules));
  return lines.filter((line) => !reached.has(line));
}

const ruleLines = ({ bindings, deny }: Pick<BotPolicy, 'bindings' | 'deny'>): string[] => [
  ...bindings.flatMap(({ at, role }) => [at, ...role.allow.map((rule) => rule.at)]),
  ...deny.map(({ at }) => at),
];

const problems = (results: readonly CaseResult[]) =>
  results.filter(({ problem }) => problem !== undefined).map(({ at, problem }) => `${at}: ${problem}`);

describe('the policy that ships', () => {
  it('decides as its cases say, and each rule is reached by one', () => {
    const results = runBotCases(readShipped(), readText('policies/cases/bot.yaml'), 'bot.yaml');
    assert.deepEqual(problems(results), []);
    assert.deepEqual(unreached(ruleLines(readShipped()), results), []);
  });

  for (const name of ['node.yaml', 'node-read-only.yaml']) {
    it(`decides on a node as the cases for ${name} say, and each rule is reached by one`, () => {
      const results = runNodeFile(name);
      const policy = readNodePolicy(readText(`policies/node/${name}`), name);
      const lines = [...ruleLines(policy), ...[...policy.signers.values()].map(({ at }) => at)];
      assert.deepEqual(problems(results), []);
      assert.deepEqual(unreached(lines, results), []);
    });
  }
});

describe('running cases', () => {
  const run = (fields: string) =>
    problems(
      runBotCases(readSite(), `cases:\n  - { as: bob, in: console, action: a.b, effect: read, ${fields} }\n`, 'c'),
    );

  it('tells another outcome, another rule and another reason from the expected ones', () => {
    assert.deepEqual(run('expect: allow, rule: "roles.yaml:3"'), []);
    assert.deepEqual(run('expect: deny'), ['c:2: expected deny, got allow: roles.yaml:3, bindings.yaml:3']);
    assert.deepEqual(run('expect: allow, rule: "x:1"'), [
      'c:2: expected the rule x:1, got roles.yaml:3, bindings.yaml:3',
    ]);
    assert.deepEqual(run('expect: allow, reason: why'), ['c:2: expected "why", got "undefined"']);
  });

  it('refuses a case that it does not understand', () => {
    assert.match(
      messageOf(() => run('expect: maybe')),
      /^usage\/bad-file c:2: `cases\.0\.expect`: is neither/,
    );
    assert.match(
      messageOf(() => run('expect: deny, rules: x')),
      /^usage\/bad-file c:2: unknown key `rules` \| did you mean `rule`/,
    );
    assert.match(
      messageOf(() => runBotCases(readSite(), '', 'c')),
      /^usage\/bad-file c:1: `cases` is missing/,
    );
  });
});
