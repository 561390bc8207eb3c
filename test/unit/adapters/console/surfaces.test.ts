import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseSurface } from '../../../../src/adapters/console/choose-surface.ts';
import { createDocumentSurface } from '../../../../src/adapters/console/document-surface.ts';
import { createScreen } from '../../../../src/adapters/console/screen.ts';
import type { Options } from '../../../../src/core/command.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { RunHeader, RunReport } from '../../../../src/core/report.ts';
import type { Refusal, RootView } from '../../../../src/core/surface.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';
import { makeApproval } from '../store/samples.ts';
import { createFakeLifetime, FakeTerminal } from './fake-terminal.ts';

const headerWith = (options: Partial<Options> = {}): RunHeader => ({
  run: '01960a5e-7c00-7000-8000-000000007f3a',
  caller: 'person:ana',
  command: 'package status bash',
  agent: 'package',
  action: 'status',
  effect: 'read',
  view: 'results',
  options: { format: 'text', noProgress: false, quiet: false, verbose: false, ...options },
});

const reportOf = (header: RunHeader): RunReport => ({
  header,
  outcome: 'OK',
  counts: { targeted: 2, ok: 2, failed: 0, denied: 0, expired: 0, silent: 0, notSent: 0, unknown: 0 },
  aggregates: [],
  results: [],
  unexpected: [],
  refusedAnswers: 0,
  labels: {},
  display: 'all',
  startedAt: 0,
  elapsedMs: 5,
});

const running = (answered: number, header = headerWith()): RootView => ({
  state: 'running',
  header,
  answered,
  targeted: 145,
  elapsedMs: 1,
});

const awaiting = {
  state: 'awaiting',
  header: headerWith(),
  awaited: {
    nodes: ['web1'],
    input: {},
    digest: '9c1e41',
    from: 'leads',
    count: 1,
    approvedBy: [],
    expiresAt: 0,
    rules: [],
  },
} as const;

const render = {
  refusal: ({ outcome, error }: Refusal) => `${outcome} · ${error.message}\n`,
  tell: ({ title }: { title: string }) => `${title}\n`,
};

const refusal: Refusal = { outcome: 'DENIED', error: new McoError('denied/policy', 'no'), rules: [] };

function setUp(shape: ConstructorParameters<typeof FakeTerminal>[0] = {}) {
  const terminal = new FakeTerminal(shape);
  const clock = createFakeClock();
  const screen = createScreen({ output: terminal, clock, env: { NO_COLOR: '1' }, lifetime: createFakeLifetime() });
  return { terminal, clock, screen };
}

test('a document is printed once, at the end, with nothing before it', async () => {
  const { terminal, screen, clock } = setUp();
  const remarks = setUp();
  const surface = createDocumentSurface({
    screen,
    remarks: remarks.screen,
    formatReport: ({ outcome }) => `{"outcome":"${outcome}"}\n`,
    formatRefusal: render.refusal,
    formatAwaiting: ({ awaited }) => `awaiting ${awaited.digest}`,
    formatTell: render.tell,
  });
  const thread = await surface.open(running(1));
  thread.update(running(2));
  await clock.advance(1000);
  assert.equal(terminal.raw, '');
  await thread.finish(reportOf(headerWith()));
  assert.equal(terminal.raw, '{"outcome":"OK"}\n');
  await surface.refuse(refusal);
  await surface.tell({ kind: 'tell', title: 'help', sections: [] });
  assert.equal(terminal.raw, '{"outcome":"OK"}\n');
  assert.deepEqual(remarks.terminal.screen, ['DENIED · no', 'help']);
});

test('a run that waits for approval is a document of its own: the command ends with it', async () => {
  const { terminal, screen } = setUp();
  const surface = createDocumentSurface({
    screen,
    formatReport: ({ outcome }) => outcome,
    formatRefusal: render.refusal,
    formatAwaiting: ({ awaited }) => `{"list":"${awaited.digest}"}\n`,
    formatTell: render.tell,
  });
  const thread = await surface.open(running(1));
  await thread.park(awaiting, makeApproval(1));
  await thread.remind(awaiting);
  assert.equal(terminal.raw, '{"list":"9c1e41"}\n');
});

test('a run goes to the surface of the format it asked for', async () => {
  const surfaces = { text: createFakeSurface(), json: createFakeSurface(), csv: createFakeSurface() };
  const surface = chooseSurface(surfaces, 'csv');
  for (const format of ['json', 'csv', 'text', 'json'] as const) {
    const header = headerWith({ format });
    await (await surface.open(running(0, header))).finish(reportOf(header));
  }
  await surface.refuse(refusal);
  await surface.tell({ kind: 'tell', title: 'help', sections: [] });
  assert.deepEqual(
    [surfaces.text.reports.length, surfaces.json.reports.length, surfaces.csv.reports.length],
    [1, 2, 1],
  );
  assert.deepEqual([surfaces.csv.refusals.length, surfaces.csv.answers.length], [1, 1]);
});
