import { McoError } from '../../../src/core/errors.ts';
import { statusOf } from '../../../src/core/reply.ts';
import type { Awaited } from '../../../src/core/surface.ts';
import type { Shown } from './golden-cases.ts';
import { failed, header, makeReport, ok, summarise, without } from './reports.ts';

const awaitText = (text: string): Awaited => ({
  nodes: [text, `${text}2`],
  input: { [text]: text, package: text },
  digest: text,
  from: text,
  count: 2,
  approvedBy: [text],
  expiresAt: 1,
  rules: [text],
});

/** One text in every place where somebody outside decides on what stands there. */
export function showEverywhere(text: string): Shown[] {
  const results = [
    ok(`${text}1`, { output: text, other: 'x' }),
    ok('web2', { output: `${text} ${text}` }),
    failed(`${text}3`, text),
    { ...without(`${text}4`, 'denied'), status: statusOf('denied', text) },
    without(`${text}5`, 'silent'),
    without(`${text}6`, 'unknown'),
  ];
  const error = new McoError('usage/x', text, { hint: `${text}\n${text}`, at: { text, start: 0, end: 2 } });
  const shape = { results, outcome: 'CANCELLED', unexpected: [text], labels: { output: text } } as const;
  const of = { command: text, caller: text };
  const report = makeReport(
    { ...shape, problem: error, aggregates: [summarise(results, 'output', text)], cancelledBy: text },
    of,
  );
  return [
    { kind: 'report', report },
    { kind: 'report', report: { ...report, line: '{output}' } },
    {
      kind: 'report',
      report: makeReport({ results: results.slice(0, 1), labels: { output: text } }, { view: 'names' }),
    },
    { kind: 'root', view: { state: 'discovering', header: { ...header, ...of }, found: 3 } },
    {
      kind: 'root',
      view: { state: 'running', header, answered: 1, targeted: 2, elapsedMs: 1, waitingFor: [text] },
    },
    { kind: 'awaiting', view: { state: 'awaiting', header: { ...header, ...of }, awaited: awaitText(text) } },
    { kind: 'report', report: { ...report, outcome: 'PREVIEW', approvedBy: [{ by: text, at: 1 }] } },
    { kind: 'refusal', refusal: { outcome: 'DENIED', error, rules: [text] } },
    {
      kind: 'refusal',
      refusal: { outcome: 'NOT SENT', error: new McoError('unknown/x', text, { hint: text }), rules: [] },
    },
    {
      kind: 'tell',
      tell: { kind: 'tell', title: text, sections: [{ lines: [text] }, { heading: text, lines: [text] }] },
    },
    { kind: 'late', late: { header: { ...header, run: text }, results } },
  ];
}
