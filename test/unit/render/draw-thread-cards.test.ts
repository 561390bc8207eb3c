import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Card } from '../../../src/core/card.ts';
import type { RunReport } from '../../../src/core/report.ts';
import { drawResultFile } from '../../../src/render/draw-result-file.ts';
import { drawThreadCards } from '../../../src/render/draw-thread-cards.ts';
import { renderMattermostMessage } from '../../../src/render/mattermost/render-mattermost-message.ts';
import { measureCard } from '../../../src/render/measure-card.ts';
import { renderCardText } from '../../../src/render/render-card-text.ts';
import { renderSlackMessage } from '../../../src/render/slack/render-slack-message.ts';
import { anyReport } from './any-report.ts';
import { failed, makeReport, makeSlide, ok, packageShape, withOptions, without } from './reports.ts';
import { MATTERMOST_TRAITS, SLACK_TRAITS } from './shown.ts';

const many = (count: number): RunReport =>
  makeReport({
    ...packageShape,
    results: Array.from({ length: count }, (_, i) => ok(`n${1000 + i}`, { package: 'p', ensure: String(i % 7) })),
  });

/** Where an order is asked for, equal answers stay apart. */
const sorted = (report: RunReport): RunReport => ({
  ...report,
  header: { ...report.header, ...withOptions({ sort: 'node' }) },
});

const kindsOf = (cards: readonly Card[]): string[][] => cards.map(({ body }) => body.map(({ kind }) => kind));
const textOf = (cards: readonly Card[]): string => cards.map(renderCardText).join('\n\n');

test('any report comes to five cards at most, each of which fits its chat uncut', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      for (const traits of [SLACK_TRAITS, MATTERMOST_TRAITS]) {
        const cards = drawThreadCards(report, traits);
        assert.ok(cards.length <= 5);
        for (const card of cards) assert.ok(measureCard(card) <= traits.maxCardLength);
        for (const card of cards)
          assert.ok(renderMattermostMessage(card).message.length <= MATTERMOST_TRAITS.maxCardLength);
        if (traits === SLACK_TRAITS) for (const card of cards) assertWhole(card);
      }
    }),
    { numRuns: 60 },
  );
});

/** A card that was cut as the last resort ends in a mark of its own. */
function assertWhole(card: Card): void {
  const last = renderSlackMessage(card).blocks.at(-1);
  assert.doesNotMatch(JSON.stringify(last), /"elements":\[\{"type":"text","text":"…"\}\]\}\]\}$/);
}

test('results are a table where it holds them all, and lines where it does not', () => {
  const [fits] = drawThreadCards(sorted(many(99)), SLACK_TRAITS);
  assert.equal(fits?.body[0]?.kind, 'table');
  assert.deepEqual(kindsOf(drawThreadCards(sorted(many(100)), SLACK_TRAITS))[0]?.[0], 'fixed');
  assert.equal(drawThreadCards(sorted(makeSlide()), MATTERMOST_TRAITS)[0]?.body[0]?.kind, 'table');
  assert.deepEqual(kindsOf(drawThreadCards(many(99), SLACK_TRAITS))[0]?.[0], 'fixed');
});

test('a table has a column for each output that any node sent', () => {
  const [card] = drawThreadCards(many(1), SLACK_TRAITS);
  const [part] = card?.body ?? [];
  assert.deepEqual(part, { kind: 'table', columns: ['Node', 'Package', 'Ensure'], rows: [['n1000', 'p', '0']] });
});

test('outputs of several lines, long ones and undescribed ones are no table', () => {
  for (const data of [{ out: 'a\nb' }, { out: 'x'.repeat(61) }, { out: 'a', more: 1 }]) {
    const report = makeReport({ results: [ok('a', data)], labels: { out: 'Output' } });
    assert.equal(drawThreadCards(report, SLACK_TRAITS)[0]?.body[0]?.kind, 'fixed', JSON.stringify(data));
  }
});

