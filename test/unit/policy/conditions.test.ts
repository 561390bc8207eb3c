import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Input } from '../../../src/core/agent-description.ts';
import { type BotQuestion, chatGroupsFor, decide, judgeMember, may } from '../../../src/policy/decide.ts';
import { decideOnNode } from '../../../src/policy/decide-on-node.ts';
import type { NodePolicy } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { PLAIN_REQUEST, parseAction, reasonOf } from './policy-fixtures.ts';

const site = readBotPolicy([
  {
    name: 'p',
    text: `people: { ana: {}, raj: {}, aud: {}, dev: {} }
groups:
  leads: { members: [raj], slack: [T024BE7LD/S1] }
  ice: { slack: [T024BE7LD/S2] }
roles:
  inputs: { allow: [{ actions: [package.update], effect: write, inputs: { package: ["openafs-*", libc6] } }] }
  many: { allow: [{ actions: [package.update], effect: write, inputs: { package: [a, b, c, d, e, f] } }] }
  web: { allow: [{ actions: ["*"], effect: write, nodes: "-C web", approval: { from: leads, over_nodes: 7, count: 2, expires: 90m } }] }
  few: { allow: [{ actions: ["*"], effect: write, max_nodes: 5 }] }
  reader: { allow: [{ actions: ["*"], effect: read }, { actions: ["mc*"], effect: read }] }
  auditor: { allow: [{ actions: [mcobot.audit], effect: read }, { actions: ["mcobot.p*"], effect: read }] }
bindings:
  - { role: inputs, who: [ana] }
  - { role: many, who: [raj] }
  - { role: web, who: [dev], in: [console] }
  - { role: few, who: [dev] }
  - { role: reader, who: [everyone] }
  - { role: auditor, who: [aud] }
deny:
  - { actions: ["*"], who: ["group:ice"], nodes: "-C frozen" }
  - { actions: ["package.*"], who: [dev], nodes: "-C frozen" }
  - { actions: ["*"], who: [dev], in: [unix] }
  - { actions: [service.stop], who: [dev], inputs: { service: [sshd] } }
`,
  },
]);

const NOBODY = { of: new Set<string>(), unresolved: [] };
const ask = (name: string, short: string, change: Partial<BotQuestion> = {}) =>
  decide(site, { caller: `person:${name}`, place: 'console', memberships: NOBODY, ...parseAction(short), ...change });
const WEB = { text: '-C web', expression: { class: { is: 'web' } } };
const FROZEN = { text: '-C frozen', expression: { class: { is: 'frozen' } } };

describe('a decision', () => {
  it('carries what the rules put up with, the widest first, and the nodes that are taken out', () => {
    assert.deepEqual(ask('dev', 'package.update!', { input: {} }), {
      outcome: 'allow',
      rules: ['p:9', 'p:16', 'p:8', 'p:15', 'p:21'],
      grants: [
        { rules: ['p:9', 'p:16'], nodes: undefined, maxNodes: 5, requireFilter: true, approval: undefined },
        {
          rules: ['p:8', 'p:15'],
          nodes: WEB,
          maxNodes: undefined,
          requireFilter: true,
          approval: { from: 'leads', count: 2, overNodes: 7, expiresMs: 90 * 60_000 },
        },
      ],
      excluded: [FROZEN],
    });
  });

  it('takes out what is denied to a group that could not be looked up, and once what two rules take out', () => {
    const unresolved = { of: new Set<string>(), unresolved: ['slack:T024BE7LD/S2'] };
    const decision = ask('dev', 'package.update!', { input: {}, memberships: unresolved });
    assert.ok(decision.outcome === 'allow');
    assert.deepEqual(decision.excluded, [FROZEN]);
    assert.deepEqual(decision.rules.slice(-2), ['p:20', 'p:21']);
  });

  it('says which inputs would be allowed, and never which were given', () => {
    const reason = (name: string, input: Input) => reasonOf(ask(name, 'package.update!', { input }));
    const only = '`package.update` is allowed to you here only where';
    assert.equal(reason('ana', { package: 's3cret' }), `${only} \`package\` is \`openafs-*\` or \`libc6\``);
    assert.equal(reason('raj', {}), `${only} \`package\` is \`a\` or \`b\` or \`c\` or \`d\` or \`e\` or some others`);
    assert.deepEqual(ask('ana', 'package.update!', { input: {} }).rules, ['p:6', 'p:13']);
  });

  it('about some input or other counts what could be allowed, and no denial of certain inputs', () => {
    const asked = { caller: 'person:ana', place: 'console', memberships: NOBODY, ...parseAction('package.update!') };
    assert.equal(may(site, asked), true);
    assert.equal(may(site, { ...asked, input: {} }), false);
    assert.equal(may(site, { ...asked, caller: 'person:dev', ...parseAction('service.stop!') }), true);
    const stop = (input: Input) => ask('dev', 'service.stop!', { input }).outcome;
    assert.deepEqual([stop({ service: 'sshd' }), stop({ service: 'cron' }), stop({})], ['deny', 'allow', 'allow']);
  });
});

