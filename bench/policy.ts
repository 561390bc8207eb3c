import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BotQuestion, decide } from '../src/policy/decide.ts';
import { decideOnNode } from '../src/policy/decide-on-node.ts';
import type { PolicyFile } from '../src/policy/policy.ts';
import { readBotPolicy, readNodePolicy } from '../src/policy/read-policy.ts';
import type { Bench, Row } from './bench.ts';
import { timeCalls } from './measure.ts';

const RULES = 1000;
const PEOPLE = 500;
const GROUPS = 50;

function readShipped(): PolicyFile[] {
  const names = readdirSync('policies').filter((name) => name.endsWith('.yaml'));
  return names.map((name) => ({ name, text: readFileSync(join('policies', name), 'utf8') }));
}

/** People in groups, a role for each two bindings, every tenth binding only in one channel, and a few denials. */
function makeLarge(): PolicyFile[] {
  const count = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
  const people = count(PEOPLE, (i) => `  p${i}: { slack: [T024BE7LD/U${1000 + i}] }`);
  const groups = count(GROUPS, (i) => {
    const members = count(PEOPLE / GROUPS, (j) => `p${i + j * GROUPS}`).join(', ');
    return `  g${i}: { members: [${members}] }`;
  });
  const roles = count(RULES / 2, (i) => {
    const effect = i % 3 === 0 ? 'write' : 'read';
    return `  r${i}:\n    allow:\n      - { actions: ["agent${i}.*", "package.action${i}"], effect: ${effect} }`;
  });
  const bindings = count(RULES / 2 - 20, (i) => {
    const places = i % 10 === 0 ? `, in: ["slack:T024BE7LD/C${i}"]` : '';
    return `  - { role: r${i}, who: ["group:g${i % GROUPS}"]${places} }`;
  });
  const deny = count(20, (i) => `  - { actions: ["agent${i}.restart"], who: ["p${i}"] }`);
  const sections = { people, groups, roles, bindings, deny };
  const text = Object.entries(sections).map(([name, lines]) => `${name}:\n${lines.join('\n')}\n`);
  return [{ name: 'large.yaml', text: text.join('') }];
}

/** The worst for one question: every rule is for the one who asks and about what is asked, and most differ. */
function makeHard(): PolicyFile[] {
  const lines = Array.from({ length: RULES }, (_, i) => {
    const conditions = [
      `nodes: "-C class${i}"`,
      `inputs: { package: ["openafs-*", "lib${i}*"] }, nodes: "-F rack=${i}"`,
      `nodes: "-F environment=staging", max_nodes: ${i + 1}`,
      `max_nodes: ${(i % 50) + 1}, approval: { from: leads, over_nodes: ${i % 20} }`,
    ];
    return `      - { actions: ["package.*"], effect: write, ${conditions[i % conditions.length]} }`;
  });
  const people = Array.from({ length: PEOPLE }, (_, i) => `  p${i}: { slack: [T024BE7LD/U${1000 + i}] }`);
  const text = `groups: { leads: { members: [p0] } }\nbindings: [{ role: r, who: [everyone] }]\nroles:\n  r:\n    allow:\n`;
  return [{ name: 'hard.yaml', text: `${text}${lines.join('\n')}\npeople:\n${people.join('\n')}\n` }];
}

const ask = (caller: string, agent: string, action: string): BotQuestion => ({
  caller,
  place: 'slack:T024BE7LD/C0INC42',
  agent,
  action,
  effect: 'read',
});

const HARD_QUESTION: BotQuestion = {
  ...ask('person:p9', 'package', 'update'),
  effect: 'write',
  input: { package: 'openafs-client' },
};

export const POLICY: Bench = {
  name: 'policy',
  about: `reading a policy and deciding by it: the shipped files, and ${RULES} rules for ${PEOPLE} people`,
  async run({ quick }) {
    const batches = quick ? 3 : 9;
    const rows: Row[] = [];
    const cases = [
      { label: 'policies/', files: readShipped(), question: ask('person:ana', 'package', 'status') },
      { label: `${RULES} rules, allowed`, files: makeLarge(), question: ask('person:p7', 'agent407', 'look') },
      { label: `${RULES} rules, denied`, files: makeLarge(), question: ask('person:p8', 'agent7', 'look') },
      { label: `${RULES} rules that all count`, files: makeHard(), question: HARD_QUESTION },
    ];
    for (const { label, files, question } of cases) {
      const read = await timeCalls({ calls: 1, batches: 3 }, () => void readBotPolicy(files));
      const policy = readBotPolicy(files);
      const { min, median, max } = await timeCalls({ calls: quick ? 200 : 2000, batches }, (calls) => {
        for (let i = 0; i < calls; i++) decide(policy, question);
      });
      const says = decide(policy, question).outcome;
      rows.push({
        policy: label,
        says,
        'min µs': min,
        'median µs': median,
        'max µs': max,
        'decisions/ms': 1000 / median,
        'read ms': read.median / 1000,
      });
    }
    const text = readFileSync(join('policies', 'node', 'node.yaml'), 'utf8');
    const read = await timeCalls({ calls: 1, batches: 3 }, () => void readNodePolicy(text, 'node.yaml'));
    const policy = readNodePolicy(text, 'node.yaml');
    const question = {
      ...ask('person:ana', 'package', 'status'),
      principal: 'mco-read',
      input: { package: 'libc6' },
      profile: { identity: 'web1', facts: {}, classes: new Set<string>(), agents: new Set<string>() },
      issuedAt: 0,
    };
    const { min, median, max } = await timeCalls({ calls: 2000, batches }, (calls) => {
      for (let i = 0; i < calls; i++) decideOnNode(policy, question);
    });
    const says = decideOnNode(policy, question).outcome;
    rows.push({
      policy: 'policies/node/node.yaml',
      says,
      'min µs': min,
      'median µs': median,
      'max µs': max,
      'decisions/ms': 1000 / median,
      'read ms': read.median / 1000,
    });
    return [{ title: 'policy: one decision', rows }];
  },
};
