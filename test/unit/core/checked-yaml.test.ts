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
