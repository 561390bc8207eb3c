import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatGroupsFor, decide, may, rolesOf } from '../../../src/policy/decide.ts';
import { accountsOf } from '../../../src/policy/identify.ts';
import type { Memberships } from '../../../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { runBotCases } from '../../../src/policy/run-cases.ts';
import { messageOf, parseAction, reasonOf } from './policy-fixtures.ts';

const site = readBotPolicy([
  {
    name: 'p.yaml',
    text: `people:
  ana: { slack: [T024BE7LD/U1], mattermost: [chat.example.org/w7x1n8], console: [ana] }
  raj: { slack: [T024BE7LD/U2] }
groups:
  ops-leads: { members: [raj], slack: [T024BE7LD/S0614TZR7] }
  on-call: { slack: [T024BE7LD/S1], mattermost: [chat.example.org/channel/c1, chat.example.org/group/g1] }
  banned: { mattermost: [chat.example.org/team/t1] }
roles:
  viewer: { allow: [{ actions: ["*"], effect: read }] }
  operator: { allow: [{ actions: ["package.*"], effect: write }] }
bindings:
  - { role: viewer, who: [ana], in: [console, "slack:*"] }
  - { role: operator, who: ["group:ops-leads"] }
  - { role: operator, who: ["group:on-call", "group:ops-leads"], in: ["mattermost:*"] }
deny:
  - { actions: ["package.purge"], who: ["group:banned"], reason: no purges for these }
  - { actions: ["shell.*"], who: ["group:on-call", raj] }
`,
  },
]);

const LEADS = 'slack:T024BE7LD/S0614TZR7';
const CALL = 'slack:T024BE7LD/S1';
const CHANNEL = 'mattermost:chat.example.org/channel/c1';
const GROUP = 'mattermost:chat.example.org/group/g1';
const TEAM = 'mattermost:chat.example.org/team/t1';
const MM = 'mattermost:chat.example.org/town';

const LEFT_OUT = 'group `ops-leads` could not be looked up in slack; what it would allow is left out';

interface Row {
  readonly what: string;
  readonly caller?: string;
  readonly place?: string;
  readonly action: string;
  readonly of?: readonly string[];
  readonly unresolved?: readonly string[];
  readonly outcome: 'allow' | 'deny';
  readonly rules: readonly string[];
  readonly reason?: string;
}

const OPERATE = ['p.yaml:10', 'p.yaml:13'];
const VIEW = ['p.yaml:9', 'p.yaml:12'];

