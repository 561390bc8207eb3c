import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundOutput } from '../../../agent/bound-output.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { ReplyData } from '../../../src/core/reply.ts';

const sizeOf = (data: ReplyData): number => Buffer.byteLength(JSON.stringify(data));

test('what fits is left as it is', () => {
  const data = { a: 'text', b: [1, true, null, { c: 'd' }] };
  assert.deepEqual(boundOutput(data), data);
});

test('long strings are cut until the whole fits, wherever they are', () => {
  const data = { lines: Array.from({ length: 20 }, (_, i) => `${i}${'ü'.repeat(100_000)}`), short: 'kept' };
  const bound = boundOutput(data, 100_000);
  assert.ok(sizeOf(bound) <= 100_000);
  assert.equal(bound.short, 'kept');
  assert.match(JSON.stringify(bound), /\[cut: 9\d+ more characters\]/);
});

test('a character is never cut in half', () => {
  const bound = boundOutput({ text: `a${'😀'.repeat(200_000)}` }, 700_000);
  assert.doesNotMatch(JSON.stringify(bound), /\\ud83d"|\\ud83d\[/);
});

test('nothing that JSON can not hold gets out', () => {
  const odd = { nan: Number.NaN, gone: undefined, big: 1n } as unknown as Record<string, JsonValue>;
  assert.throws(() => boundOutput(odd), { code: 'bug/bad-output' });
  assert.deepEqual(boundOutput({ nan: Number.NaN, gone: undefined } as unknown as ReplyData), { nan: 'NaN' });
});

test('deep nesting is replaced by a note', () => {
  let deep: JsonValue = 'bottom';
  for (let i = 0; i < 50; i++) deep = [deep];
  assert.match(JSON.stringify(boundOutput({ deep })), /nested too deeply/);
});

test('too many small values are an error', () => {
  const data = { list: Array.from({ length: 100_000 }, () => 'short text') };
  assert.throws(() => boundOutput(data, 100_000), { code: 'failed/too-large' });
});

test('any result fits or is refused', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<JsonValue>), (data) => {
      assert.ok(sizeOf(boundOutput(data, 1_000_000)) <= 1_000_000);
    }),
  );
});
