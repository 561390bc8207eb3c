import type { NodeProfile } from '../../../src/core/facts.ts';

/** The same text is the bot's policy and a node's: people are named for what they may do. */
export const RULES = `people:
  viewer: { slack: [T024BE7LD/U1], console: [viewer] }
  writer: { slack: [T024BE7LD/U2] }
  writer2: {}
  sheller: {}
  inputs: {}
  two-inputs: {}
  staging: {}
  not-web: {}
  two-names: {}
  few: {}
  filtered: {}
  picky-reader: {}
  approved: {}
  approved-over: {}
  approved-twice: {}
  nodes-inputs: {}
  nodes-few: {}
  nodes-filtered: {}
  nodes-approved: {}
  inputs-few: {}
  inputs-filtered: {}
  inputs-approved: {}
  few-filtered: {}
  few-approved: {}
  filtered-approved: {}
  either: {}
  wider: {}
  either-approval: {}
  developer: {}
  banned: {}
  pinger: {}
  o.brien_2-x: {}
  lea: {}
  raj: {}
  kim: {}
groups:
  leads: { members: [lea, raj] }
  trio: { members: [lea, raj, kim] }
  out: { members: [banned] }
roles:
  viewer: { allow: [{ actions: ["*"], effect: read }] }
  writer: { allow: [{ actions: ["*"], effect: write, require_filter: false }] }
  sheller: { allow: [{ actions: ["shell.*"], effect: write, require_filter: false }] }
  inputs: { allow: [{ actions: ["package.*"], effect: write, inputs: { package: ["openafs-*", libc6] }, require_filter: false }] }
  two-inputs: { allow: [{ actions: ["service.*"], effect: write, inputs: { service: ["ssh*"], now: ["true"] }, require_filter: false }] }
  staging: { allow: [{ actions: ["package.*"], effect: write, nodes: "-F environment=staging", require_filter: false }] }
  not-web: { allow: [{ actions: ["package.*"], effect: write, nodes: "-S 'not web'", require_filter: false }] }
  two-names: { allow: [{ actions: ["package.*"], effect: write, nodes: "-I web1 -I db1 -C /./", require_filter: false }] }
  few: { allow: [{ actions: ["package.*"], effect: write, max_nodes: 3, require_filter: false }] }
  filtered: { allow: [{ actions: ["package.*"], effect: write }] }
  picky-reader: { allow: [{ actions: ["*"], effect: read, require_filter: true }] }
  approved: { allow: [{ actions: ["package.*"], effect: write, require_filter: false, approval: { from: leads } }] }
  approved-over: { allow: [{ actions: ["package.*"], effect: write, require_filter: false, approval: { from: leads, over_nodes: 5 } }] }
  approved-twice: { allow: [{ actions: ["package.*"], effect: write, require_filter: false, approval: { from: trio, count: 2 } }] }
  nodes-inputs: { allow: [{ actions: ["package.*"], effect: write, nodes: "-C web", inputs: { package: [libc6] }, require_filter: false }] }
  nodes-few: { allow: [{ actions: ["package.*"], effect: write, nodes: "-C web", max_nodes: 3, require_filter: false }] }
  nodes-filtered: { allow: [{ actions: ["package.*"], effect: write, nodes: "-C web" }] }
  nodes-approved: { allow: [{ actions: ["package.*"], effect: write, nodes: "-C web", require_filter: false, approval: { from: leads } }] }
  inputs-few: { allow: [{ actions: ["package.*"], effect: write, inputs: { package: [libc6] }, max_nodes: 3, require_filter: false }] }
  inputs-filtered: { allow: [{ actions: ["package.*"], effect: write, inputs: { package: [libc6] } }] }
  inputs-approved: { allow: [{ actions: ["package.*"], effect: write, inputs: { package: [libc6] }, require_filter: false, approval: { from: leads } }] }
  few-filtered: { allow: [{ actions: ["package.*"], effect: write, max_nodes: 3 }] }
  few-approved: { allow: [{ actions: ["package.*"], effect: write, max_nodes: 9, require_filter: false, approval: { from: leads, over_nodes: 3 } }] }
  filtered-approved: { allow: [{ actions: ["package.*"], effect: write, approval: { from: leads, over_nodes: 3 } }] }
  production-few: { allow: [{ actions: ["package.*"], effect: write, nodes: "-F environment=production", max_nodes: 2, require_filter: false }] }
  nine-approved: { allow: [{ actions: ["package.*"], effect: write, max_nodes: 9, require_filter: false, approval: { from: leads } }] }
  pinger: { allow: [{ actions: [rpcutil.ping], effect: read, nodes: "-C web", max_nodes: 1, require_filter: true, approval: { from: leads } }] }
bindings:
  - { role: viewer, who: [viewer, filtered, inputs, "o.brien_2-x"] }
  - { role: writer, who: [writer, wider, developer, "group:out"] }
  - { role: inputs, who: [inputs] }
  - { role: two-inputs, who: [two-inputs] }
  - { role: staging, who: [staging, either] }
  - { role: not-web, who: [not-web] }
  - { role: two-names, who: [two-names] }
  - { role: few, who: [few, wider, either-approval] }
  - { role: filtered, who: [filtered, wider] }
  - { role: picky-reader, who: [picky-reader] }
  - { role: approved, who: [approved, lea, wider] }
  - { role: approved-over, who: [approved-over] }
  - { role: approved-twice, who: [approved-twice] }
  - { role: nodes-inputs, who: [nodes-inputs] }
  - { role: nodes-few, who: [nodes-few] }
  - { role: sheller, who: [sheller] }
  - { role: nodes-filtered, who: [nodes-filtered] }
  - { role: nodes-approved, who: [nodes-approved] }
  - { role: inputs-few, who: [inputs-few] }
  - { role: inputs-filtered, who: [inputs-filtered] }
  - { role: inputs-approved, who: [inputs-approved] }
  - { role: few-filtered, who: [few-filtered] }
  - { role: few-approved, who: [few-approved] }
  - { role: filtered-approved, who: [filtered-approved] }
  - { role: production-few, who: [either] }
  - { role: nine-approved, who: [either-approval] }
  - { role: pinger, who: [pinger] }
deny:
  - { actions: [shell.list], who: [everyone] }
  - { actions: ["*"], who: ["group:out"], effect: write }
  - { actions: ["package.*"], who: [everyone], inputs: { package: ["kernel*"] } }
  - { actions: ["package.*"], who: [everyone], effect: write, nodes: "-C frozen", reason: these are frozen }
  - { actions: ["service.*"], who: [developer], nodes: "-F environment=production" }
  - { actions: ["file.*"], who: [developer], nodes: "-F environment=production", inputs: { path: ["/etc/*"] } }
`;

/** What a node has besides. It comes last, so that lines are the same on both sides. */
export const SIGNERS = `signers:
  key: { effect: write, callers: ["person:*", "slack:*", "unix:*"], vouches: true }
`;

const node = (identity: string, facts: NodeProfile['facts'], ...classes: string[]): NodeProfile => ({
  identity,
  facts,
  classes: new Set(classes),
  agents: new Set(['rpcutil', 'package']),
});

export const NODES: Readonly<Record<string, NodeProfile>> = {
  web1: node('web1', { environment: 'staging' }, 'web'),
  web2: node('web2', { environment: 'production' }, 'web'),
  db1: node('db1', { environment: 'production' }, 'db'),
  ice1: node('ice1', { environment: 'staging' }, 'frozen'),
  bare: node('bare', {}),
};
