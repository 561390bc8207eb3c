import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { readCheckedYaml } from '../../../src/core/checked-yaml.ts';
import { McoError } from '../../../src/core/errors.ts';

const schema = v.record(v.string(), v.unknown());

function messageOf(text: string): string {
  try {
    return JSON.stringify(readCheckedYaml(schema, text, 'f.yaml').value);
  } catch (error) {
    if (!(error instanceof McoError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

for (const [title, text, message] of [
  ['an alias in the place of a key', 'deny: [x]\n*k : []\n', 'f.yaml:2: an alias (`*`) is not allowed'],
  [
    'the anchor that an alias needs',
    'a:\n  &k deny: 1\ndeny: [x]\n*k : []\n',
    'f.yaml:2: an anchor (`&`) is not allowed',
  ],
  ['an anchor above a map', 'a: 1\nb: &x\n  c: 1\n', 'f.yaml:2: an anchor (`&`) is not allowed'],
  ['a tagged key', 'deny: [x]\n!!str who : []\n', 'f.yaml:2: a tag (`!`) is not allowed'],
  ['an unknown tag', 'a: !foo 1\n', 'f.yaml:1: a tag (`!`) is not allowed'],
  ['an empty tag', 'a: 1\nb: ! 1\n', 'f.yaml:2: a tag (`!`) is not allowed'],
] as const) {
  test(`${title} is refused with its line`, () => assert.equal(messageOf(text), `usage/bad-file ${message}`));
}

for (const [title, text, line] of [
  ['at the top', 'a: 1\nb: 2\na: 3\n', 3],
  ['far down, in a map in a list', 'a:\n  - b: 1\n    c: 2\n    b: 3\n', 4],
  ['in braces', 'a: { b: 1, b: 2 }\n', 1],
  ['once as a number and once as text', 'a:\n  1: x\n  "1": y\n', 3],
  ['once as nothing and once as empty text', 'a:\n  ~: x\n  "": y\n', 3],
  ['at the end of a very long map', `${Array.from({ length: 5000 }, (_, i) => `p${i}: 1\n`).join('')}p0: 2\n`, 5001],
] as const) {
  test(`a key that is given twice is refused with its line: ${title}`, () =>
    assert.equal(messageOf(text), `usage/bad-file f.yaml:${line}: a key is given twice`));
}

test('the line of each entry is known, also of those in lists, and of what is missing that of what is around it', () => {
  const { lineOf } = readCheckedYaml(schema, 'a:\n  - x\n  - b: 1\n    c:\n      d\n1: y\n', 'f.yaml');
  const lines = [['a'], ['a', 0], ['a', 1, 'c'], ['a', 1, 'e'], ['a', 7, 'x'], ['1'], [1], ['z']].map(lineOf);
  assert.deepEqual(lines, [1, 2, 4, 3, 1, 6, 6, 1]);
});

test('text in quotes may begin with any sign', () => {
  assert.equal(messageOf('a: ["*", "&x", "!y", x*y]\n'), '{"a":["*","&x","!y","x*y"]}');
});

for (const [title, text, line] of [
  ['brackets that never close', `a: 1\nb: ${'['.repeat(50_000)}`, 2],
  ['brackets that close', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 1],
  ['maps in maps', `a: 1\n${'{a: '.repeat(50_000)}`, 2],
  ['lists in lists', `${'- '.repeat(50_000)}x`, 1],
  ['keys in keys', `${'? '.repeat(50_000)}x`, 1],
  ['indented maps', Array.from({ length: 2000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 258],
] as const) {
  test(`${title} are refused before they can end the process`, () => {
    assert.equal(messageOf(text), `usage/bad-file f.yaml:${line}: it is nested too deeply`);
  });
}

test('brackets in text and in comments are not counted', () => {
  const text = Array.from({ length: 100 }, (_, n) => `a${n}: "[[" # {{`).join('\n');
  assert.match(messageOf(text), /^\{"a0":"\[\["/);
});
