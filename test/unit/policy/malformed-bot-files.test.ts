import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBotPolicy } from '../../../src/policy/read-policy.ts';
import { BOT_FILES, PEOPLE, ROLE } from './malformed-bot-files.ts';
import { messageOf } from './policy-fixtures.ts';

describe('readBotPolicy refuses', () => {
  for (const [title, text, message] of BOT_FILES) {
    it(title, () => {
      assert.equal(
        messageOf(() => readBotPolicy([{ name: 'p.yaml', text }])),
        `usage/bad-file ${message}`,
      );
    });
  }

  it('no files', () => {
    assert.match(
      messageOf(() => readBotPolicy([])),
      /^usage\/bad-file there is no policy file/,
    );
  });

  for (const [kind, text, line] of [
    ['person', 'people:\n  bob: {}\n  ana: {}\n', 3],
    ['group', 'groups:\n  ops: { members: [ana] }\n', 2],
    ['role', 'roles:\n\n  viewer: { allow: [{ actions: ["*"], effect: write }] }\n', 3],
  ] as const) {
    it(`the same ${kind} in two files`, () => {
      const files = [
        { name: 'a.yaml', text: `${PEOPLE.replace('  bob: {}\n', '')}${ROLE}` },
        { name: 'b.yaml', text },
      ];
      const message = messageOf(() => readBotPolicy(files));
      assert.match(
        message,
        new RegExp(`^usage/bad-file b\\.yaml:${line}: the ${kind} \`\\w+\` is already in a\\.yaml:\\d$`),
      );
    });
  }

  it('an account of two people in two files', () => {
    const files = [
      { name: 'a.yaml', text: PEOPLE },
      { name: 'b.yaml', text: 'people:\n  eve: { unix: [eve], console: [ana] }\n' },
    ];
    const message = messageOf(() => readBotPolicy(files));
    assert.equal(message, 'usage/bad-file b.yaml:2: `console:ana` belongs to `ana` already');
  });

  it('brackets nested so deeply that the parser gives up', () => {
    const message = messageOf(() => readBotPolicy([{ name: 'p.yaml', text: `deny: ${'['.repeat(100_000)}` }]));
    assert.match(message, /^usage\/bad-file p\.yaml:1: /);
  });

  it('a few aliases that would grow into a huge value', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 12; n++)
      lines.push(
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    assert.match(
      messageOf(() => readBotPolicy([{ name: 'p.yaml', text: lines.join('\n') }])),
      /^usage\/bad-file p\.yaml/,
    );
  });
});
