import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countRows, wrapLine } from '../../../../src/adapters/console/text-width.ts';

test('a line takes as many rows as a terminal needs for it', () => {
  assert.equal(countRows('', 10), 1);
  assert.equal(countRows('0123456789', 10), 1);
  assert.equal(countRows('0123456789a', 10), 2);
  assert.equal(countRows('界界界', 5), 2);
  assert.equal(countRows('a界界', 4), 2);
  assert.equal(countRows('e\u0301'.repeat(10), 10), 1);
});

test('colours take no room', () => {
  assert.equal(countRows('\u001b[1;33mPARTIAL\u001b[0m 12', 10), 1);
});

test('a line is wrapped behind blanks, and inside a word only where it is wider than the terminal', () => {
  assert.deepEqual(wrapLine('needs approval of leads', 16), ['needs approval ', 'of leads']);
  assert.deepEqual(wrapLine('    0123456789abcdef', 10), ['    012345', '6789abcdef']);
  assert.deepEqual(wrapLine('whole word', 5), ['whole', ' word']);
});

test('pieces of a wrapped line fit and add up to it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 2, max: 20 }), (line, columns) => {
      const pieces = wrapLine(line, columns);
      assert.equal(pieces.join(''), line);
      for (const piece of pieces) assert.equal(countRows(piece, columns), 1);
    }),
  );
});
