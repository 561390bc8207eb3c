import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { BotPolicy } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { type CaseResult, findUnreached, runBotCases, runNodeCases } from '../../../src/policy/run-cases.ts';
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

const problems = (results: readonly CaseResult[]) =>
  results.filter(({ problem }) => problem !== undefined).map(({ at, problem }) => `${at}: ${problem}`);

describe('the policy that ships', () => {
  it('decides as its cases say, and each rule is reached by one', () => {
    const results = runBotCases(readShipped(), readText('policies/cases/bot.yaml'), 'bot.yaml');
    assert.deepEqual(problems(results), []);
    assert.deepEqual(findUnreached(readShipped(), results), []);
  });

  for (const name of ['node.yaml', 'node-read-only.yaml']) {
    it(`decides on a node as the cases for ${name} say, and each rule is reached by one`, () => {
      const results = runNodeFile(name);
      const policy = readNodePolicy(readText(`policies/node/${name}`), name);
      assert.deepEqual(problems(results), []);
      assert.deepEqual(findUnreached(policy, results), []);
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

const LIMITED = `people: { ana: {}, raj: {} }
groups: { leads: { members: [raj] } }
roles:
  web: { allow: [{ actions: ["*"], effect: write, nodes: "-C web", max_nodes: 9, approval: { from: leads, over_nodes: 3 } }] }
  one: { allow: [{ actions: ["*"], effect: write, max_nodes: 1, inputs: { package: [libc6] } }] }
bindings:
  - { role: web, who: [ana] }
  - { role: one, who: [ana] }
deny:
  - { actions: ["*"], who: [ana], nodes: "-C frozen" }
  - { actions: [shell.run], who: [raj] }
`;
const SIGNERS = 'signers: { key: { effect: write, callers: ["person:*"], vouches: true }, other: { effect: read } }\n';

describe('cases about how many nodes and which', () => {
  const bot = readBotPolicy([{ name: 'p', text: LIMITED }]);
  const node = readNodePolicy(LIMITED + SIGNERS, 'p');
  const decideBot = (fields: string) => {
    const yaml = `cases:\n  - { as: ana, in: console, action: a.b, effect: write, expect: allow, ${fields} }\n`;
    return runBotCases(bot, yaml, 'c')[0]?.decision;
  };
  const decideNode = (fields: string) => {
    const yaml = `cases:\n  - { as: "person:ana", signer: key, action: a.b, effect: write, expect: allow, ${fields} }\n`;
    return runNodeCases(node, yaml, 'c')[0]?.decision;
  };

  it('come out as a run would', () => {
    assert.deepEqual(decideBot('filter: -F a=b, nodes: 3'), { outcome: 'allow', rules: ['p:4', 'p:7', 'p:10'] });
    assert.equal(decideBot('filter: -F a=b, nodes: 4')?.outcome, 'needs-approval');
    assert.equal(decideBot('filter: -F a=b, nodes: 10')?.outcome, 'deny');
    assert.deepEqual(decideBot('filter: --nodes last, inputs: { package: libc6 }')?.rules, ['p:5', 'p:8', 'p:10']);
    assert.equal(decideBot('nodes: 3')?.outcome, 'deny');
    assert.equal(decideBot('filter: -A package')?.outcome, 'deny', 'every node with an agent is no choice of nodes');
  });

  it('come out as the node that they describe would decide', () => {
    const web = 'filter: -F a=b, classes: [web], identity: web1, facts: { a: b }';
    assert.deepEqual(decideNode(web), { outcome: 'allow', rules: ['p:12', 'p:4', 'p:7'] });
    assert.equal(decideNode(`${web}, nodes: 4`)?.outcome, 'needs-approval');
    assert.equal(decideNode(`${web}, nodes: 4, approved_by: ["person:raj"]`)?.outcome, 'allow');
    assert.equal(decideNode('filter: -F a=b, classes: [db]')?.outcome, 'deny');
    assert.equal(decideNode('filter: -F a=b, classes: [db], inputs: { package: libc6 }')?.outcome, 'allow');
    assert.deepEqual(decideNode('filter: -F a=b, classes: [web, frozen]')?.rules, ['p:10']);
  });

  it('are refused with their line where they make no sense', () => {
    for (const [fields, message] of [
      ['filter: web1', 'c:2: `filter`: `web1` belongs to no option | such as `-F environment=staging`'],
      ['filter: -X', 'c:2: `filter`: unknown option `-X`'],
      ['nodes: 0', 'c:2: `cases.0.nodes`: is not a whole number from 1 to 1000000'],
      ['inputs: { Package: x }', "c:2: `cases.0.inputs.Package`: is not an input's name"],
      ['inputs: { package: [x] }', 'c:2: `cases.0.inputs.package`: is neither text, a number nor a boolean'],
    ] as const) {
      assert.equal(
        messageOf(() => decideBot(fields)).slice(0, 'usage/bad-file '.length + message.length),
        `usage/bad-file ${message}`,
      );
    }
  });

  it('are refused with their line where they are about nobody, or about nowhere', () => {
    const asked = (as: string, where: string) =>
      messageOf(() =>
        runBotCases(bot, `cases:\n  - { as: "${as}", in: "${where}", action: a.b, effect: read, expect: deny }\n`, 'c'),
      );
    assert.equal(asked('anna', 'console'), 'usage/bad-file c:2: unknown person `anna` | did you mean `ana`?');
    assert.equal(asked('person:rai', 'console'), 'usage/bad-file c:2: unknown person `rai` | did you mean `raj`?');
    assert.match(asked('slak:T1/U1', 'console'), /^usage\/bad-file c:2: `slak:T1\/U1` is no account \| a name such as/);
    assert.match(asked('ana', 'slack:C0PUBLIC'), /^usage\/bad-file c:2: `slack:C0PUBLIC` is not a place \| such as/);
    assert.equal(asked('ana', 'consol'), 'usage/bad-file c:2: `consol` is not a place | did you mean `console`?');
    for (const as of ['ana', 'person:ana', 'slack:T1/U0STRANGER'])
      assert.equal(asked(as, 'unix'), 'nothing was thrown');
    const onNode = (fields: string) => messageOf(() => decideNode(fields));
    assert.match(onNode('approved_by: [raj]'), /^usage\/bad-file c:2: `raj` is not a caller \| such as `person:ana`/);
    const unknown = 'cases:\n  - { as: ana, signer: key, action: a.b, effect: write, expect: deny }\n';
    assert.match(
      messageOf(() => runNodeCases(node, unknown, 'c')),
      /^usage\/bad-file c:2: `ana` is not a caller/,
    );
  });

  it('show the rules of roles that nobody has, each once', () => {
    const spare = LIMITED.replace(
      'bindings:',
      '  spare:\n    includes: [extra]\n    allow: [{ actions: ["*"], effect: read }]\n  extra:\n    allow: [{ actions: [a.b], effect: read }]\nbindings:',
    );
    const policy = readBotPolicy([{ name: 'p', text: spare }]);
    assert.deepEqual(findUnreached(policy, []).slice(0, 4), ['p:4', 'p:5', 'p:8', 'p:10']);
    assert.equal(findUnreached(policy, []).length, new Set(findUnreached(policy, [])).size);
  });

  it('show which rules, bindings, denials and signers none of them hangs on', () => {
    const results = (fields: string) =>
      runBotCases(
        bot,
        `cases:\n  - { as: ana, in: console, action: a.b, effect: write, expect: allow, ${fields} }\n`,
        'c',
      );
    assert.deepEqual(findUnreached(bot, []), ['p:4', 'p:5', 'p:7', 'p:8', 'p:10', 'p:11']);
    assert.deepEqual(findUnreached(bot, results('filter: -C x')), ['p:5', 'p:8', 'p:11']);
    const nodeResults = runNodeCases(
      node,
      'cases:\n  - { as: "person:ana", signer: key, action: a.b, effect: write, filter: -C x, expect: allow, inputs: { package: libc6 } }\n',
      'c',
    );
    assert.deepEqual(findUnreached(node, nodeResults), ['p:4', 'p:7', 'p:10', 'p:11']);
    assert.deepEqual(findUnreached(node, []).slice(0, 2), ['p:12', 'p:4']);
  });
});
