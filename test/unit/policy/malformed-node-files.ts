import type { Row } from './malformed-rules.ts';

const PEOPLE = 'people:\n  ana: { console: [ana] }\n  bob: {}\ngroups:\n  ops: { members: [ana] }\n';
const ROLE = 'roles:\n  viewer: { allow: [{ actions: ["*"], effect: read }] }\n';
const SIGNERS = 'signers:\n  mco-read: { effect: read }\n';

export const NODE_FILES: readonly Row[] = [
  ['a node file without signers', ROLE, 'n.yaml:1: `signers` is missing'],
  ['an empty node file', '', 'n.yaml:1: `signers` is missing'],
  ['a signer without an effect', 'signers:\n  mco-read: {}\n', 'n.yaml:2: `signers.mco-read.effect` is missing'],
  [
    'a signer with an unknown effect',
    `${SIGNERS}  w: { effect: writes }\n`,
    'n.yaml:3: unknown effect `writes` | did you mean `write`?',
  ],
  [
    'a signer with an unknown key',
    `${SIGNERS}  w: { effect: write, caller: ["person:*"] }\n`,
    'n.yaml:3: unknown key `caller` | did you mean `callers`?',
  ],
  [
    'a signer that may write for anybody',
    `${SIGNERS}  w: { effect: write }\n`,
    'n.yaml:3: the signer `w` may write and has no `callers` | such as `callers: ["person:*"]`',
  ],
  ['a signer for nobody', `${SIGNERS}  w: { effect: write, callers: [] }\n`, 'n.yaml:3: `signers.w.callers`: is empty'],
  [
    'a signer whose name is a number',
    'signers:\n  12: { effect: read }\n',
    "n.yaml:2: `signers.12`: is not a signer's name",
  ],
  [
    'a signer called __proto__',
    `${SIGNERS}  __proto__: { effect: write }\n`,
    'n.yaml:3: `signers.__proto__`: is not a name that can be used',
  ],
  ['signers as a list', 'signers: [mco-read]\n', 'n.yaml:1: `signers`: is not a map of signers'],
  [
    'a signer for a bare name',
    `${SIGNERS}  w: { effect: write, callers: [ana] }\n`,
    'n.yaml:3: `ana` is not a caller | such as `person:ana` or `person:*`',
  ],
  [
    'a signer for half a name',
    `${SIGNERS}  w: { effect: write, callers: ["person:a*"] }\n`,
    'n.yaml:3: `person:a*` is not a caller | such as `person:ana` or `person:*`',
  ],
  [
    'a signer for any caller of any kind',
    `${SIGNERS}  w: { effect: write, callers: ["*"] }\n`,
    'n.yaml:3: `*` is not a caller | such as `person:ana` or `person:*`',
  ],
  [
    'a bare name on a node without people',
    `${SIGNERS}${ROLE}bindings:\n  - { role: viewer, who: [ana] }\n`,
    'n.yaml:6: `ana` is not a caller | such as `person:ana`',
  ],
  [
    'an unknown name on a node with people',
    `${SIGNERS}${PEOPLE}${ROLE}bindings:\n  - { role: viewer, who: [anna] }\n`,
    'n.yaml:11: unknown person `anna` | did you mean `ana`?',
  ],
  [
    'a caller of an unknown kind',
    `${SIGNERS}${ROLE}bindings:\n  - { role: viewer, who: ["persn:ana"] }\n`,
    'n.yaml:6: `persn:ana` is not a caller | such as `person:ana`',
  ],
  [
    'a star among the callers',
    `${SIGNERS}${ROLE}bindings:\n  - { role: viewer, who: ["person:*"] }\n`,
    'n.yaml:6: `person:*` is not a caller | such as `person:ana`',
  ],
  [
    'a place in a binding',
    `${SIGNERS}${ROLE}bindings:\n  - { role: viewer, who: [everyone] }\n  - { role: viewer, who: [everyone], in: [console] }\n`,
    'n.yaml:7: `in` decides nothing on a node | leave it out: only the bot knows the channel',
  ],
  [
    'a place in a deny rule',
    `${SIGNERS}deny:\n  - { actions: ["*"], who: [everyone], in: [console] }\n`,
    'n.yaml:4: `in` decides nothing on a node | leave it out: only the bot knows the channel',
  ],
];