test('what is not listed is in the file, and where there are no files in what can be asked for', () => {
  assert.match(
    textOf(drawThreadCards(sorted(many(2000)), SLACK_TRAITS)),
    /^listed: 60 of 2,000, .*; -v lists more, all in 7f3a\.csv$/m,
  );
  const without = drawThreadCards(sorted(many(2000)), { ...SLACK_TRAITS, hasFiles: false });
  assert.match(textOf(without), /; -v lists more, --json and --csv hold all$/m);
});

test('the file named is the file drawn', () => {
  const report = makeReport({ ...packageShape, results: many(2000).results }, withOptions({ format: 'json' }));
  assert.match(textOf(drawThreadCards(report, SLACK_TRAITS)), /all in 7f3a\.json/);
  const { name, title, content } = drawResultFile(report, 'json');
  assert.deepEqual([name, title], ['7f3a.json', 'Results of run 7f3a']);
  assert.equal((JSON.parse(content) as { replies: unknown[] }).replies.length, 2000);
  assert.equal(drawResultFile(report, 'csv').content.split('\r\n').length, 2002);
});

test('a name that is no run makes a harmless file name', () => {
  const report = makeReport({ results: [] }, { run: '../..' });
  assert.equal(drawResultFile(report, 'csv').name, 'run.csv');
});

test('failures come first, who is missing last, and cut output says where all of it is', () => {
  const results = [
    failed('db2', 'dpkg lock held'),
    ok('web1', { output: 'line\n'.repeat(100) }),
    without('web2', 'silent'),
  ];
  const text = textOf(drawThreadCards(makeReport({ results, outcome: 'PARTIAL' }), SLACK_TRAITS));
  assert.ok(text.startsWith('1 FAILED: dpkg lock held\n    db2\n'), text);
  assert.match(text, /No response from: web2\n… marks what was cut: all in 7f3a\.csv$/);
});

test('who could not say whether they match is listed by reason, however many they are', () => {
  const undecided = [
    { node: 'db1', reason: 'the disk is broken' },
    { node: 'db2', reason: 'busy' },
    { node: 'db3', reason: 'busy' },
  ];
  const text = textOf(drawThreadCards(makeReport({ results: [ok('web1', {})], undecided }), SLACK_TRAITS));
  assert.match(text, /Could not say whether they match:\n +1: the disk is broken\n +db1\n +2: busy\n +db2 +db3/);
  const nobody = textOf(drawThreadCards(makeReport({ results: [], outcome: 'UNKNOWN', undecided }), SLACK_TRAITS));
  assert.match(nobody, /2: busy/);
  const fleet = Array.from({ length: 5000 }, (_, i) => ({ node: `n${i}`, reason: `reason ${i}` }));
  const cut = textOf(drawThreadCards(makeReport({ results: [], undecided: fleet }), SLACK_TRAITS));
  assert.match(cut, /and 49\d\d more reasons/);
});

test('where nobody was asked there are no cards', () => {
  assert.deepEqual(drawThreadCards(makeReport({ outcome: 'NO MATCH', results: [] }), SLACK_TRAITS), []);
});

test('what a node left out itself is not said to be in a file', () => {
  const data = { stdout: `${'line\n'.repeat(300)}[9 bytes are left out]\n` };
  const textFor = (truncated: boolean): string =>
    textOf(
      drawThreadCards(
        makeReport({ display: 'all', labels: { stdout: 'Output' }, results: [ok('web1', { ...data, truncated })] }),
        { ...SLACK_TRAITS, hasFiles: false },
      ),
    );
  assert.match(textFor(false), /marks what was cut: --json and --csv hold all$/m);
  assert.match(textFor(true), /marks what was cut: --json and --csv hold all that nodes sent$/m);
});

test("a program's own words are shown alone", () => {
  const shape = { display: 'all', line: '{text}', labels: { text: 'Text', next: 'Next', size: 'Size' } } as const;
  const report = makeReport({ ...shape, results: [ok('web1', { text: 'hello', next: 5, size: 5 })] });
  const [part] = drawThreadCards(report, SLACK_TRAITS)[0]?.body ?? [];
  assert.deepEqual(part, { kind: 'table', columns: ['Node', 'Text'], rows: [['web1', 'hello']] });
});
