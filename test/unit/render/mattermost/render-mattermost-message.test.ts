import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card } from '../../../../src/core/card.ts';
import { NOTHING } from '../../../../src/render/layout-card.ts';
import { renderMattermostMessage } from '../../../../src/render/mattermost/render-mattermost-message.ts';
import { stripCode } from '../../../servers/mattermost/mentions.ts';
import { anyCard, HOSTILE_STRINGS } from '../any-card.ts';
import { showEverywhere } from '../everywhere.ts';
import { UNSAFE } from '../hostile-text.ts';
import { drawShown, MATTERMOST_TRAITS } from '../shown.ts';

/** Whatever Markdown or Mattermost could act on, outside of code. */
const MARKUP = /[@#~_*[\]<>|`\\$^{}&]|!\[|:\/\/|www\d*\.|:[\w+-]+:|[:;]-?[()DPpoOxX/\\|[\]@'3]|x-d/i;
/** Headings, lists, rulers, and code by indentation; our own lines start with none. */
const BLOCK_START = /^(?:[-+=*](?!\*)|\d+[.)](?: |$)|[ \t])/;

const RULER = /^\| (?:--- \| )*--- \|$/;

/** What is left of a line when our own markup is taken away: bold words, and the bars of table rows. */
function stripOwn(line: string): string {
  if (RULER.test(line)) return '';
  const cells = /^\| .*\|$/.test(line) ? line.replaceAll('|', ' ').trimStart() : line;
  return cells.replaceAll(/\*\*([^*]+)\*\*/g, '$1');
}

/** The lines that do not stand in a fence. */
function stripFences(message: string): string[] {
  let fence: string | undefined;
  return message.split('\n').filter((line) => {
    const opened = /^`{3,}$/.exec(line)?.[0];
    if (fence === undefined && opened !== undefined) fence = opened;
    else if (fence === undefined) return true;
    else if (line === fence) fence = undefined;
    return false;
  });
}

function assertInert(message: string): void {
  assert.doesNotMatch(message, UNSAFE);
  for (const line of stripCode(message).split('\n').map(stripOwn)) assert.doesNotMatch(line, MARKUP, message);
  for (const line of stripFences(message)) assert.doesNotMatch(line, BLOCK_START, message);
}

const write = (card: Card): string => renderMattermostMessage(card).message;

test('Mattermost takes the post whatever a card holds, and nothing in it takes effect', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const { message, attachments = [] } = renderMattermostMessage(card);
      assert.ok(message.trim().length > 0 && message.length <= 16_000, `${message.length}`);
      assertInert(message);
      const ids = attachments.flatMap(({ actions }) => actions.map(({ id }) => id));
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[A-Za-z0-9]+$/);
      assert.ok(JSON.stringify(attachments).length < 4000);
    }),
    { numRuns: 200 },
  );
});

test('a card of blank lines is no empty post, which Mattermost would refuse', () => {
  for (const lines of [[], [''], [' ', '']]) {
    for (const kind of ['prose', 'fixed'] as const) assert.equal(write({ body: [{ kind, lines }] }), NOTHING);
  }
});

test('hostile texts from nodes, users and policies take no effect', () => {
  for (const hostile of HOSTILE_STRINGS) {
    for (const card of showEverywhere(hostile).flatMap((shown) => drawShown(shown, MATTERMOST_TRAITS))) {
      assertInert(write(card));
    }
  }
});

test('harmless prose is written as it is', () => {
  const lines = [
    '3 FAILED: dpkg lock held (db2, db3, db9)',
    'Summary of Ensure: 1.6.7-1ubuntu1 = 112',
    'at 100 % · 8.4 s',
  ];
  assert.equal(write({ body: [{ kind: 'prose', lines }] }), lines.join('\n'));
});

test('what could take effect stands in code, and punctuation stays outside', () => {
  const line = 'ask @ops-leads, or see (roles.yaml:3): unknown action `staus` for my_package: "x_y"';
  assert.equal(
    write({ body: [{ kind: 'prose', lines: [line] }] }),
    'ask `@ops-leads`, or see (`roles.yaml:3`): unknown action `staus` for `my_package`: "`x_y`"',
  );
});

test('an indented line is not indented', () => {
  assert.equal(
    write({ body: [{ kind: 'prose', lines: ['    try the filter with `find`'] }] }),
    'try the filter with `find`',
  );
});

test('an outcome with an asterisk in it is not bold: the bold could end inside of its code', () => {
  assert.equal(write({ outcome: 'by a** [b](c) d', body: [] }), 'by `a** [b](c`) d');
  assert.equal(write({ outcome: 'CANCELLED by @raj', summary: '1 OK', body: [] }), '**CANCELLED by `@raj`** · 1 OK');
});

test('a fence is longer than any run of back-ticks inside, and holds what was said', () => {
  const lines = ['a ``` b', '````', '  @here'];
  assert.equal(write({ body: [{ kind: 'fixed', lines }] }), ['`````', ...lines, '`````'].join('\n'));
});

test('a table is Markdown, and aligned lines where a cell would not be safe in one', () => {
  const table = {
    kind: 'table',
    columns: ['Node', 'Ensure'],
    rows: [
      ['web_1', '1.6'],
      ['db', ''],
    ],
  } as const;
  assert.equal(write({ body: [table] }), '| Node | Ensure |\n| --- | --- |\n| `web_1` | `1.6` |\n| `db` |  |');
  const risky = { ...table, rows: [['a|b', '1']] };
  assert.equal(write({ body: [risky] }), '```\nNode   Ensure\na|b    1\n```');
});

test('a card that is too large is cut with a mark, and its fence is closed', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`);
  const message = write({ header: 'title', body: [{ kind: 'fixed', lines }] });
  assert.ok(message.length > 10_000 && message.length <= 16_000);
  assert.match(message, /\nline \d+\n```\n\n…$/);
});

test('what needs a question is no button', () => {
  const { attachments } = renderMattermostMessage({
    body: [],
    buttons: [
      { action: 'again', run: 'x', label: 'Run again', confirm: 'sure?' },
      { action: 'details', run: 'x', label: 'Details' },
    ],
  });
  assert.deepEqual(attachments, [{ actions: [{ id: 'details', name: 'Details', action: 'details', run: 'x' }] }]);
});
