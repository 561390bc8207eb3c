import { countValues } from '../../../src/bot/collecting/count-values.ts';
import type { Options, ResultView } from '../../../src/core/command.ts';
import { type ReplyData, statusOf } from '../../../src/core/reply.ts';
import type { AggregateResult, Counts, NodeOutcome, NodeResult, RunReport } from '../../../src/core/report.ts';

const OPTIONS: Options = { format: 'text', noProgress: false, quiet: false, verbose: false };

export const header = {
  run: '01960a5e-7c00-7000-8000-000000007f3a',
  caller: 'person:ana',
  command: 'package status openafs-modules-dkms -F lsbmajdistrelease=14.04',
  agent: 'package',
  action: 'status',
  effect: 'read',
  view: 'results' as ResultView,
  options: OPTIONS,
} as const;

export const ok = (node: string, data: ReplyData, elapsedMs = 12.345): NodeResult => ({
  node,
  outcome: 'ok',
  status: statusOf('ok'),
  data,
  elapsedMs,
});

export const failed = (node: string, message: string, data: ReplyData = {}): NodeResult => ({
  node,
  outcome: 'failed',
  status: statusOf('aborted', message),
  data,
  elapsedMs: 20,
});

export const without = (node: string, outcome: NodeOutcome): NodeResult => ({ node, outcome, data: {} });

export function countResults(results: readonly NodeResult[]): Counts {
  const counts = {
    ok: 0,
    failed: 0,
    denied: 0,
    expired: 0,
    silent: 0,
    notSent: 0,
    unknown: 0,
    targeted: results.length,
  };
  for (const { outcome } of results) counts[outcome]++;
  return counts;
}

export function summarise(results: readonly NodeResult[], output: string, label: string): AggregateResult {
  const good = results.filter(({ outcome }) => outcome === 'ok');
  const sent = good.map(({ node, data }) => ({ node, value: data[output] ?? null }));
  return { function: 'summary', output, label, values: countValues(sent) };
}

/** A report in which everything that is not given is plain; results are sorted and counted. */
export function makeReport(
  given: Partial<Omit<RunReport, 'header'>> & { readonly results: readonly NodeResult[] },
  ofHeader: Partial<RunReport['header']> = {},
): RunReport {
  const results = [...given.results].sort((a, b) => (a.node < b.node ? -1 : 1));
  return {
    outcome: 'OK',
    aggregates: [],
    unexpected: [],
    refusedAnswers: 0,
    labels: {},
    display: 'all',
    startedAt: Date.UTC(2015, 2, 26, 14, 50),
    elapsedMs: 8412.52,
    counts: countResults(results),
    ...given,
    header: { ...header, ...ofHeader },
    results,
  };
}

export const withOptions = (options: Partial<Options>): { options: Options } => ({
  options: { ...OPTIONS, ...options },
});

export const packageShape = {
  line: '{package}-{ensure}.{arch}',
  labels: { package: 'Package', ensure: 'Ensure', arch: 'Arch' },
};

const afs = (ensure: string): ReplyData => ({ package: 'openafs-modules-dkms', ensure, arch: '' });

/** The founding document's slide: 145 nodes, 112 with the package, 30 purged, three silent. */
export function makeSlide(options: Partial<Options> = {}): RunReport {
  const named = [
    ok('exfldb01n0', afs('purged')),
    ok('fai05', afs('1.6.7-1ubuntu1')),
    ok('idp1', afs('1.6.7-1ubuntu1')),
    ok('it-cups-public', afs('1.6.7-1ubuntu1')),
    ...['atlas28', 'fai07', 'idp2'].map((node) => without(node, 'silent')),
  ];
  const others = Array.from({ length: 138 }, (_, i) =>
    ok(`node${String(i + 1).padStart(3, '0')}`, afs(i % 4 === 3 && i < 116 ? 'purged' : '1.6.7-1ubuntu1')),
  );
  const results = [...named, ...others];
  const aggregates = [summarise(results, 'ensure', 'Ensure')];
  const given = { ...packageShape, outcome: 'PARTIAL', results, aggregates, elapsedMs: 6002.52 } as const;
  return makeReport(given, withOptions(options));
}
