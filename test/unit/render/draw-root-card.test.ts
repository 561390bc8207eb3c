import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import type { RunReport } from '../../../src/core/report.ts';
import type { Awaited } from '../../../src/core/surface.ts';
import { readHeader } from '../../../src/render/describe-header.ts';
import { drawLateCard } from '../../../src/render/draw-late-card.ts';
import { drawRefusalCard } from '../../../src/render/draw-refusal-card.ts';
import { drawRootCard } from '../../../src/render/draw-root-card.ts';
import { drawTellCards } from '../../../src/render/draw-tell-cards.ts';
import { renderCardText } from '../../../src/render/render-card-text.ts';
import { failed, header, makeReport, ok, withOptions, without } from './reports.ts';
import { SLACK_TRAITS } from './shown.ts';

const asking = { hasButtons: true, hasConfirm: true };
const silent = { hasButtons: true, hasConfirm: false };

const mixed = [ok('a', {}), failed('b', 'no'), failed('c', 'no'), without('d', 'silent'), without('e', 'notSent')];
const report = (effect: 'read' | 'write', results = mixed): RunReport =>
  makeReport({ results, outcome: 'PARTIAL' }, { effect, command: 'package update x' });

const actionsOf = (of: RunReport, traits = asking): string[] =>
  (drawRootCard({ state: 'done', report: of }, traits).buttons ?? []).map(({ action }) => action);

test('a run that goes on can be cancelled', () => {
  for (const view of [
    { state: 'discovering', header, found: 1 },
    { state: 'running', header, answered: 1, targeted: 2, elapsedMs: 1 },
  ] as const) {
    assert.deepEqual(drawRootCard(view, silent).buttons, [{ action: 'cancel', run: header.run, label: 'Cancel' }]);
  }
});

test('a finished read offers what makes sense', () => {
  assert.deepEqual(actionsOf(report('read')), ['retryFailed', 'retrySilent', 'again', 'details']);
  assert.deepEqual(actionsOf(report('read', [ok('a', {})])), ['again', 'details']);
  assert.deepEqual(actionsOf(report('read', [])), ['again']);
  assert.deepEqual(actionsOf(report('read'), { hasButtons: false, hasConfirm: false }), []);
});

test('a write is repeated only after a question, and never for who did not answer', () => {
  assert.deepEqual(actionsOf(report('write')), ['retryFailed', 'again', 'details']);
  assert.deepEqual(actionsOf(report('write'), silent), ['details']);
});

test('the question names the command, and a number only where the list of nodes is frozen', () => {
  const { buttons = [] } = drawRootCard({ state: 'done', report: report('write') }, asking);
  assert.deepEqual(
    buttons.map(({ confirm }) => confirm),
    [
      'Run `package update x` (WRITE) again on 3 nodes that failed or were not sent to?',
      'Run `package update x` (WRITE) again, on every node that it matches now? 1 node did not answer and may still be at it.',
      undefined,
    ],
  );
});

test('a read asks nothing before it is repeated', () => {
  const { buttons = [] } = drawRootCard({ state: 'done', report: report('read') }, asking);
  for (const { confirm } of buttons) assert.equal(confirm, undefined);
});

test('why it is partial stands beside the numbers where all that were asked did well', () => {
  const undecided = [{ node: 'b', reason: 'busy' }];
  const partial = makeReport({ results: [ok('a', {})], outcome: 'PARTIAL', undecided });
  const text = renderCardText(drawRootCard({ state: 'done', report: partial }, silent));
  assert.match(text, /^PARTIAL · 1 OK · 1 COULD NOT SAY · /m);
  const preview = renderCardText(drawRootCard({ state: 'done', report: { ...partial, outcome: 'PREVIEW' } }, silent));
  assert.match(preview, /^PREVIEW · 1 node would be asked · 1 COULD NOT SAY · /m);
});

test('who answers a search well matches', () => {
  const undecided = [{ node: 'b', reason: 'busy' }];
  const found = makeReport({ results: [ok('a', {})], outcome: 'PARTIAL', undecided }, { view: 'names' });
  const text = renderCardText(drawRootCard({ state: 'done', report: found }, silent));
  assert.match(text, /^PARTIAL · 1 MATCH · 1 COULD NOT SAY · /m);
});

test('a dry run says in words that it was one, first of all', () => {
  const dry = { command: 'package update x --noop', ...withOptions({ noop: true }) };
  const show = (of: Partial<RunReport['header']>, given: Partial<RunReport> = {}) =>
    renderCardText(
      drawRootCard({ state: 'done', report: makeReport({ results: [ok('a', {})], ...given }, of) }, silent),
    );
  assert.match(show(dry), /^OK · DRY RUN, nothing was changed · 1 \/ 1 · /m);
  assert.match(show({ ...dry, effect: 'write' }), /^OK · DRY RUN · 1 \/ 1 · /m);
  const unsent = { outcome: 'NOT SENT', results: [without('a', 'notSent')] } as const;
  assert.doesNotMatch(show(dry, unsent), /DRY RUN/);
  const running = { state: 'running', header: { ...header, ...dry }, answered: 1, targeted: 2, elapsedMs: 1 } as const;
  assert.match(renderCardText(drawRootCard(running, silent)), / · DRY RUN$/m);
});

