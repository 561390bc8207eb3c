import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { STATUS_NAMES, statusOf } from '../../../src/core/reply.ts';
import type { NodeResult, RunReport } from '../../../src/core/report.ts';
import { renderRefusal } from '../../../src/render/render-refusal.ts';
import { renderRoot } from '../../../src/render/render-root.ts';
import { renderTell } from '../../../src/render/render-tell.ts';
import { renderThread } from '../../../src/render/render-thread.ts';
import { hostileText, UNSAFE } from './hostile-text.ts';
import { countResults, header, makeReport, ok, withOptions, without } from './reports.ts';

const MAX_BYTES = 40_000;
const WORDS = 'OK|FAILED|DENIED|EXPIRED|NO RESPONSE|UNKNOWN|NOT WAITED FOR|NOT SENT';

const OUTCOMES = [
  'OK',
  'PARTIAL',
  'FAILED',
  'DENIED',
  'NO RESPONSE',
  'NO MATCH',
  'CANCELLED',
  'NOT SENT',
  'UNKNOWN',
] as const;
const DISPLAYS = ['ok', 'failed', 'all'] as const;
const FUNCTIONS = ['summary', 'sum', 'average'] as const;
const VIEWS = ['results', 'names', 'ping', 'facts', 'inventory'] as const;

const value = fc.oneof(
  hostileText,
  fc.double({ noNaN: true }),
  fc.constant(null),
  fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
);

const result: fc.Arbitrary<NodeResult> = fc.record({
  node: hostileText,
  outcome: fc.constantFrom('ok', 'ok', 'failed', 'denied', 'expired', 'silent', 'notSent', 'unknown'),
  status: fc.option(
    fc.tuple(fc.constantFrom(...STATUS_NAMES), hostileText).map(([name, message]) => statusOf(name, message)),
    { nil: undefined },
  ),
  data: fc.dictionary(fc.oneof(fc.constantFrom('a', 'fact', 'value'), hostileText), value, { maxKeys: 3 }),
  elapsedMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
});

const results: fc.Arbitrary<NodeResult[]> = fc
  .tuple(fc.array(result, { maxLength: 6 }), fc.constantFrom(1, 1, 30, 400))
  .map(([few, times]) => Array.from({ length: times }, () => few).flat());

const error = fc
  .record({
    code: fc.constantFrom('usage/x', 'bug/x', 'denied/x'),
    message: hostileText,
    hint: hostileText,
    at: fc.boolean(),
  })
  .map(
    ({ code, message, hint, at }) =>
      new McoError(code as 'usage/x', message, { hint, at: at ? { text: message, start: 1, end: 4 } : undefined }),
  );

const report: fc.Arbitrary<RunReport> = fc
  .record({
    results,
    outcome: fc.constantFrom(...OUTCOMES),
    line: fc.option(
      hostileText.map((text) => `{a}${text}`),
      { nil: undefined },
    ),
    labels: fc.dictionary(fc.constantFrom('a', 'b', 'value'), hostileText),
    display: fc.constantFrom(...DISPLAYS),
    unexpected: fc.array(hostileText),
    refusedAnswers: fc.nat(3),
    problem: fc.option(error, { nil: undefined }),
    aggregates: fc.array(
      fc.record({
        function: fc.constantFrom(...FUNCTIONS),
        output: hostileText,
        label: hostileText,
        values: fc.array(fc.record({ value: hostileText, count: fc.nat() })),
      }),
    ),
    verbose: fc.boolean(),
    view: fc.constantFrom(...VIEWS),
    command: hostileText,
  })
  .map(({ view, command, verbose, ...given }) => makeReport(given, { view, command, ...withOptions({ verbose }) }));

function assertSafe(text: string): void {
  assert.doesNotMatch(text, UNSAFE);
  assert.ok(Buffer.byteLength(text) < MAX_BYTES, `${Buffer.byteLength(text)} bytes`);
}

test('any report is drawn safely and within its size', () => {
  fc.assert(
    fc.property(report, (any) => {
      assertSafe(renderRoot({ state: 'done', report: any }));
      assertSafe(renderThread(any));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('the counts in the root add up, and every outcome that is not zero is named', () => {
  fc.assert(
    fc.property(report, (any) => {
      if (any.problem || any.counts.targeted === 0) return;
      const line = renderRoot({ state: 'done', report: any }).split('\n')[1] ?? '';
      assert.ok(line.startsWith(`${any.outcome} · `));
      const { targeted, ...others } = countResults(any.results);
      if (others.ok === targeted) return assert.match(line, new RegExp(`^\\w+.* · ${targeted} / ${targeted} · `));
      const told = [...line.matchAll(new RegExp(`(\\d+) (?:${WORDS})`, 'g'))].map(([, count]) => Number(count));
      assert.equal(
        told.reduce((a, b) => a + b, 0),
        targeted,
      );
      assert.equal(told.length, Object.values(others).filter((count) => count > 0).length);
      assert.match(line, new RegExp(` of ${targeted} · `));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('any refusal and any answer of the bot is drawn safely and within its size', () => {
  const section = fc.record({ heading: hostileText, lines: fc.array(hostileText) });
  fc.assert(
    fc.property(error, fc.array(hostileText), fc.array(section), (problem, rules, sections) => {
      assertSafe(renderRefusal({ outcome: 'DENIED', error: problem, rules }));
      assertSafe(renderTell({ kind: 'tell', title: problem.message, sections }));
      assertSafe(renderRoot({ state: 'running', header, answered: 1, targeted: 3, elapsedMs: 1 }));
    }),
    { numRuns: 50 },
  );
});

test('the largest reports of every view stay within their size', () => {
  const wide = '漢'.repeat(4000);
  for (const view of VIEWS) {
    for (const verbose of [false, true]) {
      const many = Array.from({ length: 300 }, (_, i): NodeResult[] => [
        ok(`${i}${wide}`, { value: `${i}${wide}`, list: Array.from({ length: 50 }, () => wide) }),
        {
          ...ok(`f${i}${wide}`, { log: `${wide}\n`.repeat(9) }),
          outcome: 'failed',
          status: statusOf('aborted', `${i}${wide}`),
        },
        ...(['silent', 'unknown', 'notSent'] as const).map((outcome) => without(`${outcome}${i}${wide}`, outcome)),
      ]).flat();
      const values = many.map((_, i) => ({ value: `${i}${wide}`, count: 1 }));
      const aggregates = Array.from({ length: 9 }, () => ({
        function: 'summary' as const,
        output: 'x',
        label: wide,
        values,
      }));
      const problem = new McoError('unreachable/x', wide, { hint: `${wide}\n`.repeat(20) });
      const any = makeReport(
        { results: many, aggregates, unexpected: many.map(({ node }) => node), outcome: 'CANCELLED', problem },
        { view, command: wide, ...withOptions({ verbose }) },
      );
      assertSafe(renderRoot({ state: 'done', report: any }));
      assertSafe(renderThread(any));
    }
  }
});
