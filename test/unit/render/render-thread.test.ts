import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Options } from '../../../src/core/command.ts';
import { failed, makeReport, makeSlide, ok, packageShape, withOptions, without } from './reports.ts';
import { showRoot, showThread } from './shown.ts';

const mixed = [ok('good', { package: 'p', ensure: '1' }), failed('bad', 'dpkg lock held')];

test("the slide's root tells the share, the summary and who is silent", () => {
  const root = showRoot({ state: 'done', report: makeSlide() });
  for (const part of ['142 / 145', '1.6.7-1ubuntu1 = 112', 'purged = 30', 'No response from: atlas28, fai07, idp2']) {
    assert.ok(root.includes(part), part);
  }
});

test('names are right-aligned to the longest one', () => {
  const thread = showThread(makeSlide({ sort: 'node' }));
  assert.match(thread, /^ {4}exfldb01n0: openafs-modules-dkms-purged$/m);
  assert.match(thread, /^it-cups-public: openafs-modules-dkms-1\.6\.7-1ubuntu1$/m);
});

test('what was typed decides which results are listed, and failures always are', () => {
  for (const [display, isListed] of [
    ['ok', true],
    ['all', true],
    ['failed', false],
  ] as const) {
    const report = makeReport(
      { ...packageShape, results: mixed, display: isListed ? 'failed' : 'all' },
      withOptions({ display }),
    );
    const thread = showThread(report);
    assert.equal(thread.includes('good: p-1'), isListed, display);
    assert.ok(thread.startsWith('1 FAILED: dpkg lock held\n    bad'), display);
  }
});

test('a node that differs is listed even when most are left out', () => {
  const results = Array.from({ length: 500 }, (_, i) =>
    ok(`n${i + 1000}`, { package: 'p', ensure: i === 400 ? 'odd' : '1' }),
  );
  const thread = showThread(makeReport({ ...packageShape, results }, withOptions({ sort: 'node' })));
  assert.match(thread, /n1400: p-odd/);
  const end = 'listed: 60 of 500, each different answer at least once; -v lists more, --json and --csv hold all';
  assert.ok(thread.includes(`\n${end}\n`));
});

test('that each different answer is listed is said only where it is so', () => {
  const results = Array.from({ length: 500 }, (_, i) => ok(`n${i}`, { package: 'p', ensure: String(i) }));
  assert.match(showThread(makeReport({ ...packageShape, results })), /^listed: 60 of 500; -v lists more/m);
});

test('every node of the slide is listed, and of 250', () => {
  const slide = showThread(makeSlide({ sort: 'node' }));
  assert.equal(slide.match(/: openafs-modules-dkms-/g)?.length, 142);
  assert.doesNotMatch(slide, /listed:/);
  const results = Array.from({ length: 250 }, (_, i) =>
    ok(`node${i}.cms.example.org`, {
      package: 'openafs-modules-dkms',
      ensure: `1.6.7-1ubuntu1+deb${i}`,
      arch: 'amd64',
    }),
  );
  const thread = showThread(makeReport({ ...packageShape, results }));
  assert.equal(thread.match(/: openafs-modules-dkms-/g)?.length, 250);
  assert.doesNotMatch(thread, /listed:/);
});

test('of many answers equal ones are told once, with all who gave them, and the others one by one', () => {
  const slide = showThread(makeSlide());
  assert.match(slide, /^112 nodes: openafs-modules-dkms-1\.6\.7-1ubuntu1\n {4}\S/m);
  assert.match(slide, /^30 nodes: openafs-modules-dkms-purged\n {4}\S/m);
  for (const { node } of makeSlide().results) assert.ok(slide.includes(node), node);
  const answers = (count: number) => Array.from({ length: count }, (_, i) => ok(`n${i}`, { a: i === 3 ? 'x' : 'y' }));
  const show = (count: number, options: Partial<Options> = {}) =>
    showThread(makeReport({ line: '{a}', results: answers(count) }, withOptions(options)));
  assert.match(show(11), /^10 nodes: y\n {4}n0 .*\nn3: x\n\nequal answers are told once: -v lists/);
  for (const [count, text] of [
    [10, show(10)],
    [11, show(11, { sort: 'time' })],
    [11, show(11, { verbose: true })],
  ] as const) {
    assert.equal(text.match(/n\d+: [xy]$/gm)?.length, count);
    assert.doesNotMatch(text, /told once/);
  }
  const fleet = show(600);
  assert.match(fleet, /and 539 more\nn3: x\n\nequal .* node by node; --json and --csv hold all\n/);
});

