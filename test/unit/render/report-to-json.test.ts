import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McoError } from '../../../src/core/errors.ts';
import { awaitingToJson } from '../../../src/render/draw-order-file.ts';
import { refusalToJson, reportToJson } from '../../../src/render/report-to-json.ts';
import { failed, header, makeReport, makeSlide, ok, without } from './reports.ts';

test('a dry run and who could not say are told', () => {
  assert.equal(reportToJson(makeSlide()).dryRun, false);
  assert.equal(reportToJson(makeSlide({ noop: true })).dryRun, true);
  const undecided = [{ node: 'b', reason: 'busy' }];
  assert.equal(reportToJson(makeReport({ results: [ok('a', {})], undecided })).counts.undecided, 1);
});

test('the slide as JSON has its counts, its summary and its silent nodes', () => {
  const json = reportToJson(makeSlide());
  assert.equal(json.outcome, 'PARTIAL');
  assert.deepEqual(json.counts, {
    targeted: 145,
    ok: 142,
    failed: 0,
    denied: 0,
    expired: 0,
    silent: 3,
    notSent: 0,
    unknown: 0,
  });
  assert.deepEqual(json.aggregates[0]?.values, [
    { value: '1.6.7-1ubuntu1', count: 112 },
    { value: 'purged', count: 30 },
  ]);
  assert.equal(json.replies.length, 142);
  assert.deepEqual(json.silent, ['atlas28', 'fai07', 'idp2']);
});

test('every node stands in exactly one list', () => {
  const results = [
    ok('a', { x: 1 }),
    failed('b', 'no'),
    ...(['denied', 'expired', 'silent', 'notSent', 'unknown'] as const).map((outcome) =>
      without(outcome.toLowerCase(), outcome),
    ),
  ];
  const json = reportToJson(makeReport({ results, outcome: 'PARTIAL' }));
  const names = [...json.replies.map(({ node }) => node), ...json.silent, ...json.notSent, ...json.unknown];
  assert.deepEqual(names.sort(), ['a', 'b', 'denied', 'expired', 'notsent', 'silent', 'unknown']);
  assert.deepEqual(json.replies[1], {
    node: 'b',
    outcome: 'failed',
    status: 'aborted',
    statusCode: 1,
    message: 'no',
    data: {},
    elapsedMs: 20,
  });
});

test("a refusal keeps its code, hint and span, and a bug's own words stay inside", () => {
  const at = { text: 'a b', start: 2, end: 3 };
  const refusal = {
    outcome: 'NOT SENT',
    error: new McoError('usage/x', 'wrong', { hint: 'do', at }),
    rules: [],
  } as const;
  assert.deepEqual(refusalToJson(refusal), {
    run: null,
    outcome: 'NOT SENT',
    command: null,
    caller: null,
    agent: null,
    action: null,
    dryRun: null,
    counts: { targeted: 0, ok: 0, failed: 0, denied: 0, expired: 0, silent: 0, notSent: 0, unknown: 0 },
    aggregates: [],
    replies: [],
    silent: [],
    notSent: [],
    unknown: [],
    unexpected: [],
    refusedAnswers: 0,
    startedAt: null,
    elapsedMs: 0,
    problem: { code: 'usage/x', message: 'wrong', hint: 'do', at },
    rules: [],
  });
  const bug = { ...refusal, error: new McoError('bug/unexpected', 'undefined at /srv/secret') };
  assert.doesNotMatch(JSON.stringify(refusalToJson(bug)), /secret/);
});

test("a refusal has every key of a run's document", () => {
  const error = new McoError('usage/x', 'wrong');
  const refusal = refusalToJson({ outcome: 'NOT SENT', error, rules: ['a:1'] });
  const run = reportToJson(makeReport({ results: [ok('a', {})], problem: error }));
  assert.deepEqual(Object.keys(refusal), [...Object.keys(run), 'rules']);
});

test('who approved a run and who ended it stand in its document', () => {
  const at = Date.UTC(2015, 2, 26, 14, 52);
  const given = {
    results: [without('a', 'notSent')],
    approvedBy: [{ by: 'person:raj', at }],
    cancelledBy: 'person:ana',
  };
  const { approvedBy, endedBy } = reportToJson(makeReport(given));
  assert.deepEqual([approvedBy, endedBy], [[{ by: 'person:raj', at: '2015-03-26T14:52:00.000Z' }], 'person:ana']);
  assert.ok(!('approvedBy' in reportToJson(makeReport({ results: [] }))));
});

test('what waits for approval is a document with the keys of a run, its nodes and the order', () => {
  const awaited = {
    nodes: ['a', 'b'],
    input: { package: 'nginx' },
    digest: '9c1e41',
    from: 'leads',
    count: 1,
    approvedBy: [],
    expiresAt: 0,
    rules: ['roles.yaml:14'],
  };
  const json = awaitingToJson({ header, awaited });
  const { startedAt: _, elapsedMs: __, ...run } = reportToJson(makeReport({ results: [] }));
  assert.deepEqual(Object.keys(json), [...Object.keys(run), 'approval']);
  assert.deepEqual([json.outcome, json.counts.notSent, json.notSent], ['AWAITING APPROVAL', 2, ['a', 'b']]);
  assert.deepEqual(json.approval, { ...awaited, expiresAt: '1970-01-01T00:00:00.000Z' });
});
