import type { Tell } from '../../../src/core/command.ts';
import { distribute } from '../../../src/core/distribution.ts';
import { McoError } from '../../../src/core/errors.ts';
import { statusOf } from '../../../src/core/reply.ts';
import type { RunReport } from '../../../src/core/report.ts';
import type { Awaited, JobNews, LateAnswers, Refusal, RootView } from '../../../src/core/surface.ts';
import { failed, header, makeReport, makeSlide, ok, packageShape, summarise, withOptions, without } from './reports.ts';

/** Something that people are shown; a report with its thread. */
export type Shown =
  | { readonly kind: 'report'; readonly report: RunReport }
  | { readonly kind: 'root'; readonly view: RootView }
  /** With its thread. */
  | { readonly kind: 'awaiting'; readonly view: Extract<RootView, { state: 'awaiting' }> }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'tell'; readonly tell: Tell }
  | { readonly kind: 'late'; readonly late: LateAnswers }
  | { readonly kind: 'jobs'; readonly news: JobNews };

const show = (report: RunReport): Shown => ({ kind: 'report', report });
const showRoot = (view: RootView): Shown => ({ kind: 'root', view });
const refuse = (refusal: Refusal): Shown => ({ kind: 'refusal', refusal });

const afs = (ensure: string) => ({ package: 'openafs-modules-dkms', ensure, arch: '' });
const nodes = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `n${String(i + 1).padStart(4, '0')}`);

const writing = {
  effect: 'write',
  action: 'update',
  command: 'package update openafs-modules-dkms',
} as const;

function makeMixture(verbose: boolean): RunReport {
  const results = [
    ...nodes(20).map((node) => ok(node, afs('1.6.7'))),
    failed('db2', 'dpkg lock held', {
      exitcode: 100,
      stderr: 'E: Could not get lock\nE: is another process using it?',
    }),
    failed('db3', 'dpkg lock held'),
    failed('db9', 'dpkg lock held'),
    failed('web1', 'disk full\n/var is at 100 %'),
    { ...failed('web2', ''), status: statusOf('timeout', 'gave up after 5 s') },
    { ...without('web3', 'denied'), status: statusOf('denied', 'policy.yaml:3 denies package.update') },
    { ...without('web4', 'expired'), status: statusOf('expired', 'the clock is 93 s ahead') },
    without('web7', 'silent'),
  ];
  const aggregates = [summarise(results, 'ensure', 'Ensure')];
  const report = { ...packageShape, results, aggregates, unexpected: ['lab2', 'lab1'], outcome: 'PARTIAL' } as const;
  return makeReport({ ...report, display: 'failed' }, { ...writing, ...withOptions({ verbose }) });
}

function makeHostile(line?: string): RunReport {
  const output = 'a\x1b[2Jb\u202egnp.exe\u202c `id` *bold* <@U1> @here\x07\r\n\ttab \u200bzero \ud800 end\u2028';
  const results = [
    ok('web1', { output, nested: { '\x1b': ['`', null, 1] } }),
    failed('web2', `boom \x9b31m ${output}`),
    ok('web3', { output: '漢字 = wide\ncombining e\u0301' }),
  ];
  return makeReport(
    {
      line,
      outcome: 'PARTIAL',
      results,
      labels: { output: 'Out\x1bput' },
      aggregates: [summarise(results, 'output', 'O\nut')],
    },
    { command: `shell run "\x1b]0;x\x07"` },
  );
}

const unreachable = new McoError('unreachable/no-broker', 'no broker reachable: tried amq1, amq2 for 5 s');
const lost = new McoError('unreachable/lost', 'the connection to amq1 was lost', {
  hint: 'look at `health` before you repeat it',
});
const typed = 'package staus openafs';

const updating = { ...header, ...writing };

const order: Awaited = {
  nodes: nodes(145),
  input: { package: 'openafs-modules-dkms', version: '1.6.7', force: true },
  digest: '9c1e41d07af5a2e3c3b0b4b9dd3a1c9c2f6a9e2f7c1d3e5a7b9c1d3e5f7a9b1c',
  from: 'ops-leads',
  count: 1,
  approvedBy: [],
  expiresAt: Date.UTC(2015, 2, 26, 15, 10),
  rules: ['roles.yaml:14', 'bindings.yaml:3'],
};

const showAwaiting = (awaited: Partial<Awaited> = {}): Shown => ({
  kind: 'awaiting',
  view: { state: 'awaiting', header: updating, awaited: { ...order, ...awaited } },
});

const approvedBy = [
  { by: 'person:raj', at: Date.UTC(2015, 2, 26, 14, 52) },
  { by: 'unix:bob', at: Date.UTC(2015, 2, 26, 14, 53) },
];

