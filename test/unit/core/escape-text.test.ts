import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeLines, escapeText, writeJsonText } from '../../../src/core/escape-text.ts';
import { hostileText, UNSAFE } from '../render/hostile-text.ts';

test('controls, bidi, zero-width, tags and line separators become visible', () => {
  assert.equal(escapeText('\x1b[31m\x07\x7f\x9b'), '\\x1b[31m\\x07\\x7f\\x9b');
  assert.equal(escapeText('\u202e\u2066\u200b\ufeff\u2028\xad'), '\\u202e\\u2066\\u200b\\ufeff\\u2028\\xad');
  assert.equal(escapeText('a\n\r\tb'), 'a\\n\\r\\tb');
  assert.equal(escapeText('\u{e0041}'), '\\u{e0041}');
});

test('a lone surrogate becomes visible, a pair stays', () => {
  assert.equal(escapeText('\ud83d!\ude00'), '\\ud83d!\\ude00');
  assert.equal(escapeText('\u{1f600} é 漢 `x`'), '\u{1f600} é 漢 `x`');
});

test('text that is too long is cut with a mark, and never inside an escape', () => {
  assert.equal(escapeText('abcdef', 6), 'abcdef');
  assert.equal(escapeText('abcdefg', 6), 'abcde…');
  assert.equal(escapeText('abc\x1b', 6), 'abc…');
  assert.equal(escapeText('\u{1f600}\u{1f600}', 3), '\u{1f600}…');
});

test('no text of any kind leaves an unsafe character or grows over its limit', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
      assert.doesNotMatch(escapeText(text), /[\n]/);
      assert.doesNotMatch(escapeText(text), UNSAFE);
      assert.ok(escapeText(text, maxLength).length <= maxLength);
      const lines = escapeLines(text, 4, maxLength);
      assert.ok(lines.length <= 4);
      for (const line of lines) assert.doesNotMatch(line, UNSAFE);
    }),
  );
});

test('lines keep their breaks and tabs become spaces', () => {
  assert.deepEqual(escapeLines('a\r\n\tb\n\n', 5, 80), ['a', '    b']);
  assert.deepEqual(escapeLines('1\n2\n3\n4', 3, 80), ['1', '2', '…']);
});

test('JSON text keeps its value and holds no unsafe character', () => {
  fc.assert(
    fc.property(fc.dictionary(hostileText, hostileText, { maxKeys: 3 }), (value) => {
      const text = writeJsonText(value);
      assert.doesNotMatch(text, UNSAFE);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
});