test('who cancelled it stands with the outcome', () => {
  const cancelled = { ...report('write'), outcome: 'CANCELLED', cancelledBy: 'person:raj' } as const;
  const text = renderCardText(drawRootCard({ state: 'done', report: cancelled }, silent));
  assert.match(text, /^CANCELLED by @raj · 1 OK · 2 FAILED · /m);
});

test('the fields of a header are read back, whatever the command holds', () => {
  assert.deepEqual(readHeader('@ana · find "a · b" · read · run 7f3a'), {
    caller: '@ana',
    command: 'find "a · b"',
    effect: 'read',
    run: 'run 7f3a',
  });
  for (const title of ['package: about it', '', 'a · b', 'a · b · c · d']) assert.equal(readHeader(title), undefined);
});

test('a refusal shows what was typed with carets below, and the advice beside them', () => {
  const error = new McoError('unknown/action', 'unknown action `staus` for package', {
    hint: 'did you mean `status`?\npackage status NAME',
    at: { text: 'package staus x', start: 8, end: 13 },
  });
  assert.deepEqual(drawRefusalCard({ outcome: 'NOT SENT', error, rules: ['a.yaml:1'] }), {
    outcome: 'NOT SENT',
    summary: 'unknown action `staus` for package (a.yaml:1)',
    body: [
      { kind: 'fixed', lines: ['package staus x', '        ^^^^^ did you mean `status`?'] },
      { kind: 'prose', lines: ['package status NAME'] },
    ],
  });
});

test('late answers are counted, failures first', () => {
  const { outcome, summary, body } = drawLateCard({ header, results: [ok('a', {}), ok('c', {}), failed('b', 'no')] });
  assert.equal(`${outcome} · ${summary}`, 'LATE · 3 answers after the end of run 7f3a: 2 OK, 1 FAILED');
  assert.deepEqual(body, [{ kind: 'prose', lines: ['FAILED: no (b)', 'OK: a, c'] }]);
});

test('what the bot tells keeps its columns, and a long answer says how much is missing', () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `line${i}  about it`);
  const cards = drawTellCards({ kind: 'tell', title: 'help', sections: [{ heading: 'All', lines }] }, SLACK_TRAITS);
  assert.equal(cards[0]?.header, 'help');
  assert.deepEqual(cards[0]?.body[0], { kind: 'prose', lines: ['All:'] });
  assert.equal(cards[0]?.body[1]?.kind, 'fixed');
  assert.ok(cards.length <= 4);
  assert.match(cards.map(renderCardText).join('\n'), /^and \d+ more lines$/m);
});

const awaited: Awaited = {
  nodes: ['web1', 'web2'],
  input: {},
  digest: '9c1e41d07af5',
  from: 'ops-leads',
  count: 1,
  approvedBy: [],
  expiresAt: 0,
  rules: [],
};
const waiting = (more: Partial<Awaited> = {}) =>
  ({
    state: 'awaiting',
    header: { ...header, effect: 'write', command: 'package update x' },
    awaited: { ...awaited, ...more },
  }) as const;

test('an approval is asked for with its command, its count and its list, or says its count itself', () => {
  const [approve, ...others] = drawRootCard(waiting(), asking).buttons ?? [];
  assert.equal(approve?.confirm, 'Approve `package update x` (WRITE) on 2 nodes, list 9c1e41?');
  assert.deepEqual(
    others.map(({ action, label, confirm }) => [action, label, confirm]),
    [
      ['reject', 'Reject', undefined],
      ['withdraw', 'Withdraw', undefined],
    ],
  );
  const [unasked] = drawRootCard(waiting({ nodes: ['web1'] }), silent).buttons ?? [];
  assert.deepEqual([unasked?.label, unasked?.confirm], ['Approve 1 node', undefined]);
});

test('what is approved as often as needed has no buttons any more', () => {
  const { outcome, buttons } = drawRootCard(waiting({ approvedBy: ['person:raj'] }), asking);
  assert.deepEqual([outcome, buttons], ['APPROVED by @raj', []]);
  const { outcome: half } = drawRootCard(waiting({ approvedBy: ['person:raj'], count: 2 }), asking);
  assert.equal(half, 'AWAITING APPROVAL');
});

test('where there are no buttons the root says what to type', () => {
  const card = drawRootCard(waiting(), { hasButtons: false, hasConfirm: false });
  assert.deepEqual(card.buttons, []);
  assert.match(renderCardText(card), /`approve 7f3a 9c1e41` .*`reject 7f3a` .*\n`withdraw 7f3a`/);
});

test('a preview can be repeated by a button without a question: it sends nothing', () => {
  const results = [without('a', 'notSent')];
  const preview = makeReport({ results, outcome: 'PREVIEW' }, { effect: 'write' });
  assert.deepEqual(actionsOf(preview, silent), ['again', 'details']);
});
