/** What is wrong, the file, and the message with its hint after a bar. */
export type Row = readonly [string, string, string];

const GROUPS = 'people: { ana: {}, raj: {}, lea: {} }\ngroups: { leads: { members: [raj, lea] } }\n';

/** A role in line 4 with such a condition in line 7. */
const allow = (condition: string, actions = '[package.update]'): string =>
  `${GROUPS}roles:\n  r:\n    allow:\n      - actions: ${actions}\n        ${condition}\n        effect: write\n`;

/** A denial in line 4 with such a condition in line 6. */
const deny = (condition: string, actions = '["package.*"]'): string =>
  `${GROUPS}deny:\n  - actions: ${actions}\n    who: [everyone]\n    ${condition}\n`;

const A_FILTER = ' | such as `-F environment=staging` or `-C web -I db1.example.com`';
const COUNT = 'is not a whole number from 1 to 1000000';
const GLOB = 'is not a glob of 1 to 200 characters';
const at = (field: string): string => `p.yaml:7: \`roles.r.allow.0.${field}\`:`;

/** What allowing rules and denials say about inputs, nodes, numbers and approval: the same for a bot and a node. */
export const RULE_FILES: readonly Row[] = [
  ['an unknown condition', allow('max_node: 5'), 'p.yaml:7: unknown key `max_node` | did you mean `max_nodes`?'],
  [
    'another one',
    allow('require_filters: true'),
    'p.yaml:7: unknown key `require_filters` | did you mean `require_filter`?',
  ],
  [
    'a condition in another spelling',
    allow('maxNodes: 5'),
    'p.yaml:7: unknown key `maxNodes` | did you mean `max_nodes`?',
  ],
  [
    'a condition of denials',
    allow('reason: no'),
    'p.yaml:7: unknown key `reason` | known: actions, effect, inputs, nodes, max_nodes, require_filter, approval',
  ],
  ['a condition that is given twice', allow('max_nodes: 5\n        max_nodes: 6'), 'p.yaml:8: a key is given twice'],
  // Inputs
  [
    'inputs as a list',
    allow('inputs: [libc6]'),
    `${at('inputs')} is not a map such as \`{ package: ["openafs-*", libc6] }\``,
  ],
  [
    'one word for inputs',
    allow('inputs: libc6'),
    `${at('inputs')} is not a map such as \`{ package: ["openafs-*", libc6] }\``,
  ],
  [
    'inputs that are nothing',
    allow('inputs:'),
    `${at('inputs')} is not a map such as \`{ package: ["openafs-*", libc6] }\``,
  ],
  ['no inputs', allow('inputs: {}'), `${at('inputs')} is empty`],
  ['an input without values', allow('inputs: { package: [] }'), `${at('inputs.package')} is empty`],
  ['an input with one value', allow('inputs: { package: libc6 }'), `${at('inputs.package')} is not a list`],
  ['a number for a value', allow('inputs: { count: [5] }'), `${at('inputs.count.0')} is not text; put quotes round it`],
  ['a boolean for a value', allow('inputs: { now: [true] }'), `${at('inputs.now.0')} is not text; put quotes round it`],
  ['an empty value', allow('inputs: { package: [""] }'), `${at('inputs.package.0')} ${GLOB}`],
  [
    'a value of 201 characters',
    allow(`inputs: { package: [${'x'.repeat(201)}] }`),
    `${at('inputs.package.0')} ${GLOB}`,
  ],
  ['a value of two lines', allow('inputs: { package: ["a\\nb"] }'), `${at('inputs.package.0')} ${GLOB}`],
  ['a value that can not be seen', allow('inputs: { package: ["a\\u200b"] }'), `${at('inputs.package.0')} ${GLOB}`],
  ['an input in capitals', allow('inputs: { Package: [libc6] }'), `${at('inputs.Package')} is not an input's name`],
  ['an input with a dash', allow('inputs: { dry-run: ["true"] }'), `${at('inputs.dry-run')} is not an input's name`],
  [
    'an input called __proto__',
    allow('inputs: { __proto__: [x] }'),
    `${at('inputs.__proto__')} is not a name that can be used`,
  ],
  [
    'an input called constructor',
    allow('inputs: { constructor: [x] }'),
    `${at('inputs.constructor')} is not a name that can be used`,
  ],
  [
    'an input called prototype in a denial',
    deny('inputs: { a: [x], prototype: [x] }'),
    'p.yaml:6: `deny.0.inputs.prototype`: is not a name that can be used',
  ],
  // Nodes
  ['nodes as a list', allow('nodes: [web1]'), `${at('nodes')} is not text; put quotes round it`],
  ['no nodes', allow('nodes: ""'), `${at('nodes')} is not one line of 1 to 1000 characters`],
  ['a blank for nodes', allow('nodes: " "'), `p.yaml:7: \`nodes\`: it names no nodes${A_FILTER}`],
  [
    'a fact without its option',
    allow('nodes: environment=staging'),
    `p.yaml:7: \`nodes\`: \`environment=staging\` belongs to no option${A_FILTER}`,
  ],
  ['a fact that compares nothing', allow('nodes: -F staging'), 'p.yaml:7: `nodes`: `staging` compares nothing'],
  ['an unknown option', allow('nodes: -X staging'), 'p.yaml:7: `nodes`: unknown option `-X`'],
  [
    'an agent',
    allow('nodes: -A package'),
    `p.yaml:7: \`nodes\`: \`-A\` can't say which nodes a rule is for${A_FILTER}`,
  ],
  [
    'a limit',
    allow('nodes: -C web --limit 5'),
    `p.yaml:7: \`nodes\`: \`--limit\` can't say which nodes a rule is for${A_FILTER}`,
  ],
  [
    'a list of nodes',
    allow('nodes: --nodes last'),
    `p.yaml:7: \`nodes\`: \`--nodes\` can't say which nodes a rule is for${A_FILTER}`,
  ],
  [
    'one of them',
    allow('nodes: -C web -1'),
    `p.yaml:7: \`nodes\`: \`-1\` can't say which nodes a rule is for${A_FILTER}`,
  ],
  [
    'a data function',
    allow(`nodes: -S "web and fstat('/etc/x').md5 = 1"`),
    `p.yaml:7: \`nodes\`: data functions can't say which nodes a rule is for${A_FILTER}`,
  ],
  [
    'a hidden data function',
    allow(`nodes: -S "not (web or fstat('/etc/x').md5 = 1)"`),
    `p.yaml:7: \`nodes\`: data functions can't say which nodes a rule is for${A_FILTER}`,
  ],
  ['half an expression', allow('nodes: -S "web and"'), 'p.yaml:7: `nodes`: '],
  ['a pattern that does not compile', allow('nodes: -C /(/'), 'p.yaml:7: `nodes`: '],
  [
    'an open quote',
    allow('nodes: "-C \'web"'),
    "p.yaml:7: `nodes`: the quote ' is not closed | close it, or write a backslash before it",
  ],
  [
    'nodes that can not be seen',
    allow('nodes: "-C web\\u200b"'),
    `${at('nodes')} is not one line of 1 to 1000 characters`,
  ],
  [
    'nodes of 1001 characters',
    allow(`nodes: -C ${'x'.repeat(998)}`),
    `${at('nodes')} is not one line of 1 to 1000 characters`,
  ],
  [
    'a wrong option in a denial',
    deny('nodes: -A package'),
    `p.yaml:6: \`nodes\`: \`-A\` can't say which nodes a rule is for${A_FILTER}`,
  ],
  // Numbers
  ['no node at all', allow('max_nodes: 0'), `${at('max_nodes')} ${COUNT}`],
  ['fewer than none', allow('max_nodes: -1'), `${at('max_nodes')} ${COUNT}`],
  ['half a node', allow('max_nodes: 1.5'), `${at('max_nodes')} ${COUNT}`],
  ['a million and one', allow('max_nodes: 1000001'), `${at('max_nodes')} ${COUNT}`],
  ['infinitely many', allow('max_nodes: .inf'), `${at('max_nodes')} ${COUNT}`],
  ['a number in quotes', allow('max_nodes: "5"'), `${at('max_nodes')} ${COUNT}`],
  ['a percentage', allow('max_nodes: 10%'), `${at('max_nodes')} ${COUNT}`],
  ['a word for yes or no', allow('require_filter: yes'), `${at('require_filter')} is neither \`true\` nor \`false\``],
  // Approval
  [
    'only a group',
    allow('approval: leads'),
    `${at('approval')} is not an approval such as \`{ over_nodes, from, count, expires }\``,
  ],
  ['approval by nobody', allow('approval: { over_nodes: 5 }'), 'p.yaml:7: `roles.r.allow.0.approval.from` is missing'],
  [
    'approval by an unknown group',
    allow('approval: { from: leds }'),
    'p.yaml:7: unknown group `leds` | did you mean `leads`?',
  ],
  ['approval by a person', allow('approval: { from: raj }'), 'p.yaml:7: unknown group `raj` | known: leads'],
  [
    'approval by a group as in `who`',
    allow('approval: { from: "group:leads" }'),
    'p.yaml:7: unknown group `group:leads` | did you mean `leads`?',
  ],
  [
    'an unknown key of approval',
    allow('approval: { from: leads, over_node: 5 }'),
    'p.yaml:7: unknown key `over_node` | did you mean `over_nodes`?',
  ],
  [
    'more people than are in the group',
    allow('approval: { from: leads, count: 3 }'),
    'p.yaml:7: the group `leads` has only 2 people, and 3 have to approve',
  ],
  [
    'approval by no one',
    allow('approval: { from: leads, count: 0 }'),
    `${at('approval.count')} is not a whole number from 1 to 10`,
  ],
  [
    'eleven people',
    allow('approval: { from: leads, count: 11 }'),
    `${at('approval.count')} is not a whole number from 1 to 10`,
  ],
  [
    'over fewer than no nodes',
    allow('approval: { from: leads, over_nodes: -1 }'),
    `${at('approval.over_nodes')} is not a whole number from 0 to 1000000`,
  ],
  [
    'a time without a unit',
    allow('approval: { from: leads, expires: 30 }'),
    `${at('approval.expires')} is not text; put quotes round it`,
  ],
  [
    'a time in words',
    allow('approval: { from: leads, expires: soon }'),
    `${at('approval.expires')} is not a time such as \`90s\`, \`30m\` or \`2h\``,
  ],
  [
    'a time in days',
    allow('approval: { from: leads, expires: 1d }'),
    `${at('approval.expires')} is not a time such as \`90s\`, \`30m\` or \`2h\``,
  ],
  [
    'less than a minute',
    allow('approval: { from: leads, expires: 59s }'),
    'p.yaml:7: `59s` is not between `1m` and `24h`',
  ],
  [
    'more than a day',
    allow('approval: { from: leads, expires: 25h }'),
    'p.yaml:7: `25h` is not between `1m` and `24h`',
  ],
  // Denials
  [
    'a denial of reads',
    deny('effect: read'),
    'p.yaml:6: a denial of reads would leave writes alone | leave it out to deny both, or write `write` to leave reads alone',
  ],
  ['a denial of nothing known', deny('effect: wirte'), 'p.yaml:6: unknown effect `wirte` | did you mean `write`?'],
  ['a denial over so many nodes', deny('max_nodes: 5'), 'p.yaml:6: unknown key `max_nodes` | did you mean `nodes`?'],
  [
    'a denial unless approved',
    deny('approval: { from: leads }'),
    'p.yaml:6: unknown key `approval` | known: actions, who, in, effect, inputs, nodes, reason',
  ],
  // What the bot does by itself
  [
    'so many nodes of none',
    allow('max_nodes: 5', '[mcobot.audit]'),
    'p.yaml:7: `max_nodes` means nothing to `mcobot.audit`, for which no node is asked | leave it out, or give these actions a rule of their own',
  ],
  [
    'nodes where none is asked',
    allow('nodes: -C web', '["package.*", "mcobot.*"]'),
    'p.yaml:7: `nodes` means nothing to `mcobot.*`, for which no node is asked | leave it out, or give these actions a rule of their own',
  ],
  [
    'a denial on nodes where none is asked',
    deny('nodes: -C web', '[mcobot.audit]'),
    'p.yaml:6: `nodes` means nothing to `mcobot.audit`, for which no node is asked | leave it out, or give these actions a rule of their own',
  ],
];
