import type { Person } from './chat-world.ts';

/**
 * What may be updated says how: `free-...` at once on up to three nodes, `held-...` and `brief-...` when a lead approves,
 * the latter within a minute, `pair-...` when two people do. Everybody reads. `raj` may look at audit and policy.
 */
const OPERATOR = `  operator:
    allow:
      - { actions: [package.update], effect: write, inputs: { package: ["free-*"] }, max_nodes: 3 }
      - { actions: [package.update], effect: write, inputs: { package: ["held-*"] }, approval: { from: leads } }
      - { actions: [package.update], effect: write, inputs: { package: ["brief-*"] }, approval: { from: leads, expires: 1m } }
      - { actions: [package.update], effect: write, inputs: { package: ["pair-*"] }, approval: { from: pair, count: 2 } }
`;

export const BOT_POLICY = {
  roles: `roles:
  viewer:
    allow:
      - { actions: ["*"], effect: read }
${OPERATOR}  auditor:
    allow:
      - { actions: [mcobot.audit, mcobot.policy], effect: read }
`,
  bindings: (places: readonly string[]): string => `bindings:
  - { role: viewer, who: ["group:staff"] }
  - { role: operator, who: [ana, raj], in: [console, ${places.map((place) => `"${place}"`).join(', ')}] }
  - { role: auditor, who: [raj] }
`,
};

/** Which callers the nodes believe, and what these may do: the same. */
export const NODE_POLICY = `signers:
  mco-read: { effect: read }
  mco-write: { effect: write, callers: ["person:*"], vouches: true }
  ana: { effect: write, callers: ["person:ana"] }
groups:
  leads: { members: ["person:raj"] }
  pair: { members: ["person:raj", "person:bob"] }
roles:
  reader:
    allow:
      - { actions: ["*"], effect: read }
${OPERATOR}bindings:
  - { role: reader, who: [everyone] }
  - { role: operator, who: ["person:ana", "person:raj"] }
`;

/** @param account as records name it: `slack:T.../U...` */
export function writePeople(
  people: readonly Person[],
  account: (service: 'slack' | 'mattermost', person: Person) => string,
): string {
  const idOf = (service: 'slack' | 'mattermost', person: Person) => account(service, person).slice(service.length + 1);
  const lines = people.map(
    (name) =>
      `  ${name}: { console: [${name}], slack: ["${idOf('slack', name)}"], mattermost: ["${idOf('mattermost', name)}"] }`,
  );
  return [
    'people:',
    ...lines,
    'groups:',
    `  staff: { members: [${people.join(', ')}] }`,
    '  leads: { members: [raj] }',
    '  pair: { members: [raj, bob] }',
    '',
  ].join('\n');
}
