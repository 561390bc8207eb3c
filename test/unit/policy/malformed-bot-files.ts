import type { Row } from './malformed-rules.ts';

/** Some people and a role, for files that are wrong further down. */
export const PEOPLE = 'people:\n  ana: { console: [ana] }\n  bob: {}\ngroups:\n  ops: { members: [ana] }\n';
export const ROLE = 'roles:\n  viewer: { allow: [{ actions: ["*"], effect: read }] }\n';

export const BOT_FILES: readonly Row[] = [
  ['an empty file', '', 'p.yaml:1: the file is empty | a policy file has people, groups, roles, bindings or deny'],
  [
    'only a comment',
    '# later\n',
    'p.yaml:1: the file is empty | a policy file has people, groups, roles, bindings or deny',
  ],
  ['a list', '\n- a\n', 'p.yaml:1: the file is not a map of settings'],
  ['a word', 'hello', 'p.yaml:1: the file is not a map of settings'],
  ['two documents', 'deny: []\n---\ndeny: []\n', 'p.yaml:2: there is more than one document in the file'],
  ['a repeated key', 'deny: []\nbindings: []\ndeny: []\n', 'p.yaml:3: a key is given twice'],
  [
    'an unclosed bracket',
    'deny:\n  - { actions: ["*"\n',
    'p.yaml:3: not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['an unknown section', `${ROLE}binding: []\n`, 'p.yaml:3: unknown key `binding` | did you mean `bindings`?'],
  [
    'signers in the bot policy',
    'signers: {}\n',
    'p.yaml:1: unknown key `signers` | known: people, groups, roles, bindings, deny',
  ],
  [
    'an unknown section called toString',
    'toString: 1\n',
    'p.yaml:1: unknown key `toString` | known: people, groups, roles, bindings, deny',
  ],
  [
    'an unknown section called __proto__',
    '__proto__: {}\n',
    'p.yaml:1: unknown key `__proto__` | known: people, groups, roles, bindings, deny',
  ],
  [
    'an unknown key in a role',
    'roles:\n  a:\n    include: [a]\n',
    'p.yaml:3: unknown key `include` | did you mean `includes`?',
  ],
  [
    'an unknown key in a rule',
    'roles:\n  a:\n    allow:\n      - { actions: ["*"], efect: read }\n',
    'p.yaml:4: unknown key `efect` | did you mean `effect`?',
  ],
  [
    'an unknown kind of account',
    'people:\n  ana: { slak: [x] }\n',
    'p.yaml:2: unknown key `slak` | did you mean `slack`?',
  ],
  [
    'an unknown key in a binding',
    `${ROLE}bindings:\n  - { role: viewer, whom: [ana] }\n`,
    'p.yaml:4: unknown key `whom` | did you mean `who`?',
  ],
  [
    'an unknown key in a deny rule',
    'deny:\n  - { actions: ["*"], who: [everyone], because: x }\n',
    'p.yaml:2: unknown key `because` | known: actions, who, in, effect, inputs, nodes, reason',
  ],
  ['a section that is a list', `${ROLE}people: []\n`, 'p.yaml:3: `people`: is not a map of people'],
  [
    'a person that is a list',
    'people:\n  ana: [console]\n',
    'p.yaml:2: `people.ana`: is not a map; write `{}` for an empty one',
  ],
  [
    'a person that is nothing',
    'people:\n  ana:\n',
    'p.yaml:2: `people.ana`: is not a map; write `{}` for an empty one',
  ],
  [
    'a person called constructor',
    'people:\n  ana: {}\n  constructor: { console: [x] }\n',
    'p.yaml:3: `people.constructor`: is not a name that can be used',
  ],
  [
    'a person called __proto__',
    'people:\n  ana: {}\n  __proto__: { console: [x] }\n',
    'p.yaml:3: `people.__proto__`: is not a name that can be used',
  ],
  [
    'a role called prototype',
    'roles:\n  prototype: { allow: [{ actions: ["*"], effect: read }] }\n',
    'p.yaml:2: `roles.prototype`: is not a name that can be used',
  ],
  [
    'a person called toString',
    'people:\n  toString: {}\n',
    'p.yaml:2: `people.toString`: is not a plain lower-case name',
  ],
  ['a person in capitals', 'people:\n  bob: {}\n  Ana: {}\n', 'p.yaml:3: `people.Ana`: is not a plain lower-case name'],
  [
    'a person in look-alike letters',
    'people:\n  \u0430na: {}\n',
    'p.yaml:2: `people.\u0430na`: is not a plain lower-case name',
  ],
  ['a person whose name is a number', 'people:\n  12: {}\n', 'p.yaml:2: `people.12`: is not a plain lower-case name'],
  ['a person whose name is true', 'people:\n  true: {}\n', 'p.yaml:2: `people.true`: is not a plain lower-case name'],
  [
    'a person called everyone',
    'people:\n  everyone: {}\n',
    'p.yaml:2: `people.everyone`: is not a plain lower-case name',
  ],
  ['a merge key', 'people:\n  <<: {}\n', 'p.yaml:2: `people.<<`: is not a plain lower-case name'],
  [
    'a number for an account',
    'people:\n  ana:\n    console: [12]\n',
    'p.yaml:3: `people.ana.console.0`: is not text; put quotes round it',
  ],
  [
    'one account without brackets',
    'people:\n  ana: { console: ana }\n',
    'p.yaml:2: `people.ana.console`: is not a list',
  ],
  [
    'a Slack display name',
    'people:\n  ana: { slack: [ana] }\n',
    'p.yaml:2: `people.ana.slack.0`: is not an account such as `T024BE7LD/U2147483697`',
  ],
  [
    'a fingerprint of the wrong length',
    'people:\n  ana: { ssh: ["SHA256:abc"] }\n',
    'p.yaml:2: `people.ana.ssh.0`: is not an account such as `SHA256:...`',
  ],
  [
    'an account of two people',
    'people:\n  ana: { unix: [x, root] }\n  bob:\n    unix:\n      - root\n',
    'p.yaml:5: `unix:root` belongs to `ana` already',
  ],
  [
    'an unknown member',
    `${PEOPLE}  devs: { members: [ana, bobb] }\n`,
    'p.yaml:6: unknown person `bobb` | did you mean `bob`?',
  ],
  ['an empty group', 'groups:\n  ops: { members: [] }\n', 'p.yaml:2: `groups.ops.members`: is empty'],
  [
    'a group in a group',
    `${PEOPLE}  all: { members: [ops] }\n`,
    'p.yaml:6: unknown person `ops` | write `group:ops` for the group',
  ],
  [
    'everyone in a group',
    `${PEOPLE}  all: { members: [everyone] }\n`,
    'p.yaml:6: unknown person `everyone` | known: ana, bob',
  ],
  [
    'a role without rules',
    'roles:\n  viewer: {}\n',
    'p.yaml:2: the role `viewer` allows nothing | give it `allow` or `includes`',
  ],
  [
    'a rule without an effect',
    'roles:\n  a:\n    allow:\n      - actions: ["*"]\n',
    'p.yaml:4: `roles.a.allow.0.effect` is missing',
  ],
  [
    'an unknown effect',
    'roles:\n  a:\n    allow:\n      - actions: ["*"]\n        effect: wirte\n',
    'p.yaml:5: unknown effect `wirte` | did you mean `write`?',
  ],
  [
    'an effect that is a boolean',
    'roles:\n  a:\n    allow:\n      - { actions: ["*"], effect: true }\n',
    'p.yaml:4: `roles.a.allow.0.effect`: is not text; put quotes round it',
  ],
  [
    'an agent without an action',
    'roles:\n  a:\n    allow:\n      - effect: read\n        actions:\n          - "*"\n          - package\n',
    'p.yaml:7: `package` can match no action | write `package.*` for all its actions',
  ],
  [
    'a regular expression',
    'roles:\n  a:\n    allow: [{ actions: ["package.(a|b)"], effect: read }]\n',
    'p.yaml:3: `package.(a|b)` can match no action | such as `package.update`, `package.*` or `*`',
  ],
  [
    'an action in capitals',
    'deny:\n  - { actions: [Package.update], who: [everyone] }\n',
    'p.yaml:2: `Package.update` can match no action | such as `package.update`, `package.*` or `*`',
  ],
  [
    'an action that is a number',
    'deny:\n  - { actions: [1.5], who: [everyone] }\n',
    'p.yaml:2: `deny.0.actions.0`: is not text; put quotes round it',
  ],
  [
    'a deny rule without actions',
    'deny:\n  - { actions: [], who: [everyone] }\n',
    'p.yaml:2: `deny.0.actions`: is empty',
  ],
  [
    'an unknown included role',
    `${ROLE}  a:\n    includes: [viewr]\n`,
    'p.yaml:4: unknown role `viewr` | did you mean `viewer`?',
  ],
  [
    'a role that includes itself',
    'roles:\n  a: { includes: [a] }\n',
    'p.yaml:2: these roles include each other: a -> a',
  ],
  [
    'a circle of roles',
    `${ROLE}  a: { includes: [viewer, b] }\n  b: { includes: [c] }\n  c: { includes: [b] }\n`,
    'p.yaml:5: these roles include each other: b -> c -> b',
  ],
  [
    'a binding of an unknown role',
    `${ROLE}bindings:\n  - { role: viewer, who: [everyone] }\n  - { role: veiwer, who: [everyone] }\n`,
    'p.yaml:5: unknown role `veiwer` | did you mean `viewer`?',
  ],
  [
    'a binding of the role toString',
    `${ROLE}bindings:\n  - { role: toString, who: [everyone] }\n`,
    'p.yaml:4: unknown role `toString` | known: viewer',
  ],
  ['a binding of nobody', `${ROLE}bindings:\n  - { role: viewer, who: [] }\n`, 'p.yaml:4: `bindings.0.who`: is empty'],
  ['a binding without who', `${ROLE}bindings:\n  - { role: viewer }\n`, 'p.yaml:4: `bindings.0.who` is missing'],
  [
    'a binding of an unknown person',
    `${PEOPLE}${ROLE}bindings:\n  - role: viewer\n    who:\n      - bob\n      - ann\n`,
    'p.yaml:12: unknown person `ann` | did you mean `ana`?',
  ],
  [
    'a binding of an unknown group',
    `${PEOPLE}${ROLE}bindings:\n  - { role: viewer, who: ["group:opps"] }\n`,
    'p.yaml:9: unknown group `opps` | did you mean `ops`?',
  ],
  [
    'a caller instead of a person',
    `${PEOPLE}${ROLE}bindings:\n  - { role: viewer, who: ["person:ana"] }\n`,
    "p.yaml:9: `person:ana` is not a person's name | write the name alone",
  ],
  [
    'an account instead of a person',
    `${PEOPLE}${ROLE}bindings:\n  - { role: viewer, who: ["console:ana"] }\n`,
    "p.yaml:9: `console:ana` is not a person's name | list the account under people, and name the person",
  ],
  [
    'a person that is a boolean',
    `${ROLE}bindings:\n  - { role: viewer, who: [false] }\n`,
    'p.yaml:4: `bindings.0.who.0`: is not text; put quotes round it',
  ],
  [
    'an unknown chat',
    `${ROLE}bindings:\n  - { role: viewer, who: [everyone], in: [console, "slak:T/C"] }\n`,
    'p.yaml:4: `slak:T/C` is not a place | did you mean `slack`?',
  ],
  [
    'a place with a star in the middle',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["slack:*/C1"] }\n',
    'p.yaml:2: `slack:*/C1` is not a place | such as `slack:T024BE7LD/C0INC42`, by ids, `slack:T024BE7LD/*` or `slack:*`',
  ],
  [
    'a star for a place',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["*"] }\n',
    'p.yaml:2: `*` is not a place | known: slack, mattermost, console, unix',
  ],
  [
    'a chat that is misspelt',
    `${ROLE}bindings:\n  - { role: viewer, who: [everyone], in: [consol] }\n`,
    'p.yaml:4: `consol` is not a place | did you mean `console`?',
  ],
  [
    'a channel without its workspace',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["slack:C0PUBLIC"] }\n',
    'p.yaml:2: `slack:C0PUBLIC` is not a place | such as `slack:T024BE7LD/C0INC42`, by ids, `slack:T024BE7LD/*` or `slack:*`',
  ],
  [
    'a workspace without its channels',
    'deny:\n  - actions: ["*"]\n    who: [everyone]\n    in:\n      - console\n      - slack:T024BE7LD\n',
    'p.yaml:6: `slack:T024BE7LD` is not a place | write `slack:T024BE7LD/*` for all of it, or a channel of it, by its id',
  ],
  [
    'a channel by its name',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["slack:T024BE7LD/#public"] }\n',
    'p.yaml:2: `slack:T024BE7LD/#public` is not a place | such as `slack:T024BE7LD/C0INC42`, by ids, `slack:T024BE7LD/*` or `slack:*`',
  ],
  [
    'a chat server without its channels',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["mattermost:chat.example.org"] }\n',
    'p.yaml:2: `mattermost:chat.example.org` is not a place | write `mattermost:chat.example.org/*` for all of it, or a channel of it, by its id',
  ],
  [
    'one person of the console for a place',
    'deny:\n  - { actions: ["*"], who: [everyone], in: ["console:ana"] }\n',
    'p.yaml:2: `console:ana` is not a place | write `console`',
  ],
  ['no place at all', 'deny:\n  - { actions: ["*"], who: [everyone], in: [] }\n', 'p.yaml:2: `deny.0.in`: is empty'],
  [
    'a reason of two lines',
    'deny:\n  - { actions: ["*"], who: [everyone], reason: "a\\nb" }\n',
    'p.yaml:2: `deny.0.reason`: is not one line of at most 200 characters',
  ],
  [
    'a reason that steers a terminal',
    'deny:\n  - { actions: ["*"], who: [everyone], reason: "\\e[2J" }\n',
    'p.yaml:2: `deny.0.reason`: is not one line of at most 200 characters',
  ],
];
