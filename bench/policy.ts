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

const ask = (caller: string, agent: string, action: string): BotQuestion => ({
  caller,
  place: 'slack:T024BE7LD/C0INC42',
  agent,
  action,
  effect: 'read',
});

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
    ];
    for (const { label, files, question } of cases) {
      const read = await timeCalls({ calls: 1, batches: 3 }, () => void readBotPolicy(files));
      const policy = readBotPolicy(files);
      const { min, median, max } = await timeCalls({ calls: 2000, batches }, (calls) => {
        for (let i = 0; i < calls; i++) decide(policy, question);
      });
      const says = decide(policy, question).outcome;
      rows.push({
        policy: label,
        says,
        'min µs': min,
        'median µs': median,
        'max µs': max,
        'read ms': read.median / 1000,
      });
    }
    const text = readFileSync(join('policies', 'node', 'node.yaml'), 'utf8');
    const read = await timeCalls({ calls: 1, batches: 3 }, () => void readNodePolicy(text, 'node.yaml'));
    const policy = readNodePolicy(text, 'node.yaml');
    const question = { ...ask('person:ana', 'package', 'status'), principal: 'mco-read' };
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
      'read ms': read.median / 1000,
    });
    return [{ title: 'policy: one decision', rows }];
  },
};
