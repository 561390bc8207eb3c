import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { createRandom, pick } from '../../src/adapters/simulation/seeded-random.ts';
import { compareVersions } from '../../src/core/version-order.ts';

const PAIRS = 4000;
const skipWithout = (program: string): string | false =>
  process.env.CI !== 'true' && !existsSync(`/usr/bin/${program}`) ? `${program} is not installed` : false;

/** Versions that look like some, and often differ only a little. */
function makePairs(seed: string, pieces: readonly [string, ...string[]]): [string, string][] {
  const random = createRandom(seed);
  const make = (length: number): string => Array.from({ length }, () => pick(random, pieces)).join('');
  return Array.from({ length: PAIRS }, () => {
    const start = make(Math.floor(random() * 4));
    const [a, b] = [make(Math.floor(random() * 4)), make(Math.floor(random() * 4))];
    // dpkg refuses a revision that is empty.
    return [`1${start}${a}`.replace(/-$/, '-1'), `1${start}${b}`.replace(/-$/, '-1')];
  });
}

/** Evaluates expressions of rpm's Lua, all in one go. */
const askRpm = (expressions: readonly string[]): string[] =>
  execFileSync('rpm', ['--eval', `%{lua:print(table.concat({${expressions.join(',')}}, ' '))}`], { encoding: 'utf8' })
    .trim()
    .split(' ');

const describeMistake = (order: 'deb' | 'rpm', [a, b]: [string, string], said: number): string[] =>
  Math.sign(compareVersions(order, a, b)) === said ? [] : [`${a} ${b}: ${said}`];

test('thousands of versions are in the order that dpkg says', { skip: skipWithout('dpkg') }, () => {
  const pairs = makePairs('deb', [
    '0',
    '1',
    '10',
    '9',
    '.',
    '.',
    '+',
    '~',
    '-',
    'a',
    'b',
    'A',
    'rc',
    '+b',
    '~~',
    'deb7u',
  ]);
  // One shell that asks dpkg about all of them; none of the versions holds a sign that means something to it.
  const script = pairs.map(
    ([a, b]) =>
      `dpkg --compare-versions '${a}' lt '${b}' && echo -1 || { dpkg --compare-versions '${a}' eq '${b}' && echo 0 || echo 1; }`,
  );
  const input = script.slice(0, 1500).join('\n');
  const said = execFileSync('sh', [], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
    .trim()
    .split('\n');
  assert.equal(said.length, 1500);
  const mistakes = said.flatMap((word, i) => describeMistake('deb', pairs[i] ?? ['', ''], Number(word)));
  assert.deepEqual(mistakes, []);
});

test('thousands of versions are in the order that rpm says', { skip: skipWithout('rpm') }, () => {
  const pairs = makePairs('rpm', [
    '0',
    '1',
    '10',
    '9',
    '.',
    '.',
    '+',
    '~',
    '^',
    '_',
    'a',
    'b',
    'A',
    'rc',
    'git',
    '^^',
    '~~',
  ]);
  const said: string[] = [];
  for (let from = 0; from < pairs.length; from += 1000) {
    said.push(...askRpm(pairs.slice(from, from + 1000).map(([a, b]) => `rpm.vercmp('${a}','${b}')`)));
  }
  assert.equal(said.length, PAIRS);
  const mistakes = said.flatMap((word, i) => describeMistake('rpm', pairs[i] ?? ['', ''], Number(word)));
  assert.deepEqual(mistakes, []);
});

test('epochs and releases are in the order that rpm says', { skip: skipWithout('rpm') }, () => {
  const versions = ['1.0-1', '1.0-2', '1:0.9-1', '0:1.0-1', '2:0.1-9', '1.0-10', '1.1-1', '1:0.9-2'];
  const pairs = versions.flatMap((a) => versions.map((b): [string, string] => [a, b]));
  const calls = pairs.map(
    ([a, b]) => `rpm.ver('${a}') < rpm.ver('${b}') and -1 or (rpm.ver('${a}') == rpm.ver('${b}') and 0 or 1)`,
  );
  const said = askRpm(calls);
  assert.equal(said.length, pairs.length);
  assert.deepEqual(
    said.flatMap((word, i) => describeMistake('rpm', pairs[i] ?? ['', ''], Number(word))),
    [],
  );
});
