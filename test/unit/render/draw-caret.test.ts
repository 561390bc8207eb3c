import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawCaret } from '../../../src/render/draw-caret.ts';
import { hostileText, UNSAFE } from './hostile-text.ts';

test('carets stand under the wrong word', () => {
  assert.equal(drawCaret({ text: 'package staus x', start: 8, end: 13 }), 'package staus x\n        ^^^^^');
});

test('the end of the text gets one caret behind it', () => {
  assert.equal(drawCaret({ text: 'package', start: 7, end: 7 }), 'package\n       ^');
});

test('tabs, wide and combining characters keep the carets in place', () => {
  assert.equal(drawCaret({ text: '漢字\te\u0301 bad', start: 6, end: 9 }), `漢字\\te\u0301 bad\n${' '.repeat(8)}^^^`);
  assert.equal(drawCaret({ text: 'a 漢字', start: 2, end: 4 }), 'a 漢字\n  ^^^^');
});

test('a long text is cut round the wrong word', () => {
  const text = `${'a'.repeat(500)} bad ${'b'.repeat(500)}`;
  const [line = '', carets = ''] = drawCaret({ text, start: 501, end: 504 }).split('\n');
  assert.ok(line.length < 120, line);
  assert.equal(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), 'bad');
  assert.ok(line.startsWith('…') && line.endsWith('…'));
});

test('a plain text shows exactly the span above its carets', () => {
  const plain = fc.string({ minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(plain, fc.nat(50), fc.nat(50), (text, a, b) => {
      const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
      const [line = '', carets = ''] = drawCaret({ text, start, end }).split('\n');
      const under = line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);
      if (end > start && text.length - end <= 40) assert.equal(under, text.slice(start, end));
    }),
  );
});

test('any text and any span give two safe, bounded lines', () => {
  fc.assert(
    fc.property(hostileText, fc.integer(), fc.integer(), (text, start, end) => {
      const drawn = drawCaret({ text, start, end });
      assert.doesNotMatch(drawn, UNSAFE);
      assert.equal(drawn.split('\n').length, 2);
      assert.ok(drawn.length < 4000);
    }),
  );
});
