import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { chatSchema, httpSchema } from '../../../src/main/chat-config.ts';
import { decide } from '../../../src/policy/decide.ts';
import { identify } from '../../../src/policy/identify.ts';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';

const configSchema = v.strictObject({ chat: v.optional(chatSchema), http: v.optional(httpSchema) });
const ERROR_CODE = /`((?:usage|unknown|denied|untrusted|unreachable|failed|bug)\/[a-z]+(?:-[a-z]+)*)`/g;

/** The blocks of a document that are YAML. */
const yamlIn = (markdown: string) => [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);

const isPolicy = (yaml: string) => /^(?:people|bindings|groups):/m.test(yaml);

/** Who is known by which account, and where a group's members may write: as the document has it. */
const EXAMPLES = {
  slack: {
    account: 'slack:T024BE7LD/U2147483697',
    groups: ['slack:T024BE7LD/S0614TZR7'],
    read: 'slack:T024BE7LD/C0OTHER',
    write: 'slack:T024BE7LD/C0INC42',
  },
  mattermost: {
    account: 'mattermost:chat.example.org/w7x1n8oa3bn9jcdkqhu5y4rtea',
    groups: [
      'mattermost:chat.example.org/team/8qn5wk3ctbyn7r1jxm9eusdp6a',
      'mattermost:chat.example.org/channel/d3hxy7p1wjnabmz6kq9uotce4r',
    ],
    read: 'mattermost:chat.example.org/another',
    write: 'mattermost:chat.example.org/f8ko5ruywpnbzq4t1jhm7cxe9s',
  },
} as const;

for (const [service, { account, groups, read, write }] of Object.entries(EXAMPLES)) {
  const path = `docs/${service}.md`;
  const blocks = yamlIn(readFileSync(path, 'utf8'));

  describe(path, () => {
    it('shows configurations that are valid', () => {
      const configs = blocks.filter((yaml) => !isPolicy(yaml));
      assert.ok(configs.length >= 2);
      for (const yaml of configs) assert.ok(v.safeParse(configSchema, parse(yaml)).success, yaml);
    });

    it('shows a policy that is valid and means what the text says', () => {
      const roles = { name: 'roles.yaml', text: readFileSync('policies/roles.yaml', 'utf8') };
      const shown = blocks.filter(isPolicy).map((text, index) => ({ name: `block-${index}.yaml`, text }));
      const policy = readBotPolicy([roles, ...shown]);
      assert.equal(identify(policy, account), 'person:ana');
      assert.deepEqual([...policy.chatGroups.values()].flat().sort(), [...groups].sort());
      const asks = { caller: 'person:ana', agent: 'package', action: 'update', effect: 'write' } as const;
      const memberships = { of: new Set<string>(groups), unresolved: [] };
      assert.equal(decide(policy, { ...asks, place: write, memberships }).outcome, 'allow');
      assert.equal(decide(policy, { ...asks, place: read, memberships }).outcome, 'deny');
      const reads = { ...asks, action: 'status', effect: 'read' } as const;
      assert.equal(decide(policy, { ...reads, place: read, memberships }).outcome, 'allow');
      assert.equal(decide(policy, { ...reads, place: 'console', memberships }).outcome, 'deny');
    });
  });
}

describe('the error codes in the documents', () => {
  const sources = ['src', 'agent', 'commands']
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(name, 'utf8'))
    .join('\n');

  for (const name of readdirSync('docs').filter((file) => file.endsWith('.md'))) {
    it(`are those of the programs in docs/${name}`, () => {
      const codes = [...readFileSync(join('docs', name), 'utf8').matchAll(ERROR_CODE)].map(([, code = '']) => code);
      assert.deepEqual(
        [...new Set(codes)].filter((code) => !sources.includes(code)),
        [],
      );
    });
  }
});
