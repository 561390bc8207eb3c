import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { createFactsSource } from '../../../../src/adapters/facts/facts-source.ts';

const dir = mkdtempSync(join(tmpdir(), 'mco-facts-'));
after(() => rmSync(dir, { recursive: true }));
const path = (name: string): string => join(dir, name);
let now = 0;
let problems: string[] = [];

beforeEach(() => {
  problems = [];
});

function open(factFiles: string[], classesFile?: string) {
  const source = createFactsSource({
    factFiles: factFiles.map(path),
    classesFile: classesFile === undefined ? undefined : path(classesFile),
    onProblem: ({ message }) => problems.push(message),
    now: () => now,
  });
  return {
    /** Facts as they are a second later. */
    facts() {
      now += 1000;
      return source.facts();
    },
    classes() {
      now += 1000;
      return source.classes();
    },
    factsAtOnce: () => source.facts(),
  };
}

test('YAML values stay the text they are, JSON values their type', () => {
  writeFileSync(
    path('a.yaml'),
    'release: 14.10\nmode: 010\nyes: no\nnothing:\nos:\n  family: Debian\n  parts: [1, 2]\n',
  );
  writeFileSync(path('a.json'), '{"cpus": 8, "virtual": true}');
  assert.deepEqual(open(['a.yaml', 'a.json']).facts(), {
    release: '14.10',
    mode: '010',
    yes: 'no',
    nothing: '',
    os: { family: 'Debian', parts: ['1', '2'] },
    cpus: 8,
    virtual: true,
  });
  assert.deepEqual(problems, []);
});

test('a name that is there twice further down, or in other quotes, is a mistake too', () => {
  for (const text of ['os:\n  a: 1\n  a: 2\n', 'a: 1\n"a": 2\n', 'a: [{b: 1, b: 2}]\n']) {
    writeFileSync(path('twice.yaml'), text);
    problems = [];
    assert.deepEqual(open(['twice.yaml']).facts(), {});
    assert.match(problems.join(), /`[ab]` is there twice/);
  }
});

test('of a fact in several files the last counts', () => {
  writeFileSync(path('first.yaml'), 'a: 1\nb: 1\n');
  writeFileSync(path('second.yaml'), 'b: 2\n');
  assert.deepEqual(open(['first.yaml', 'second.yaml']).facts(), { a: '1', b: '2' });
});

test('a change is seen a second later, and not looked for before', () => {
  writeFileSync(path('c.yaml'), 'a: 1\n');
  const source = open(['c.yaml']);
  assert.deepEqual(source.facts(), { a: '1' });
  writeFileSync(path('c.yaml'), 'a: 22\n');
  assert.deepEqual(source.factsAtOnce(), { a: '1' });
  assert.deepEqual(source.facts(), { a: '22' });
});

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['is broken', 'a: [1\n', /can't be read/],
  ['repeats a name', 'a: 1\na: 2\n', /can't be read/],
  ['holds a list', '- a\n', /holds no facts/],
  ['is empty', '', /holds no facts/],
  ['is nested too deeply', `a: ${'['.repeat(30)}${']'.repeat(30)}\n`, /nested deeper/],
  [
    'grows without bound',
    `a: &a [x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((n, i) => `${n}: &${n} [${Array(6).fill(`*${'abcdefgh'[i]}`)}]`)
      .join('\n')}\n`,
    /can't be read/,
  ],
  ['is too large', `a: "${'x'.repeat(8 * 1024 * 1024)}"\n`, /over 8388608/],
];
for (const [what, text, problem] of broken) {
  test(`a file that ${what} leaves its last good facts in force, and that is told once`, () => {
    writeFileSync(path('d.yaml'), 'good: yes\n');
    const source = open(['d.yaml']);
    source.facts();
    writeFileSync(path('d.yaml'), text);
    assert.deepEqual(source.facts(), { good: 'yes' });
    assert.deepEqual(source.facts(), { good: 'yes' });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', problem);
    assert.match(problems[0] ?? '', /stays in force/);
    writeFileSync(path('d.yaml'), 'good: again\n');
    assert.deepEqual(source.facts(), { good: 'again' });
  });
}

test('a file that vanishes leaves its facts, and is read when it is back', () => {
  writeFileSync(path('e.yaml'), 'a: 1\n');
  const source = open(['e.yaml']);
  source.facts();
  rmSync(path('e.yaml'));
  assert.deepEqual(source.facts(), { a: '1' });
  assert.deepEqual(problems, [`${path('e.yaml')} does not exist; what it said before stays in force`]);
  writeFileSync(path('e.yaml'), 'a: 2\n');
  assert.deepEqual(source.facts(), { a: '2' });
});

test('a file that never was is told, and there are no facts', () => {
  assert.deepEqual(open(['never.yaml']).facts(), {});
  assert.equal(problems.length, 1);
});

test('a named pipe does not hang the reader', () => {
  execFileSync('mkfifo', [path('pipe.yaml')]);
  assert.deepEqual(open(['pipe.yaml']).facts(), {});
  assert.match(problems[0] ?? '', /is no file/);
});

test('facts named like properties of every object are plain facts', () => {
  writeFileSync(path('p.json'), '{"__proto__": {"polluted": 1}, "constructor": "x"}');
  const facts = open(['p.json']).facts();
  assert.deepEqual(Object.keys(facts), ['__proto__', 'constructor']);
  assert.equal((facts as { polluted?: unknown }).polluted, undefined);
});

test('classes are lines, and follow their file', () => {
  writeFileSync(path('classes.txt'), 'webserver\n\n role::db \r\n');
  const source = open([], 'classes.txt');
  assert.deepEqual([...source.classes()], ['webserver', 'role::db']);
  writeFileSync(path('classes.txt'), 'other\n');
  assert.deepEqual([...source.classes()], ['other']);
});
