import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRoot } from '../../../src/render/render-root.ts';
import { renderThread } from '../../../src/render/render-thread.ts';
import { failed, makeReport, makeSlide, ok, packageShape, withOptions } from './reports.ts';

const mixed = [ok('good', { package: 'p', ensure: '1' }), failed('bad', 'dpkg lock held')];

test("the slide's root tells the share, the summary and who is silent", () => {
  const root = renderRoot({ state: 'done', report: makeSlide() });
  for (const part of ['142 / 145', '1.6.7-1ubuntu1 = 112', 'purged = 30', 'No response from: atlas28, fai07, idp2']) {
    assert.ok(root.includes(part), part);
  }
});

test('names are right-aligned to the longest one', () => {
  const thread = renderThread(makeSlide());
  assert.match(thread, /^ {4}exfldb01n0: openafs-modules-dkms-purged\.$/m);
  assert.match(thread, /^it-cups-public: openafs-modules-dkms-1\.6\.7-1ubuntu1\.$/m);
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
    const thread = renderThread(report);
    assert.equal(thread.includes('good: p-1.'), isListed, display);
    assert.ok(thread.startsWith('1 FAILED: dpkg lock held\n    bad'), display);
  }
});

test('a node that differs is listed even when most are left out', () => {
  const results = Array.from({ length: 500 }, (_, i) =>
    ok(`n${i + 1000}`, { package: 'p', ensure: i === 400 ? 'odd' : '1' }),
  );
  const thread = renderThread(makeReport({ ...packageShape, results }));
  assert.match(thread, /n1400: p-odd/);
  assert.match(thread, /and 440 more: -v/);
});

test('verbose lists every node of the slide', () => {
  const report = makeSlide();
  const thread = renderThread({ ...report, header: { ...report.header, ...withOptions({ verbose: true }) } });
  assert.equal(thread.match(/openafs-modules-dkms-/g)?.length, 142);
});

test('identical results of many nodes are shown once, those of few one by one', () => {
  const results = Array.from({ length: 41 }, (_, i) => ok(`n${i + 10}`, { state: i < 21 ? 'running' : 'stopped' }));
  const thread = renderThread(makeReport({ results, labels: { state: 'State' } }));
  assert.equal(thread.match(/State: running/g)?.length, 1);
  assert.equal(thread.match(/State: stopped/g)?.length, 20);
  assert.match(thread, /^21 nodes: n10, n11/m);
});
