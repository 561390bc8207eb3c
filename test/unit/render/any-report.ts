import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { STATUS_NAMES, statusOf } from '../../../src/core/reply.ts';
import type { NodeResult, RunReport } from '../../../src/core/report.ts';
import { hostileText } from './hostile-text.ts';
import { makeReport, withOptions } from './reports.ts';

/** Nothing was to be sent, or nobody allowed it. */
export const UNSENT = ['PREVIEW', 'REJECTED', 'WITHDRAWN', 'EXPIRED'] as const;

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
  ...UNSENT,
] as const;
const DISPLAYS = ['ok', 'failed', 'all'] as const;
const FUNCTIONS = ['summary', 'sum', 'average'] as const;
export const VIEWS = ['results', 'names', 'ping', 'facts', 'inventory', 'collectives'] as const;

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

export const anyError = fc
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

/** Any report, hostile texts everywhere. */
export const anyReport: fc.Arbitrary<RunReport> = fc
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
    undecided: fc.option(fc.array(fc.record({ node: hostileText, reason: hostileText })), { nil: undefined }),
    refusedAnswers: fc.nat(3),
    problem: fc.option(anyError, { nil: undefined }),
    aggregates: fc.array(
      fc.record({
        function: fc.constantFrom(...FUNCTIONS),
        output: hostileText,
        label: hostileText,
        values: fc.array(
          fc.record({ value: hostileText, count: fc.nat(), nodes: fc.array(hostileText, { maxLength: 5 }) }),
        ),
      }),
    ),
    approvedBy: fc.option(fc.array(fc.record({ by: hostileText, at: fc.nat() })), { nil: undefined }),
    verbose: fc.boolean(),
    noop: fc.boolean(),
    view: fc.constantFrom(...VIEWS),
    command: hostileText,
  })
  .map(({ view, command, verbose, noop, ...given }) =>
    makeReport(given, { view, command, ...withOptions({ verbose, noop }) }),
  );