const unsent = (given: Partial<RunReport>): Shown =>
  show(makeReport({ results: nodes(28).map((node) => without(node, 'notSent')), ...given }, writing));

const late = { state: 'running', header, targeted: 145, elapsedMs: 6420 } as const;

/** Every rendering that people are promised, by the name of its golden files. */
export const GOLDEN_CASES: Readonly<Record<string, () => readonly Shown[]>> = {
  running: () => [
    showRoot({ state: 'discovering', header, found: 1 }),
    showRoot({ state: 'discovering', header, found: 37 }),
    showRoot({ state: 'running', header, answered: 0, targeted: 145, elapsedMs: 10 }),
    showRoot({ state: 'running', header, answered: 98, targeted: 145, elapsedMs: 6420 }),
    showRoot({ ...late, answered: 142, waitingFor: ['atlas28', 'fai07', 'idp2'] }),
    showRoot({ state: 'running', header, answered: 145, targeted: 145, elapsedMs: 182_000 }),
  ],
  'read-ok': () => {
    const results = [ok('web1', afs('1.6.7')), ok('web17', afs('purged')), ok('db-primary', afs('1.6.7'))];
    return [show(makeReport({ ...packageShape, results, aggregates: [summarise(results, 'ensure', 'Ensure')] }))];
  },
  slide: () => [show(makeSlide())],
  write: () => {
    const results = nodes(30).map((node) => ok(node, { before: '1.6.1', after: '1.6.7' }));
    const labels = { before: 'Before', after: 'After' };
    return [show(makeReport({ results, labels, aggregates: [summarise(results, 'after', 'After')] }, writing))];
  },
  'dry-run': () => {
    const results = nodes(30).map((node, i) => ok(node, { before: i === 7 ? '1.6.7' : '1.6.1', after: '1.6.7' }));
    const aggregates = [summarise(results, 'before', 'Before'), summarise(results, 'after', 'After')];
    const dry = {
      ...writing,
      effect: 'read',
      command: `${writing.command} --noop`,
      ...withOptions({ noop: true }),
    } as const;
    const labels = { before: 'Before', after: 'After' };
    return [show(makeReport({ results, labels, aggregates, line: '{before} -> {after}' }, dry))];
  },
  nested: () => {
    const properties = { ensure: 'running', enable: 'true', hasstatus: [], limits: { nofile: 1024 } };
    const log = '(Reading database ... \r(Reading database ... 5%\rdone';
    const results = ['web1', 'web2'].map((node) => ok(node, { properties, log, outputs: {} }));
    return [show(makeReport({ results, labels: { properties: 'Properties', log: 'Log', outputs: 'Outputs' } }))];
  },
  failures: () => [show(makeMixture(false))],
  'failures-verbose': () => [show(makeMixture(true))],
  'all-silent': () => [
    show(makeReport({ outcome: 'NO RESPONSE', results: nodes(300).map((node) => without(node, 'silent')) })),
  ],
  denied: () => [
    refuse({
      outcome: 'DENIED',
      error: new McoError('denied/policy', 'package.update needs write; you have read here', {
        hint: 'ask @ops-leads, or /mco policy explain',
      }),
      rules: ['roles.yaml:3'],
    }),
  ],
  'usage-error': () => [
    refuse({
      outcome: 'NOT SENT',
      error: new McoError('unknown/action', 'unknown action `staus` for package', {
        hint: 'did you mean `status`?\npackage status NAME',
        at: { text: typed, start: 8, end: 13 },
      }),
      rules: [],
    }),
  ],
  cancelled: () => {
    const results = [
      ...nodes(60).map((node) => ok(node, afs('1.6.7'))),
      failed('db2', 'dpkg lock held'),
      ...Array.from({ length: 40 }, (_, i) => without(`u${i}`, 'unknown')),
      ...Array.from({ length: 44 }, (_, i) => without(`w${i}`, 'notSent')),
    ];
    const report = makeReport({ ...packageShape, outcome: 'CANCELLED', results, cancelledBy: 'person:raj' }, writing);
    return [show(report), showRoot({ state: 'done', report: { ...report, header } })];
  },
  'not-sent': () => {
    const refusal = refuse({ outcome: 'NOT SENT', error: unreachable, rules: [] });
    const results = nodes(3).map((node) => without(node, 'notSent'));
    return [refusal, show(makeReport({ outcome: 'NOT SENT', results, problem: unreachable }))];
  },
  unknown: () => {
    const results = [
      ...nodes(4).map((node) => ok(node, afs('1.6.7'))),
      ...['x1', 'x2'].map((node) => without(node, 'unknown')),
    ];
    return [show(makeReport({ ...packageShape, outcome: 'UNKNOWN', results, problem: lost }, writing))];
  },
  'nothing-matched': () => {
    const problem = new McoError('usage/no-match', 'no node matches', { hint: 'try the filter with `find`' });
    const believed = new McoError('untrusted/no-believable-answer', '2 answered, but none could be believed', {
      hint: 'the audit log says why',
    });
    return [
      makeReport({ outcome: 'NO MATCH', results: [], problem }),
      makeReport({ outcome: 'NO MATCH', results: [] }),
      makeReport({ outcome: 'NOT SENT', results: [], problem: believed, refusedAnswers: 2 }),
      makeReport({ outcome: 'NOT SENT', results: [], problem: unreachable, elapsedMs: 2000 }),
    ].map(show);
  },
  'refused-answers': () => {
    const results = [ok('web1', afs('1.6.7'), 31), without('web2', 'silent')];
    const report = makeReport({ ...packageShape, outcome: 'PARTIAL', results, refusedAnswers: 1, elapsedMs: 8428 });
    return [show(report), show({ ...report, refusedAnswers: 2 })];
  },
  'long-values': () => {
    const results = nodes(30).map((node, i) => ok(node, { output: `${'line '.repeat(12)}${i % 12}` }));
    const aggregates = [summarise(results, 'output', 'Output')];
    return [showRoot({ state: 'done', report: makeReport({ results, aggregates }) })];
  },
  '2000-nodes': () => {
    const results = nodes(2000).map((node, i) => ok(node, afs(i === 1777 ? 'absent' : '1.6.7')));
    return [show(makeReport({ ...packageShape, results, aggregates: [summarise(results, 'ensure', 'Ensure')] }))];
  },
  '2000-answers': () => {
    const results = nodes(2000).map((node, i) => ok(node, { uptime: i * 61 }));
    const aggregates = [summarise(results, 'uptime', 'Uptime')];
    return [show(makeReport({ results, labels: { uptime: 'Uptime' }, aggregates }))];
  },
  hostile: () => [show(makeHostile()), show(makeHostile('{output} {nested}'))],
  'hostile-markup': () => {
    const markup =
      '<!here> @channel <https://evil.example.org|ok> [ok](https://evil.example.org) :x: #ops ~~no~~ | a |';
    const output = [markup, '```', '@here in a fence?', '````', '\u202eright to left\u202c'].join('\n');
    const results = [ok('web1', { output }), ok('@all', { output: '**x**' }), failed('www.evil.example.org', markup)];
    const command = 'shell run "echo `id` @here"';
    return [show(makeReport({ outcome: 'PARTIAL', results, labels: { output: 'Output' } }, { command }))];
  },
  names: () => [show(makeReport({ results: ['web2', 'web1', 'db1'].map((node) => ok(node, {})) }, { view: 'names' }))],
  ping: () => {
    const results = [ok('web1', { pong: 1 }, 4.2), ok('db-primary', { pong: 1 }, 10), without('web3', 'silent')];
    const one = makeReport({ results: [ok('web1', { pong: 1 }, 31)], elapsedMs: 40 }, { view: 'ping' });
    const many = makeReport(
      { results: nodes(40).map((node, i) => ok(node, { pong: 1 }, 90 + i * i)) },
      { view: 'ping' },
    );
    return [show(makeReport({ outcome: 'PARTIAL', results }, { view: 'ping' })), show(one), show(many)];
  },
  grouped: () => {
    const results = nodes(9).map((node, i) => ok(node, afs(i % 3 ? '1.6.7' : '1.6.1')));
    return [show(makeReport({ ...packageShape, results }, withOptions({ group: true })))];
  },
  'grouped-blocks': () => {
    const results = nodes(9).map((node, i) => ok(node, { output: i === 4 ? 'Linux\n5.10' : 'Linux\n6.1' }));
    return [show(makeReport({ results, labels: { output: 'Output' } }))];
  },
  'list-of-maps': () => {
    const row = (pid: number, command: string) => ({ pid, user: 'root', memory: pid * 100, command });
    const list = [row(1, 'init'), row(4711, 'a\u001b[2Jb'), row(12, 'sshd')];
    const results = [ok('web1', { count: 3, list, names: ['a', 'b'] }), ok('web2', { count: 0, list: [], names: [] })];
    return [show(makeReport({ results, labels: { count: 'Count', list: 'List', names: 'Names' } }))];
  },
  spread: () => {
    const results = nodes(50).map((node, i) => ok(node, { seconds: 2 + (i % 10) }));
    const spread = distribute(
      results.map(({ data }) => Number(data.seconds)),
      20,
    );
    const aggregates = [{ function: 'distribution', output: 'seconds', label: 'Seconds', values: [], spread }] as const;
    return [show(makeReport({ results, aggregates, labels: { seconds: 'Seconds' } }))];
  },
  facts: () => {
    const results = nodes(9).map((node, i) => ok(node, { fact: 'os.release', value: i % 3 ? '14.04' : '7' }));
    return [show(makeReport({ results, aggregates: [summarise(results, 'value', 'Value')] }, { view: 'facts' }))];
  },
  inventory: () => {
    const data = {
      version: '0.1.0',
      agents: ['package', 'rpcutil', 'service'],
      classes: [],
      facts: { os: { release: { major: 14 }, id: 'debian' }, cpus: 2, disks: ['sda'], mounts: {} },
    };
    const labels = { version: 'Version', agents: 'Agents', facts: 'Facts', classes: 'Classes' };
    return [show(makeReport({ results: [ok('web1', data)], labels }, { view: 'inventory' }))];
  },
  tell: () => [
    {
      kind: 'tell',
      tell: {
        kind: 'tell',
        title: 'package: what is installed',
        sections: [
          { lines: ['one line'] },
          { heading: 'Examples', lines: ['package status bash', '', 'two\nlines \x1b[0m'] },
        ],
      },
    },
  ],
  awaiting: () => [
    showAwaiting(),
    showAwaiting({ nodes: ['web1'], input: {}, count: 2, approvedBy: ['person:raj'], rules: [] }),
  ],
  'awaiting-many': () => [showAwaiting({ nodes: nodes(2000).map((node) => `${node}.example.org`) })],
  approved: () => {
    const results = nodes(30).map((node) => ok(node, {}));
    return [
      showRoot({ state: 'awaiting', header: updating, awaited: { ...order, approvedBy: ['person:raj'] } }),
      showRoot({ state: 'running', header: updating, answered: 98, targeted: 145, elapsedMs: 6420, approvedBy }),
      show(makeReport({ results, approvedBy }, writing)),
    ];
  },
  rejected: () => [unsent({ outcome: 'REJECTED', cancelledBy: 'person:raj' })],
  withdrawn: () => [unsent({ outcome: 'WITHDRAWN', cancelledBy: 'person:ana' })],
  expired: () => [unsent({ outcome: 'EXPIRED', approvedBy: approvedBy.slice(0, 1) })],
  preview: () =>
    [
      ['it would be allowed', 'the same without `--preview` is sent'],
      ['it would need the approval of one of `ops-leads`', 'the same without `--preview` asks them'],
      ['it would be refused: 28 nodes are meant, and at most 5 may be at once', undefined],
    ].map(([message = '', hint]) =>
      unsent({
        outcome: 'PREVIEW',
        problem: new McoError(hint === undefined ? 'denied/preview' : 'usage/preview', message, {
          hint,
          rules: ['roles.yaml:14'],
        }),
      }),
    ),
  'denied-limit': () => {
    const reason = '28 nodes are meant, and at most 5 may be at once: narrow the filter or use `--limit`';
    const problem = new McoError('denied/limit', reason, {
      rules: ['roles.yaml:14', 'bindings.yaml:3'],
      hint: '`policy explain` with the command shows what the rules demand',
    });
    return [unsent({ outcome: 'DENIED', problem }), unsent({ outcome: 'DENIED', problem, results: [] })];
  },
  'approved-not-sent': () => [
    unsent({
      outcome: 'NOT SENT',
      approvedBy,
      problem: new McoError('denied/not-approver', 'who approved it is not in `ops-leads` any more: @raj', {
        hint: 'give the command again, and have it approved again',
      }),
    }),
  ],
  late: () => {
    const results = [ok('web1', {}), ok('web2', {}), failed('db2', 'dpkg lock held')];
    return [
      { kind: 'late', late: { header, results } },
      { kind: 'late', late: { header, results: results.slice(0, 1) } },
    ];
  },
  'jobs-ended': () => {
    const results = [ok('web1', {}), ok('web2', {}), failed('db2', 'exit code 7: begun\ndone')];
    const givenUp = [
      { reason: 'no answer, for a day', nodes: ['db3'] },
      { reason: 'it is still at work after a day', nodes: ['web7', 'web8'] },
    ];
    return [
      { kind: 'jobs', news: { header, results, givenUp: [] } },
      { kind: 'jobs', news: { header, results: results.slice(0, 1), givenUp } },
      { kind: 'jobs', news: { header, results: [], givenUp: givenUp.slice(0, 1) } },
    ];
  },
  'large-output': () => {
    const output = `${'x'.repeat(2000)}\n${'one line of many\n'.repeat(300_000)}`;
    return [show(makeReport({ results: [ok('web1', { output })], labels: { output: 'Output' } }))];
  },
};
