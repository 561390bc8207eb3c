import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCardText } from '../../../src/render/render-card-text.ts';

test('a bar stands behind its word, everything else behind a dot', () => {
  assert.equal(
    renderCardText({ outcome: 'RUNNING', summary: '[ =>       ] 2 / 9', body: [] }),
    'RUNNING [ =>       ] 2 / 9',
  );
  assert.equal(renderCardText({ outcome: 'OK', summary: '9 / 9', body: [] }), 'OK · 9 / 9');
});

test('a table is aligned columns, set apart from what stands round it', () => {
  const text = renderCardText({
    header: 'title',
    body: [
      { kind: 'prose', lines: ['before'] },
      {
        kind: 'table',
        columns: ['Node', 'Ensure'],
        rows: [
          ['web1', '1'],
          ['漢字-primary', ''],
        ],
      },
      { kind: 'prose', lines: ['behind'] },
    ],
  });
  assert.equal(text, 'title\nbefore\n\nNode           Ensure\nweb1           1\n漢字-primary\n\nbehind');
});
