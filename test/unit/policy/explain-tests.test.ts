import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRuleText } from '../../../src/policy/explain-lines.ts';
import { createPolicyTests, type PolicyTree, runPolicyTests } from '../../../src/policy/explain-tests.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';

const BOT = `people:
  ana: { console: [ana] }
roles:
  viewer:
    allow:
      - { actions: ["*"], effect: read }
bindings:
  - { role: viewer, who: [ana] }
`;
const NODE = `signers:
  mco-read: { effect: read }
roles:
  reader:
    allow:
      - actions: ["*"]
        # all of them
        effect: read

bindings:
  - { role: reader, who: [everyone] }
`;
const BOT_CASES = `cases:
  - { as: ana, in: console, action: package.status, effect: read, expect: allow }
`;
const NODE_CASES = `cases:
  - { signer: mco-read, as: "person:ana", action: package.status, effect: read, expect: allow }
`;

const treeOf = (
  changes: Partial<Record<'bot' | 'node' | 'botCases' | 'nodeCases', string | undefined>> = {},
): PolicyTree => {
  const texts = { bot: BOT, node: NODE, botCases: BOT_CASES, nodeCases: NODE_CASES, ...changes };
  const files = (name: string, text: string | undefined) => (text === undefined ? [] : [{ name, text }]);
  return {
    bot: files('policy.yaml', texts.bot),
    nodes: files('web.yaml', texts.node),
    cases: [...files('bot.yaml', texts.botCases), ...files('web.yaml', texts.nodeCases)],
  };
};

describe('testing a policy', () => {
  it('is well when all cases come out and reach every rule', () => {
    assert.deepEqual(runPolicyTests(treeOf()), {
      isGood: true,
      summary: '2 cases passed, 0 failed; every rule is reached',
      failures: [],
    });
  });

  it('fails on a case that comes out otherwise, with its line and what was expected', () => {
    const botCases = BOT_CASES.replace('expect: allow', 'expect: deny');
    const { isGood, failures, summary } = runPolicyTests(treeOf({ botCases }));
    assert.equal(isGood, false);
    assert.match(failures.join('\n'), /^cases\/bot\.yaml:2: expected deny, got allow/);
    assert.match(summary, /^1 case passed, 1 failed/);
  });

  it('fails on a rule that no case reaches, with its line', () => {
    const denial = `${BOT}deny:\n  - { actions: [shell.run], who: [ana] }\n`;
    assert.deepEqual(runPolicyTests(treeOf({ bot: denial })).failures, ['policy.yaml:10: no case reaches this rule']);
    const none = runPolicyTests(treeOf({ nodeCases: undefined }));
    assert.deepEqual(
      none.failures,
      [2, 6, 11].map((line) => `node/web.yaml:${line}: no case reaches this rule`),
    );
    assert.match(none.summary, /3 rules that no case reaches/);
  });

  it('fails on a file that can’t be read, and tests the others', () => {
    const { failures, summary } = runPolicyTests(treeOf({ node: NODE.replace('roles:', 'rolls:') }));
    assert.deepEqual(failures, ['node/web.yaml:3: unknown key `rolls`; did you mean `roles`?']);
    assert.match(summary, /^1 case passed, 0 failed; 1 file that can't be used$/);
    const wrongCases = runPolicyTests(treeOf({ botCases: BOT_CASES.replace('expect:', 'expects:') }));
    assert.match(wrongCases.failures[0] ?? '', /^cases\/bot\.yaml:2: unknown key/);
  });

  it('fails on cases for no policy, and on nothing at all', () => {
    const stray = treeOf({ node: undefined });
    assert.match(runPolicyTests(stray).failures.join(), /cases\/web\.yaml: there is no node\/web\.yaml/);
    assert.equal(runPolicyTests({ bot: [], nodes: [], cases: [] }).isGood, false);
  });
});

describe('the text of a rule', () => {
  it('is one line, however many it has in the file', () => {
    const files = treeOf().nodes;
    assert.equal(readRuleText(files, 'web.yaml:6'), 'actions: ["*"] effect: read');
    assert.equal(readRuleText(files, 'web.yaml:11'), '{ role: reader, who: [everyone] }');
    assert.equal(readRuleText(files, 'web.yaml:99'), undefined);
    assert.equal(readRuleText(files, 'other.yaml:1'), undefined);
  });

  it('is only told while the files say what is in force', () => {
    const question = {
      caller: 'person:ana',
      place: 'console',
      agent: 'package',
      action: 'status',
      effect: 'read',
    } as const;
    const inForce = readBotPolicy(treeOf().bot);
    const textOf = (bot: string) => createPolicyTests(treeOf({ bot }), inForce).textsFor(question)('policy.yaml:6');
    assert.equal(textOf(BOT), '{ actions: ["*"], effect: read }');
    assert.equal(textOf(`# a line more\n${BOT}`), undefined);
    assert.equal(textOf('roles: broken'), undefined);
    assert.deepEqual(createPolicyTests(treeOf(), inForce).people, ['ana']);
  });
});
