import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createPolicyStore } from '../../../src/adapters/policy-files/create-policy-store.ts';
import type { McoError } from '../../../src/core/errors.ts';
import { readBotPolicy, readNodePolicy } from '../../../src/policy/read-policy.ts';
import { SIGNERS } from './both-sides-rules.ts';
import { BOT_FILES } from './malformed-bot-files.ts';
import { NODE_FILES } from './malformed-node-files.ts';
import { RULE_FILES } from './malformed-rules.ts';
import { messageOf } from './policy-fixtures.ts';

describe('a rule is refused', () => {
  for (const [title, text, message] of RULE_FILES) {
    it(title, () => {
      const said = messageOf(() => readBotPolicy([{ name: 'p.yaml', text }]));
      // Of what the language of commands says, only the beginning is of interest here.
      assert.equal(said.slice(0, 'usage/bad-file '.length + message.length), `usage/bad-file ${message}`);
      assert.equal(
        messageOf(() => readNodePolicy(text + SIGNERS, 'p.yaml')),
        said,
      );
    });
  }

  it('in at least forty ways', () => {
    assert.ok(RULE_FILES.length >= 40);
  });

  it('never for the filler round what is wrong', () => {
    const [, text = ''] = RULE_FILES.find(([title]) => title === 'an unknown condition') ?? [];
    const good = text.replace('max_node: 5', 'approval: { from: leads, count: 2, over_nodes: 0, expires: 1440m }');
    const role = good.replace(
      '        effect',
      '        inputs: { package: ["*"] }\n        max_nodes: 1000000\n        effect',
    );
    assert.deepEqual([...readBotPolicy([{ name: 'p.yaml', text: role }]).groups.keys()], ['leads']);
  });
});

describe('a group that must approve', () => {
  const text = (group: string) =>
    `groups: { leads: ${group} }\nroles: { r: { allow: [{ actions: ["*"], effect: write, approval: { from: leads, count: 3 } }] } }\n`;

  it('may be one that a chat service fills', () => {
    assert.ok(readBotPolicy([{ name: 'p.yaml', text: text('{ slack: [T024BE7LD/S0614TZR7] }') }]));
  });
});

describe('on reload', () => {
  const dir = mkdtempSync(join(tmpdir(), 'malformed-'));
  const file = join(dir, 'p.yaml');
  after(() => rmSync(dir, { recursive: true }));

  /** What is in force and what is told when a good file becomes a bad one. */
  function replace<T>(read: (file: { name: string; text: string }) => T, good: string, bad: string) {
    writeFileSync(file, good);
    const told: McoError[] = [];
    let look = (): void => undefined;
    const store = createPolicyStore({
      file,
      read,
      onReload: () => assert.fail('a malformed file was taken'),
      onError: (error) => void told.push(error),
      repeat: (again) => {
        look = again;
        return () => undefined;
      },
    });
    const before = store.current();
    writeFileSync(file, bad);
    look();
    look();
    return { isKept: store.current() === before, told };
  }

  const GOOD = 'deny:\n  - { actions: ["*"], who: [everyone] }\n';

  for (const [side, rows, read, good] of [
    ['bot', [...BOT_FILES, ...RULE_FILES], (one: { name: string; text: string }) => readBotPolicy([one]), GOOD],
    [
      'node',
      [...NODE_FILES, ...RULE_FILES.map(([title, text, message]) => [title, text + SIGNERS, message] as const)],
      ({ name, text }: { name: string; text: string }) => readNodePolicy(text, name),
      GOOD + SIGNERS,
    ],
  ] as const) {
    it(`each malformed file leaves the old policy of a ${side} in force, and is told with its line`, () => {
      for (const [title, text] of rows) {
        const { isKept, told } = replace<unknown>(read, good, text);
        assert.ok(isKept, title);
        assert.deepEqual(
          told.map(({ code }) => code),
          ['usage/bad-file'],
          title,
        );
        assert.match(told[0]?.message ?? '', /^p\.yaml:\d+: /, title);
      }
    });
  }
});
