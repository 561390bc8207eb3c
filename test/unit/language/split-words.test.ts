import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { quoteWord } from '../../../src/language/quote-word.ts';
import { splitWords } from '../../../src/language/split-words.ts';
import { assertUsageError } from './usage-error.ts';

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['  ', []],
  ['a b\tc\nd', ['a', 'b', 'c', 'd']],
  ['"a b" c', ['a b', 'c']],
  ["'a b' c", ['a b', 'c']],
  ['a"b c"\'d e\'f', ['ab cd ef']],
  ['""', ['']],
  ["'' a", ['', 'a']],
  ['a\\ b', ['a b']],
  ['\\"a', ['"a']],
  ['"a\\"b"', ['a"b']],
  ['"a\\\\b"', ['a\\b']],
  ['"a\\b\\/c"', ['a\\b\\/c']],
  ["'a\\b'", ['a\\b']],
  ['"it\'s"', ["it's"]],
  ['$HOME `id` $(id) *.* ~ {a,b}', ['$HOME', '`id`', '$(id)', '*.*', '~', '{a,b}']],
  ['a;b|c&d>e #f', ['a;b|c&d>e', '#f']],
];

describe('splitWords', () => {
  for (const [text, words] of CASES) {
    it(`splits \`${JSON.stringify(text)}\``, () =>
      assert.deepEqual(
        splitWords(text).map((word) => word.text),
        words,
      ));
  }

  it('keeps where each word and each of its characters was typed', () => {
    const [, word] = splitWords('a x"b c"\\d');
    assert.deepEqual(word && { text: word.text, start: word.start, end: word.end }, {
      text: 'xb cd',
      start: 2,
      end: 10,
    });
    assert.deepEqual(word?.offsets, [2, 4, 5, 6, 9]);
  });

  // Some graphemes are line breaks, or joined by what can't be seen: both are refused, see below.
  const refused = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  const typeable = fc.string({ unit: 'grapheme' }).filter((text) => !refused.test(text));

  it('reads back any word that was quoted', () => {
    fc.assert(
      fc.property(typeable, (text) => {
        const quoted = quoteWord(text);
        assert.deepEqual(
          splitWords(`x ${quoted} y`).map((word) => word.text),
          ['x', text, 'y'],
        );
      }),
    );
  });

  it('marks an unclosed quote', () => assertUsageError('ping "a b', 'unclosed-quote', { marked: '"a b' }));
  it('marks the quote inside a word', () => assertUsageError("ping a'b", 'unclosed-quote', { marked: "'b" }));
  it('refuses a backslash at the end', () => assertUsageError('ping \\', 'trailing-backslash', { marked: '\\' }));
  it('refuses a backslash at the end of an open quote', () => assertUsageError('ping "\\', 'unclosed-quote'));

  for (const char of [
    '\u0000',
    '\u0007',
    '\u001b',
    '\u007f',
    '\u009b',
    '\u202e',
    '\u200b',
    '\u2028',
    '\u3164',
    '\u034f',
    '\ufe0f',
    '\ud800',
  ]) {
    it(`refuses U+${char.charCodeAt(0).toString(16)} and does not repeat it`, () => {
      assert.throws(
        () => splitWords(`ping a${char}b`),
        (error) => {
          assert.ok(error instanceof McoError);
          assert.equal(error.code, 'usage/control-character');
          assert.ok(!`${error.message}${error.hint}${error.at?.text}`.includes(char));
          assert.equal(error.at?.start, 6);
          return true;
        },
      );
    });
  }

  it('refuses a line break inside quotes', () => assertUsageError('rpc x y "a\nb"', 'control-character'));
  it('refuses an escaped line break', () => assertUsageError('rpc x \\\ny', 'control-character'));
});
