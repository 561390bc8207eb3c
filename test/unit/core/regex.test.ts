import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { compilePattern } from '../../../src/core/regex.ts';

const matches = (pattern: string, text: string, ignoreCase?: boolean) => compilePattern({ pattern, ignoreCase })(text);
const isBadPattern = (error: unknown) => error instanceof McoError && error.code === 'usage/bad-pattern';

describe('compilePattern', () => {
  it('finds a pattern anywhere', () => assert.ok(matches('b+', 'abbc')));
  it('obeys anchors', () => assert.ok(!matches('^b', 'ab')));
  it('tells cases apart', () => assert.ok(!matches('ab', 'AB')));
  it('ignores case when asked to', () => assert.ok(matches('ab', 'xAB', true)));
  it('can be used again and again', () => {
    const test = compilePattern({ pattern: 'a' });
    assert.deepEqual([test('a'), test('b'), test('a')], [true, false, true]);
  });
  it('takes the patterns people write', () => {
    assert.ok(matches('^(?:[a-z0-9-]{1,63}\\.)+example\\.com$', 'web1.example.com'));
    assert.ok(
      matches('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', '0123abcd-0123-0123-0123-0123456789ab'),
    );
  });

  for (const pattern of ['(', '[', '*', '(?=a)', '(?<=a)', '(a)\\1', 'a{1001}', '\\']) {
    it(`refuses \`${pattern}\``, () => assert.throws(() => compilePattern({ pattern }), isBadPattern));
  }
  for (const pattern of [
    'a{1000}'.repeat(70),
    '(?:a?){1000}'.repeat(40),
    `(?:${'x'.repeat(480)}){1000}`,
    '.{0,1000}'.repeat(50),
    '(?:(?:a?){40}){25}'.repeat(3),
    '(?:.?){960}[^!-~]',
    '(?:.?){130}',
    'a'.repeat(260),
  ]) {
    it(`refuses \`${pattern.slice(0, 20)}...\`, which would take long`, () =>
      assert.throws(() => compilePattern({ pattern }), isBadPattern));
  }
  it('refuses a pattern that is too long', () => {
    compilePattern({ pattern: `[${'a'.repeat(498)}]` });
    assert.throws(() => compilePattern({ pattern: `[${'a'.repeat(499)}]` }), isBadPattern);
  });
  it('is done with what makes a backtracking engine hang', () => {
    assert.ok(!matches('^(a*)*b$', 'a'.repeat(5000)));
    assert.ok(!matches('(x+x+)+y', 'x'.repeat(5000)));
  });
});
