import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card } from '../../../../src/core/card.ts';
import { renderSlackMessage } from '../../../../src/render/slack/render-slack-message.ts';
import { checkBlocks } from '../../../servers/slack/check-blocks.ts';
import { findBlockMentions, findTextMentions } from '../../../servers/slack/find-mentions.ts';
import { anyCard, HOSTILE_STRINGS } from '../any-card.ts';
import { showEverywhere } from '../everywhere.ts';
import { UNSAFE } from '../hostile-text.ts';
import { drawShown, SLACK_TRAITS } from '../shown.ts';

const LITERAL = new Set(['text', 'raw_text', 'plain_text']);

/** Every object with a text in it, and the lists that they stand in. */
function findTexts(value: unknown): { type: unknown; text: string }[] {
  if (Array.isArray(value)) return value.flatMap(findTexts);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const own = typeof text === 'string' ? [{ type, text }] : [];
  return [...own, ...Object.values(value).flatMap(findTexts)];
}

function assertInert(card: Card): void {
  const { text, blocks } = renderSlackMessage(card);
  for (const found of findTexts(blocks)) {
    assert.ok(LITERAL.has(String(found.type)), `${found.type} parses its text`);
    assert.doesNotMatch(found.text, UNSAFE);
  }
  assert.deepEqual(findBlockMentions(blocks), []);
  assert.deepEqual(findTextMentions(text), []);
  assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/);
  assert.doesNotMatch(text, UNSAFE);
}

test('Slack takes the message whatever a card holds, and nothing in it is parsed', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const { text, blocks } = renderSlackMessage(card);
      checkBlocks(blocks);
      assert.ok(text.trim().length > 0 && text.length <= 3900, `${text.length}`);
      assert.ok(blocks.length > 0);
      assertInert(card);
    }),
    { numRuns: 200 },
  );
});

test('hostile texts from nodes, users and policies stay texts', () => {
  for (const hostile of HOSTILE_STRINGS) {
    for (const card of showEverywhere(hostile).flatMap((shown) => drawShown(shown, SLACK_TRAITS))) {
      checkBlocks(renderSlackMessage(card).blocks);
      assertInert(card);
    }
  }
});

test('the fallback tells the outcome first and reads well aloud', () => {
  const header = '@ana · package status bash · read · run 7f3a';
  const summary = '142 OK · 3 NO RESPONSE of 145 · 8.4 s';
  const body = [
    { kind: 'fixed', lines: ['[ ========> ] 142 / 145'] },
    { kind: 'prose', lines: ['Summary of Ensure:   1.6.7 = 112   purged = 30'] },
  ] as const;
  assert.equal(
    renderSlackMessage({ header, outcome: 'PARTIAL', summary, body }).text,
    'PARTIAL: 142 OK, 3 no response of 145, 8.4 s. package status bash, asked by @ana, run 7f3a\n' +
      'Summary of Ensure: 1.6.7 = 112, purged = 30',
  );
});

test('a write says so in the fallback', () => {
  const header = '@ana · package update bash · WRITE · run 7f3b';
  const { text } = renderSlackMessage({ header, outcome: 'RUNNING', summary: '[ ==>       ] 3 / 9 · 6 s', body: [] });
  assert.equal(text, 'RUNNING: 3 of 9, 6 s. package update bash (WRITE), asked by @ana, run 7f3b');
});

test('a second table becomes a block of aligned lines, and empty cells hold a dash', () => {
  const table = { kind: 'table', columns: ['Node', 'Ensure'], rows: [['web1', '']] } as const;
  const { blocks } = renderSlackMessage({ body: [table, table] });
  assert.deepEqual(
    blocks.map(({ type }) => type),
    ['table', 'rich_text'],
  );
  assert.match(JSON.stringify(blocks[0]), /"–"/);
  assert.match(JSON.stringify(blocks[1]), /rich_text_preformatted.*Node {3}Ensure\\nweb1/);
});

test('a card that is too large is cut with a mark', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `<line> ${i}`);
  const { blocks } = renderSlackMessage({ body: [{ kind: 'fixed', lines }] });
  checkBlocks(blocks);
  const [first, last] = findTexts(blocks);
  assert.ok((first?.text.length ?? 0) > 5000);
  assert.equal(last?.text, '…');
});

test('buttons carry the action and the whole run, and a question is asked before the press', () => {
  const run = '01960a5e-7c00-7000-8000-000000007f3a';
  const { blocks } = renderSlackMessage({
    outcome: 'OK',
    body: [],
    buttons: [
      { action: 'cancel', run, label: 'Cancel' },
      { action: 'again', run, label: 'Run again', confirm: 'x'.repeat(400) },
    ],
  });
  const actions = blocks.find((block) => block.type === 'actions');
  const [cancel, again] = actions?.elements ?? [];
  assert.deepEqual([cancel?.action_id, cancel?.value, cancel?.style], ['mco:cancel', run, 'danger']);
  assert.deepEqual([again?.action_id, again?.confirm?.text.text.length], ['mco:again', 300]);
  assert.equal(cancel?.confirm, undefined);
});