describe('a rule that lists commands', () => {
  const TEXT = `people: { ana: {}, raj: {}, eve: {} }
roles:
  plain: { allow: [{ actions: [shell.run], effect: write, inputs: { command: ["/usr/bin/uptime*"] } }] }
  shells: { allow: [{ actions: [shell.run], effect: write, inputs: { command: ["/usr/bin/uptime*"], shell: [sh] } }] }
  makes: { allow: [{ actions: [shell.run], effect: write, inputs: { command: [/usr/bin/make], directory: [/srv/*] } }] }
bindings:
  - { role: makes, who: [eve] }
  - { role: plain, who: [ana] }
  - { role: shells, who: [raj] }
deny:
  - { actions: [shell.run], who: [everyone], inputs: { command: ["*shadow*"] } }
`;
  const policy = readBotPolicy([{ name: 'p', text: TEXT }]);
  const run = (name: string, input: Input) =>
    decide(policy, { caller: `person:${name}`, place: 'console', ...parseAction('shell.run!'), input });

  it('says nothing of what a shell would make of them', () => {
    assert.equal(run('ana', { command: '/usr/bin/uptime' }).outcome, 'allow');
    const inShell = run('ana', { command: '/usr/bin/uptime; id', shell: 'sh' });
    const only = '`shell.run` is allowed to you here only where';
    assert.equal(
      reasonOf(inShell),
      `${only} \`command\` is \`/usr/bin/uptime*\` and \`shell\` is not given and \`directory\` is not given`,
    );
  });

  it('says nothing of what they do in a directory of somebody else', () => {
    assert.equal(run('ana', { command: '/usr/bin/uptime', directory: '/tmp' }).outcome, 'deny');
    assert.equal(run('eve', { command: '/usr/bin/make', directory: '/srv/site' }).outcome, 'allow');
    assert.equal(run('eve', { command: '/usr/bin/make', directory: '/tmp' }).outcome, 'deny');
  });

  it('counts in a shell where it names the shell', () => {
    assert.equal(run('raj', { command: '/usr/bin/uptime; id', shell: 'sh' }).outcome, 'allow');
    assert.equal(run('raj', { command: '/usr/bin/uptime; id', shell: 'bash' }).outcome, 'deny');
    assert.equal(run('raj', { command: '/usr/bin/uptime' }).outcome, 'deny');
  });

  it('denies in every shell what it denies', () => {
    const denied = run('raj', { command: '/usr/bin/uptime /etc/shadow', shell: 'sh' });
    assert.deepEqual([denied.outcome, denied.rules], ['deny', ['p:11']]);
  });
});

describe('what the bot does by itself', () => {
  it('is allowed by rules that name it and by no others', () => {
    assert.equal(ask('aud', 'mcobot.audit').outcome, 'allow');
    assert.equal(ask('aud', 'mcobot.policy').outcome, 'allow');
    assert.equal(ask('ana', 'mcobot.audit').outcome, 'deny', '`*` is what happens on nodes');
    assert.equal(ask('dev', 'mcobot.audit').outcome, 'deny', 'nor does `write` of everything give it');
    assert.equal(ask('aud', 'mcobot.audit!').outcome, 'deny');
  });

  it('is denied by a rule that denies everything', () => {
    const text = 'people: { aud: {} }\nroles: { r: { allow: [{ actions: ["mcobot.*"], effect: read }] } }\n';
    const bindings = 'bindings: [{ role: r, who: [aud] }]\n';
    const asked = { caller: 'person:aud', place: 'console', ...parseAction('mcobot.audit') };
    const outcomeOf = (yaml: string) => decide(readBotPolicy([{ name: 'p', text: yaml }]), asked).outcome;
    assert.equal(outcomeOf(text + bindings), 'allow');
    assert.equal(outcomeOf(`${text}${bindings}deny: [{ actions: ["*"], who: [aud] }]\n`), 'deny');
  });
});

