import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { describeIssue } from '../../../src/core/describe-issue.ts';

const CASES: readonly (readonly [v.GenericSchema, unknown, string])[] = [
  [v.string(), 4, 'text is expected'],
  [v.pipe(v.string(), v.minLength(1)), '', 'is empty'],
  [v.pipe(v.string(), v.minLength(3)), 'a', 'is shorter than 3 characters'],
  [v.pipe(v.string(), v.maxLength(1)), 'aa', 'is longer than 1 characters'],
  [v.pipe(v.string(), v.regex(/a/)), 'b', 'is not what is expected here'],
  [v.number(), 'x', 'a number is expected'],
  [v.pipe(v.number(), v.safeInteger()), 0.5, 'a whole number is expected'],
  [v.pipe(v.number(), v.minValue(8)), 3, 'must be at least 8'],
  [v.pipe(v.number(), v.maxValue(8)), 9, 'must be at most 8'],
  [v.boolean(), 'yes', '`true` or `false` is expected'],
  [v.picklist(['udp', 'tcp']), 'tls', 'must be one of `udp`, `tcp`'],
  [v.array(v.string()), 'x', 'a list is expected'],
  [v.pipe(v.array(v.string()), v.minLength(1)), [], 'the list is empty: at least one is expected'],
  [v.pipe(v.array(v.string()), v.maxLength(1)), ['a', 'b'], 'at most 1 are allowed'],
  [v.strictObject({}), 'x', 'a section with keys is expected'],
  [v.pipe(v.number(), v.minValue(1, 'must be 1 to 1440')), 0, 'must be 1 to 1440'],
];

for (const [schema, value, text] of CASES) {
  test(`${JSON.stringify(value)}: ${text}`, () => {
    const { issues } = v.safeParse(schema, value);
    assert.equal(describeIssue(issues?.[0] ?? assert.fail()), text);
  });
}
