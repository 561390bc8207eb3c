import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AgentDescription } from '../../../src/core/agent-description.ts';
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

const describeAgent = (agent: string, action: string): AgentDescription => ({
  ...{ agent, version: '1.0.0', about: 'a test' },
  actions: { [action]: { about: 'does it', effect: 'read', timeoutMs: 1000, input: {}, output: {} } },
});

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

  const HELLO = [{ ...describeAgent('hello', 'greet') }, describeAgent('package', 'status')];

  it('fails on a rule and on a case for an action that its agent has not', () => {
    const bot = BOT.replace('actions: ["*"]', 'actions: ["*", hello.great]');
    const botCases = `${BOT_CASES}${BOT_CASES.replace('cases:\n', '').replace('package.status', 'hello.great')}`;
    const { isGood, failures, summary } = runPolicyTests(treeOf({ bot, botCases }), HELLO);
    assert.equal(isGood, false);
    assert.deepEqual(failures, [
      'cases/bot.yaml:3: `hello` has no action `hello.great`; did you mean `hello.greet`?',
      'policy.yaml:6: `hello` has no action `hello.great`; did you mean `hello.greet`?',
    ]);
    assert.match(summary, /1 action that no agent has/);
    const node = NODE.replace('["*"]', '["hello.x*"]');
    assert.match(
      runPolicyTests(treeOf({ node }), HELLO).failures.join('\n'),
      /node\/web\.yaml:\d+: `hello` has no action/,
    );
  });

  it('only mentions agents that are not built in: they may come from nodes', () => {
    const bot = BOT.replace('actions: ["*"]', 'actions: ["*", other.thing, "oth*.thing", mcobot.audit, "hello.*"]');
    const { isGood, summary } = runPolicyTests(treeOf({ bot }), HELLO);
    assert.equal(isGood, true);
    assert.match(summary, /every rule is reached; not built in: other$/);
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

describe('testing a policy with the descriptions of its actions', () => {
  const field = { about: 'x', type: 'string' } as const;
  const action = { about: 'x', timeoutMs: 1000, output: {} };
  const agents: AgentDescription[] = [
    {
      agent: 'package',
      version: '1.0.0',
      about: 'x',
      actions: {
        status: { ...action, effect: 'read', input: { package: field } },
        update: { ...action, effect: 'write', input: { package: field, version: field } },
      },
    },
    { agent: 'service', version: '1.0.0', about: 'x', actions: { stop: { ...action, effect: 'write', input: {} } } },
  ];
  const failuresOf = (changes: Parameters<typeof treeOf>[0]) => runPolicyTests(treeOf(changes), agents).failures;

  it('is as well as without', () => {
    assert.deepEqual(runPolicyTests(treeOf(), agents), runPolicyTests(treeOf()));
  });

  for (const [about, botCase, problem] of [
    ['takes a write for a read', 'package.update, effect: read', '`package.update` is a write, and no read'],
    ['takes a read for a write', 'package.status, effect: write', '`package.status` is a read, and no write'],
    [
      'gives an input that the action has not',
      'package.status, effect: read, inputs: { pakage: libc6 }',
      '`package.status` has no input `pakage`; did you mean `package`?',
    ],
    [
      'gives an input of another action',
      'package.status, effect: read, inputs: { version: "1" }',
      '`package.status` has no input `version`; known: package',
    ],
  ] as const) {
    it(`fails where a case ${about}`, () => {
      const botCases = `${BOT_CASES}  - { as: ana, in: console, action: ${botCase}, expect: allow }\n`;
      assert.deepEqual(failuresOf({ botCases }), [`cases/bot.yaml:3: ${problem}`]);
      const nodeCases = `${NODE_CASES}  - { as: "person:ana", signer: mco-read, action: ${botCase}, expect: deny }\n`;
      assert.deepEqual(failuresOf({ nodeCases }), [`cases/web.yaml:3: ${problem}`]);
    });
  }

  it('fails nothing for agents that nobody described', () => {
    const botCases = `${BOT_CASES}  - { as: ana, in: console, action: nrpe.run, effect: read, inputs: { command: x }, expect: allow }\n`;
    assert.deepEqual(failuresOf({ botCases }), []);
    const bot = `${BOT}deny:\n  - { actions: ["nrpe.*"], who: [ana], inputs: { command: [x] } }\n`;
    assert.deepEqual(failuresOf({ bot }), ['policy.yaml:10: no case reaches this rule']);
  });

  it('fails on a rule about an input that no action has which it is for, even of a role that nobody has', () => {
    const rule = (actions: string, inputs: string) =>
      `${BOT}deny:\n  - { actions: [${actions}], who: [ana], inputs: { ${inputs} } }\n`;
    const [problem, ...rest] = failuresOf({ bot: rule('"package.*"', 'pakage: [x]') });
    assert.equal(problem, 'policy.yaml:10: `package.*` has no input `pakage`; did you mean `package`?');
    assert.equal(rest.length, 1);
    assert.match(failuresOf({ bot: rule('"*"', 'pakage: [x]') })[0] ?? '', /`\*` has no input `pakage`/);
    assert.match(
      failuresOf({ bot: rule('package.update, service.stop', 'version: [x]') })[0] ?? '',
      /^policy\.yaml:10: `service\.stop` has no input `version`; none are known$/,
    );
    assert.equal(failuresOf({ bot: rule('"package.*"', 'version: [x], package: [y]') }).length, 1);
    const spare = '  spare: { allow: [{ actions: [package.status], effect: read, inputs: { version: [x] } }] }\n';
    const { failures, summary } = runPolicyTests(
      treeOf({ node: NODE.replace('bindings:', `${spare}bindings:`) }),
      agents,
    );
    assert.deepEqual(failures, [
      'node/web.yaml:10: `package.status` has no input `version`; known: package',
      'node/web.yaml:10: no case reaches this rule',
    ]);
    assert.match(summary, /; 1 input that no action has; 1 rule that no case reaches$/);
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