test('answers that differ where they are cut are not told as equal', () => {
  const long = 'x'.repeat(310);
  const answers = Array.from({ length: 11 }, (_, i) => ok(`n${i}`, { a: `${long} ${i === 3 ? 'odd' : 'fine'}` }));
  const overdrawn = ok('n11', { a: `odd\r${long} fine` });
  const thread = showThread(makeReport({ line: '{a}', results: [...answers, overdrawn] }));
  assert.match(thread, /^10 nodes: x+/m);
  assert.match(thread, /^ *n3: x+/m);
  assert.match(thread, /^ *n11: x+/m);
});

test('a rest of fewer than ten lines is not hidden, one of ten is', () => {
  for (const view of ['ping', 'results'] as const) {
    const limit = view === 'ping' ? 250 : 1000;
    for (const [rest, isHidden] of [
      [1, false],
      [9, false],
      [10, true],
    ] as const) {
      const results = Array.from({ length: limit + rest }, (_, i) => ok(`n${i}`, { package: 'p' }));
      const verbose = view === 'results';
      const report = makeReport({ line: '{package}', results }, { view, ...withOptions({ verbose }) });
      assert.equal(/^listed: /m.test(showThread(report)), isHidden, `${view} ${rest}`);
    }
  }
});

test('a view that is full says how much of it is listed', () => {
  const results = Array.from({ length: 2000 }, (_, i) => ok(`${i}${'x'.repeat(60)}`, {}));
  const [listed = ''] = /^listed: .*$/m.exec(showThread(makeReport({ results }, { view: 'names' }))) ?? [];
  assert.match(listed, /^listed: \d{3} of 2,000; --json and --csv hold all$/);
});

test('where nobody was asked the thread is empty', () => {
  for (const outcome of ['NO MATCH', 'NOT SENT'] as const) {
    assert.equal(showThread(makeReport({ outcome, results: [], refusedAnswers: 3 })), '');
  }
});

test('only of a cancelled write is it said that it may still finish', () => {
  const results = [ok('a', {}), without('b', 'unknown')];
  for (const effect of ['read', 'write'] as const) {
    const root = showRoot({ state: 'done', report: makeReport({ outcome: 'CANCELLED', results }, { effect }) });
    assert.match(root, /1 OK · 1 NOT WAITED FOR of 2/);
    assert.equal(root.includes('may still finish'), effect === 'write');
  }
});

test('identical results are shown once, with the names of their nodes', () => {
  const results = Array.from({ length: 41 }, (_, i) => ok(`n${i + 10}`, { state: i < 21 ? 'running' : 'stopped' }));
  const thread = showThread(makeReport({ results, labels: { state: 'State' } }));
  assert.equal(thread.match(/State: running/g)?.length, 1);
  assert.equal(thread.match(/State: stopped/g)?.length, 1);
  assert.match(thread, /^21 nodes: n10, n11/m);
  const each = showThread(makeReport({ results, labels: { state: 'State' } }, withOptions({ verbose: true })));
  assert.equal(each.match(/State: stopped/g)?.length, 20);
});

for (const [sort, first] of [
  ['node', 'a'],
  ['time', 'c'],
  ['value', 'b'],
] as const) {
  test(`results sorted by ${sort} begin with the right one`, () => {
    const results = [ok('a', { v: 2 }, 30), ok('b', { v: 1 }, 20), ok('c', { v: 3 }, 10)];
    const thread = showThread(makeReport({ results, line: '{v}' }, withOptions({ sort })));
    assert.match(thread, new RegExp(`^${first}: `));
  });
}