describe('who may approve', () => {
  const LEADS = 'slack:T024BE7LD/S1';
  const judge = (caller: string, of: readonly string[], unresolved: readonly string[] = []) =>
    judgeMember(site, 'leads', { caller, memberships: { of: new Set(of), unresolved } });

  it('is who is listed or whom the chat service says to be in the group', () => {
    assert.equal(judge('person:raj', []), 'in');
    assert.equal(judge('person:ana', [LEADS]), 'in');
    assert.equal(judge('person:ana', []), 'out');
    assert.equal(judge('person:ana', [], [LEADS]), 'unknown');
    assert.equal(judgeMember(site, 'leads', { caller: 'person:ana' }), 'unknown');
    assert.equal(judge('raj', [LEADS]), 'out');
    assert.equal(judgeMember(site, 'nobody-knows', { caller: 'person:raj', memberships: NOBODY }), 'out');
  });

  it('is looked up with the groups that rules are for, where the rule counts', () => {
    assert.deepEqual(chatGroupsFor(site, 'person:ana'), ['slack:T024BE7LD/S2', LEADS]);
    assert.deepEqual(chatGroupsFor(site, 'person:ana', 'console'), ['slack:T024BE7LD/S2', LEADS]);
    assert.deepEqual(chatGroupsFor(site, 'person:ana', 'unix'), ['slack:T024BE7LD/S2']);
    assert.deepEqual(chatGroupsFor(site, 'person:raj'), ['slack:T024BE7LD/S2']);
  });
});

describe('a node', () => {
  const node = readNodePolicy(
    `signers: { key: { effect: write, callers: ["person:*"] } }
roles:
  free: { allow: [{ actions: [package.free], effect: write, require_filter: false }] }
  typed: { allow: [{ actions: [package.typed], effect: write }] }
  few: { allow: [{ actions: [package.few, rpcutil.ping], effect: read, max_nodes: 5 }] }
  web: { allow: [{ actions: [package.web], effect: read, nodes: "-C web" }] }
  costly: { allow: [{ actions: [package.costly], effect: read, nodes: "-C '/^(a|b|c|d|e|f)*(x|y|z)*$/'" }] }
bindings: [{ role: free, who: [everyone] }, { role: typed, who: [everyone] }, { role: few, who: [everyone] }, { role: web, who: [everyone] }, { role: costly, who: [everyone] }]
deny: [{ actions: [package.free], who: [everyone], nodes: "-C frozen", reason: it is frozen }, { actions: [package.free], who: [everyone], nodes: "-C stopped" }]
`,
    'n',
  );
  const profileOf = (...classes: string[]) => ({ ...PLAIN_REQUEST.profile, classes: new Set(classes) });
  const decideFor = (short: string, change: object = {}, policy: NodePolicy = node) =>
    decideOnNode(policy, {
      ...PLAIN_REQUEST,
      principal: 'key',
      caller: 'person:ana',
      ...parseAction(short),
      ...change,
    });

  it('keeps no limit that it can not check, but what is asked of everybody has none', () => {
    const outcomeOf = (short: string) => decideFor(short, { targets: undefined }).outcome;
    assert.deepEqual(
      ['package.free!', 'package.web'].map((one) => decideFor(one, { profile: profileOf('web') }).outcome),
      ['allow', 'allow'],
    );
    assert.deepEqual(['package.free!', 'package.typed!', 'package.few', 'rpcutil.ping'].map(outcomeOf), [
      'allow',
      'deny',
      'deny',
      'allow',
    ]);
  });

  it('says for which nodes a rule is that is not for it', () => {
    assert.deepEqual(decideFor('package.web'), {
      outcome: 'deny',
      rules: ['n:6', 'n:8'],
      reason: '`package.web` is allowed to person:ana only on nodes with `-C web`',
    });
  });

  it('says why it is denied on this node', () => {
    assert.equal(decideFor('package.free!', { profile: profileOf('frozen') }).reason, 'it is frozen');
    const stopped = decideFor('package.free!', { profile: profileOf('stopped') });
    assert.deepEqual([stopped.rules, stopped.reason], [['n:9'], '`package.free` is denied to person:ana on this node']);
  });

  it('denies what it fails to match', () => {
    const classes = Array.from({ length: 2000 }, (_, n) => `${'abcdef'.repeat(20)}${n}`);
    assert.equal(decideFor('package.costly', { profile: profileOf('abcx') }).outcome, 'allow');
    const { outcome, reason } = decideFor('package.costly', { profile: profileOf(...classes) });
    assert.deepEqual([outcome, reason], ['deny', 'the policy failed while deciding']);
  });
});
