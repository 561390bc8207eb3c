import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card, CardPart } from '../../../src/core/card.ts';
import { layoutCard, NOTHING } from '../../../src/render/layout-card.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { measureCard } from '../../../src/render/measure-card.ts';
import { fitPieces } from '../../../src/render/slack/fit-pieces.ts';
import { splitCard } from '../../../src/render/split-card.ts';
import { anyCard, cleanCard } from './any-card.ts';

const limits = { maxCardLength: 3000, maxTableRows: 20, maxTableColumns: 20 };

const table = (count: number): CardPart => ({
  kind: 'table',
  columns: ['Node', 'Ensure'],
  rows: Array.from({ length: count }, (_, i) => [`n${i}`, '1.6.7']),
});

/** Everything that a body says, without what splitting may change: gaps, and where a line is broken. */
const wordsOf = (cards: readonly Card[]): string =>
  cards
    .flatMap(({ body }) => body)
    .flatMap((part) => (part.kind === 'table' ? part.rows.flat() : part.lines))
    .join('')
    .replaceAll(' ', '');

test('a card that fits stays one', () => {
  const card: Card = { header: 'x', outcome: 'OK', body: [{ kind: 'prose', lines: ['a'] }], buttons: [] };
  assert.deepEqual(splitCard(card, limits), [card]);
});

test('each card fits and nothing is lost, in order; head and buttons stand on the first only', () => {
  fc.assert(
    fc.property(anyCard, ({ body, buttons }) => {
      const cards = splitCard({ outcome: 'OK', body, buttons }, limits);
      for (const one of cards) assert.ok(measureCard(one) <= limits.maxCardLength, `${measureCard(one)}`);
      if (body.every(({ kind }) => kind !== 'table')) assert.equal(wordsOf(cards), wordsOf([{ body }]));
      assert.deepEqual(cards[0]?.buttons, buttons);
      for (const more of cards.slice(1)) assert.deepEqual(Object.keys(more), ['body']);
    }),
    { numRuns: 80 },
  );
});

test('no platform draws more than was measured', () => {
  fc.assert(
    fc.property(anyCard.map(cleanCard), (card) => {
      const length = measureCard(card);
      const { message } = renderMattermostMessage(card);
      if (length < 16_000)
        assert.ok(message.length <= Math.max(length, NOTHING.length), `${message.length} > ${length}`);
      const pieces = layoutCard(card);
      assert.deepEqual(fitPieces(pieces, length + 100), fitPieces(pieces, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 100 },
  );
});

test('a table that is too long goes on in the next card, under its head again', () => {
  const cards = splitCard({ body: [table(50)] }, limits);
  assert.deepEqual(
    cards.map(({ body }) => body.map((part) => (part.kind === 'table' ? part.rows.length : part.kind))),
    [[20], [20], [10]],
  );
  assert.equal(wordsOf(cards), wordsOf([{ body: [table(50)] }]));
});

test('no card holds two tables', () => {
  const kinds = splitCard({ body: [table(2), table(2)] }, limits).map(({ body }) => body.map(({ kind }) => kind));
  assert.deepEqual(kinds, [['table'], ['table']]);
});

test('where a chat has no tables they become aligned lines', () => {
  const [card] = splitCard({ body: [table(1)] }, { ...limits, maxTableRows: 0 });
  assert.deepEqual(card?.body, [{ kind: 'fixed', lines: ['Node   Ensure', 'n0     1.6.7'] }]);
});

test('a heading goes with what stands below it', () => {
  const long = { kind: 'fixed', lines: Array.from({ length: 60 }, () => 'x'.repeat(30)) } as const;
  const body: CardPart[] = [long, { kind: 'prose', lines: ['No response from:'] }, long];
  const [first, second] = splitCard({ body }, limits);
  assert.deepEqual(first?.body, [long]);
  assert.deepEqual(second?.body, body.slice(1));
});
