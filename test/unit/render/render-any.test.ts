import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { McoError } from '../../../src/core/errors.ts';
import { statusOf } from '../../../src/core/reply.ts';
import type { NodeResult } from '../../../src/core/report.ts';
import type { Awaited } from '../../../src/core/surface.ts';
import { drawAwaitedCards } from '../../../src/render/draw-awaited-cards.ts';
import { measureCard } from '../../../src/render/measure-card.ts';
import { renderCardText } from '../../../src/render/render-card-text.ts';
import { anyError, anyReport, UNSENT, VIEWS } from './any-report.ts';
import { hostileText, UNSAFE } from './hostile-text.ts';
import { countResults, header, makeReport, ok, withOptions, without } from './reports.ts';
import { MATTERMOST_TRAITS, SLACK_TRAITS, showRefusal, showRoot, showTell, showThread } from './shown.ts';

/** What one message in a terminal takes at most, as UTF-8. A chat's cards have a limit of their own, in characters. */
const MAX_BYTES = 40_000;
const WORDS = 'OK|MATCH|FAILED|DENIED|EXPIRED|NO RESPONSE|UNKNOWN|NOT WAITED FOR|NOT SENT';

function assertSafe(text: string): void {
  assert.doesNotMatch(text, UNSAFE);
  assert.ok(Buffer.byteLength(text) < MAX_BYTES, `${Buffer.byteLength(text)} bytes`);
}

test('any report is drawn safely and within its size', () => {
  fc.assert(
    fc.property(anyReport, (any) => {
      assertSafe(showRoot({ state: 'done', report: any }));
      assertSafe(showThread(any));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('the counts in the root add up, and every outcome that is not zero is named', () => {
  fc.assert(
    fc.property(anyReport, (any) => {
      const isUnsent = UNSENT.some((outcome) => outcome === any.outcome);
      if (any.problem || any.counts.targeted === 0 || isUnsent) return;
      const line = showRoot({ state: 'done', report: any }).split('\n')[1] ?? '';
      assert.ok(line.startsWith(`${any.outcome} · `));
      const { targeted, ...others } = countResults(any.results);
      const isAll = others.ok === targeted;
      const isSure = (any.undecided ?? []).length === 0;
      if (isAll && isSure) return assert.match(line, new RegExp(`^\\w+.* · ${targeted} / ${targeted} · `));
      const told = [...line.matchAll(new RegExp(`(\\d+) (?:${WORDS})`, 'g'))].map(([, count]) => Number(count));
      assert.equal(
        told.reduce((a, b) => a + b, 0),
        targeted,
      );
      assert.equal(told.length, Object.values(others).filter((count) => count > 0).length);
      if (!isAll) assert.match(line, new RegExp(` of ${targeted} · `));
      if (!isSure) assert.match(line, / · \d+ COULD NOT SAY · /);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('any refusal and any answer of the bot is drawn safely and within its size', () => {
  const section = fc.record({ heading: hostileText, lines: fc.array(hostileText) });
  fc.assert(
    fc.property(anyError, fc.array(hostileText), fc.array(section), (problem, rules, sections) => {
      assertSafe(showRefusal({ outcome: 'DENIED', error: problem, rules }));
      assertSafe(showTell({ kind: 'tell', title: problem.message, sections }));
      assertSafe(showRoot({ state: 'running', header, answered: 1, targeted: 3, elapsedMs: 1 }));
    }),
    { numRuns: 50 },
  );
});

test('anything that waits for approval is drawn safely', () => {
  const awaited: fc.Arbitrary<Awaited> = fc.record({
    nodes: fc.array(hostileText),
    input: fc.dictionary(hostileText, hostileText),
    digest: hostileText,
    from: hostileText,
    count: fc.integer({ min: 1, max: 3 }),
    approvedBy: fc.array(hostileText, { maxLength: 3 }),
    expiresAt: fc.nat(),
    rules: fc.array(hostileText),
  });
  fc.assert(
    fc.property(awaited, hostileText, (any, command) => {
      const view = { state: 'awaiting', header: { ...header, command }, awaited: any } as const;
      assertSafe(showRoot(view));
      for (const traits of [SLACK_TRAITS, MATTERMOST_TRAITS]) {
        for (const card of drawAwaitedCards(view, traits)) {
          assert.doesNotMatch(renderCardText(card), UNSAFE);
          assert.ok(measureCard(card) <= traits.maxCardLength, `${measureCard(card)} characters`);
        }
      }
    }),
    { numRuns: 100 },
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
      assertSafe(showRoot({ state: 'done', report: any }));
      assertSafe(showThread(any));
    }
  }
});