const TABLE: readonly Row[] = [
  { what: 'a listed member is in', caller: 'person:raj', action: 'package.update!', outcome: 'allow', rules: OPERATE },
  {
    what: 'a listed member is in whatever the chat does not say',
    caller: 'person:raj',
    action: 'package.update!',
    unresolved: [LEADS, TEAM],
    outcome: 'allow',
    rules: OPERATE,
  },
  {
    what: 'a member of the chat group is in',
    action: 'package.update!',
    of: [LEADS],
    outcome: 'allow',
    rules: OPERATE,
  },
  {
    what: 'an account that the policy does not know is in, too',
    caller: 'slack:T024BE7LD/U9',
    action: 'package.update!',
    of: [LEADS],
    outcome: 'allow',
    rules: OPERATE,
  },
  {
    what: 'who is in no group is out',
    action: 'package.update!',
    outcome: 'deny',
    rules: VIEW,
    reason: '`package.update` needs write; you have read here',
  },
  {
    what: 'who is in another group is out',
    action: 'package.update!',
    of: [CALL, CHANNEL, 'slack:T024BE7LD/S0614TZR77', 'T024BE7LD/S0614TZR7', 'ops-leads', 'slack:T024BE7LD'],
    outcome: 'deny',
    rules: VIEW,
    reason: '`package.update` needs write; you have read here',
  },
  {
    what: 'a group that could not be looked up allows nothing, and the reason says so',
    action: 'package.update!',
    unresolved: [LEADS],
    outcome: 'deny',
    rules: VIEW,
    reason: LEFT_OUT,
  },
  {
    what: 'the reason does not name a group that would not have helped',
    action: 'service.restart!',
    unresolved: [LEADS],
    outcome: 'deny',
    rules: VIEW,
    reason: '`service.restart` needs write; you have read here',
  },
  {
    what: 'what needs no group stays',
    action: 'package.status',
    unresolved: [LEADS, CALL, CHANNEL, GROUP, TEAM],
    outcome: 'allow',
    rules: VIEW,
  },
  {
    what: 'one chat group that has the person is enough where another could not be looked up',
    place: MM,
    action: 'package.update!',
    of: [GROUP],
    unresolved: [CALL, LEADS, CHANNEL],
    outcome: 'allow',
    rules: ['p.yaml:10', 'p.yaml:14'],
  },
  {
    what: 'several groups that could not be looked up are all named, with each service once',
    place: MM,
    action: 'package.update!',
    unresolved: [CALL, LEADS, CHANNEL, GROUP],
    outcome: 'deny',
    rules: [],
    reason:
      'groups `ops-leads`, `on-call` could not be looked up in slack and mattermost; what they would allow is left out',
  },
  {
    what: 'a binding for another place is none here, looked up or not',
    place: 'console',
    action: 'package.update!',
    of: [CHANNEL],
    outcome: 'deny',
    rules: VIEW,
    reason: '`package.update` needs write; you have read here',
  },
  {
    what: 'a denial for a chat group wins over any allow',
    action: 'package.purge!',
    of: [LEADS, TEAM],
    outcome: 'deny',
    rules: ['p.yaml:16'],
    reason: 'no purges for these',
  },
  {
    what: 'a denial is none for who is out of the group',
    action: 'package.purge!',
    of: [LEADS],
    outcome: 'allow',
    rules: OPERATE,
  },
  {
    what: 'a denial for a group that could not be looked up counts, and the reason says why',
    action: 'package.purge!',
    of: [LEADS],
    unresolved: [TEAM],
    outcome: 'deny',
    rules: ['p.yaml:16'],
    reason: '`package.purge` is denied here to group `banned`, which could not be looked up in mattermost',
  },
  {
    what: 'the same for a read',
    action: 'shell.list',
    unresolved: [CALL],
    outcome: 'deny',
    rules: ['p.yaml:17'],
    reason: '`shell.list` is denied here to group `on-call`, which could not be looked up in slack',
  },
  {
    what: 'a denial that is sure needs no look-up',
    caller: 'person:raj',
    action: 'shell.list',
    unresolved: [CALL],
    outcome: 'deny',
    rules: ['p.yaml:17'],
    reason: '`shell.list` is denied to person:raj here',
  },
  {
    what: 'a group that could not be looked up does not hinder what no rule denies to it',
    action: 'package.update!',
    of: [LEADS],
    unresolved: [TEAM, CALL],
    outcome: 'allow',
    rules: OPERATE,
  },
  {
    what: 'a group that nobody asked about changes nothing',
    action: 'package.update!',
    unresolved: ['slack:T024BE7LD/S999', ''],
    outcome: 'deny',
    rules: VIEW,
    reason: '`package.update` needs write; you have read here',
  },
];

const askerOf = ({ caller = 'person:ana', place = 'console', of = [], unresolved = [] }: Partial<Row>) => {
  const memberships: Memberships = { of: new Set(of), unresolved };
  return { caller, place, memberships };
};

describe('deciding by groups of chat services', () => {
  for (const row of TABLE) {
    it(row.what, () => {
      const question = { ...askerOf(row), ...parseAction(row.action) };
      const decision = decide(site, question);
      const { outcome, rules } = decision;
      assert.deepEqual(
        { outcome, rules, reason: reasonOf(decision) },
        { outcome: row.outcome, rules: row.rules, reason: row.reason },
      );
      assert.equal(may(site, question), row.outcome === 'allow');
    });
  }

  it('takes every group for unknown when nobody looked', () => {
    const ask = (action: string) => decide(site, { caller: 'person:ana', place: 'console', ...parseAction(action) });
    assert.deepEqual(ask('package.update!'), { outcome: 'deny', rules: VIEW, reason: LEFT_OUT });
    assert.equal(ask('package.status').outcome, 'allow');
    assert.equal(ask('shell.list').outcome, 'deny');
  });

  it('gives the roles of the groups that are sure', () => {
    const roles = (row: Partial<Row>) => rolesOf(site, askerOf(row));
    assert.deepEqual(roles({}), ['viewer']);
    assert.deepEqual(roles({ of: [LEADS] }), ['viewer', 'operator']);
    assert.deepEqual(roles({ unresolved: [LEADS] }), ['viewer']);
    assert.deepEqual(roles({ place: MM, of: [CHANNEL] }), ['operator']);
    assert.deepEqual(rolesOf(site, { caller: 'person:ana', place: 'console' }), ['viewer']);
  });
});

describe('the groups to look up', () => {
  it('are those that rules for this place hang on, each once', () => {
    assert.deepEqual(chatGroupsFor(site, 'person:ana', 'console'), [LEADS, TEAM, CALL, CHANNEL, GROUP]);
    assert.deepEqual(chatGroupsFor(site, 'person:ana'), [LEADS, CALL, CHANNEL, GROUP, TEAM]);
  });

  it('are not those of rules that are for this caller anyway', () => {
    assert.deepEqual(chatGroupsFor(site, 'person:raj', 'console'), [TEAM]);
  });

  it('are looked up for all accounts of a person', () => {
    assert.deepEqual(accountsOf(site, 'console:ana'), [
      'console:ana',
      'slack:T024BE7LD/U1',
      'mattermost:chat.example.org/w7x1n8',
    ]);
    assert.deepEqual(accountsOf(site, 'slack:T024BE7LD/U9'), ['slack:T024BE7LD/U9']);
    assert.throws(() => accountsOf(site, 'person:ana'), { code: 'untrusted/malformed-account' });
  });
});

describe('reading groups of chat services', () => {
  it('names them as the services name their accounts', () => {
    assert.deepEqual(
      [...site.chatGroups],
      [
        ['ops-leads', [LEADS]],
        ['on-call', [CALL, CHANNEL, GROUP]],
        ['banned', [TEAM]],
      ],
    );
    assert.deepEqual([...(site.groups.get('ops-leads') ?? [])], ['person:raj']);
    assert.deepEqual([...(site.groups.get('on-call') ?? ['?'])], []);
  });

  const signers = 'signers: { key: { effect: read } }\n';
  for (const [title, read, message] of [
    [
      'a group with nobody in it',
      () => bot('{}'),
      'p:2: nobody is in the group `g` | give it `members`, `slack`, `mattermost`',
    ],
    ['an empty list', () => bot('{ slack: [] }'), 'p:2: `groups.g.slack`: is empty'],
    [
      'a group by its name',
      () => bot('{ slack: ["@ops"] }'),
      'p:2: `groups.g.slack.0`: is not a group such as `T024BE7LD/S0614TZR7`',
    ],
    [
      'an account for a group',
      () => bot('{ slack: [T024BE7LD/U2147483697] }'),
      'p:2: `groups.g.slack.0`: is not a group such as `T024BE7LD/S0614TZR7`',
    ],
    [
      'a Mattermost group without its kind',
      () => bot('{ mattermost: [chat.example.org/c1] }'),
      'p:2: `groups.g.mattermost.0`: is not a group such as `chat.example.org/channel/ID`',
    ],
    [
      'a Mattermost group of an unknown kind',
      () => bot('{ mattermost: [chat.example.org/user/c1] }'),
      'p:2: `groups.g.mattermost.0`: is not a group such as `chat.example.org/channel/ID`',
    ],
    ['an unknown service', () => bot('{ slak: [T1/S1] }'), 'p:2: unknown key `slak` | did you mean `slack`?'],
    [
      'too many groups of chat services',
      () => bot(`{ slack: [${Array.from({ length: 201 }, (_, n) => `T1/S${n}`).join(', ')}] }`),
      'p:2: there are more than 200 groups of chat services',
    ],
    [
      'a Slack group on a node',
      () => readNodePolicy(`${signers}groups:\n  g: { members: ["person:ana"], slack: [T1/S1] }\n`, 'n'),
      'n:3: `slack` decides nothing on a node | leave it out and list `members`: only the bot can ask the chat who is in a group',
    ],
    [
      'a Mattermost group on a node',
      () => readNodePolicy(`${signers}groups:\n  g:\n    mattermost: [chat.example.org/team/t1]\n`, 'n'),
      'n:4: `mattermost` decides nothing on a node | leave it out and list `members`: only the bot can ask the chat who is in a group',
    ],
    [
      'a group with nobody in it on a node',
      () => readNodePolicy(`${signers}groups: { g: {} }\n`, 'n'),
      'n:2: nobody is in the group `g` | give it `members`',
    ],
  ] as const) {
    it(`refuses ${title}`, () => {
      assert.equal(messageOf(read), `usage/bad-file ${message}`);
    });
  }

  function bot(group: string) {
    return readBotPolicy([{ name: 'p', text: `groups:\n  g: ${group}\n` }]);
  }
});

describe('cases with groups of chat services', () => {
  const run = (fields: string) =>
    runBotCases(
      site,
      `cases:\n  - { as: ana, in: console, action: package.update, effect: write, filter: -C web, ${fields} }\n`,
      'c',
    );

  it('say in which ones somebody is, and which can not be looked up', () => {
    assert.deepEqual(
      run(`groups: ["${LEADS}"], expect: allow`).map(({ problem }) => problem),
      [undefined],
    );
    assert.deepEqual(
      run(`unresolved: ["${LEADS}"], expect: deny, reason: "${LEFT_OUT}"`).map(({ problem }) => problem),
      [undefined],
    );
    assert.deepEqual(
      run('expect: deny, reason: "`package.update` needs write; you have read here"').map(({ problem }) => problem),
      [undefined],
    );
  });

  it('refuse a group that no rule knows', () => {
    assert.equal(
      messageOf(() => run('groups: ["slack:T024BE7LD/S0614TZR8"], expect: deny')),
      'usage/bad-file c:2: unknown group of a chat service `slack:T024BE7LD/S0614TZR8` | did you mean `slack:T024BE7LD/S0614TZR7`?',
    );
  });
});
