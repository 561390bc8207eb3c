import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseSurface } from '../../../../src/adapters/console/choose-surface.ts';
import { createConsoleSurface } from '../../../../src/adapters/console/console-surface.ts';
import { createDocumentSurface } from '../../../../src/adapters/console/document-surface.ts';
import { createScreen } from '../../../../src/adapters/console/screen.ts';
import type { Options } from '../../../../src/core/command.ts';
import { McoError } from '../../../../src/core/errors.ts';
import type { RunHeader, RunReport } from '../../../../src/core/report.ts';
import type { Refusal, RootView } from '../../../../src/core/surface.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeSurface } from '../../../fakes/fake-surface.ts';
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

const render = {
  root: (view: RootView) =>
    view.state === 'running'
      ? `head\nRUNNING ${view.answered} / 145\n`
      : view.state === 'done'
        ? 'head\nOK · 2'
        : 'head',
  thread: () => ' fai05: bash-4.3.\n\nSummary of Ensure:\n',
  refusal: ({ outcome, error }: Refusal) => `${outcome} · ${error.message}\n`,
  tell: ({ title }: { title: string }) => `${title}\n`,
};

const refusal: Refusal = { outcome: 'DENIED', error: new McoError('denied/policy', 'no'), rules: [] };

function setUp(shape: ConstructorParameters<typeof FakeTerminal>[0] = {}, gutter?: string) {
  const terminal = new FakeTerminal(shape);
  const errors = new FakeTerminal({ isTTY: false });
  const clock = createFakeClock();
  const screen = createScreen({ output: terminal, clock, env: { NO_COLOR: '1' }, lifetime: createFakeLifetime() });
  const progress = { output: errors, clock };
  return { terminal, errors, clock, screen, surface: createConsoleSurface({ screen, render, gutter, progress }) };
}

test('on a terminal the root is redrawn in place and becomes the summary, with the thread in a gutter', async () => {
  const { terminal, errors, clock, surface } = setUp({}, '│ ');
  const thread = await surface.open({ state: 'discovering', header: headerWith(), found: 0 });
  thread.update(running(98));
  await clock.advance(100);
  assert.deepEqual(terminal.screen, ['head', 'RUNNING 98 / 145']);
  await thread.finish(reportOf(headerWith()));
  assert.deepEqual(terminal.screen, ['head', 'OK · 2', '│  fai05: bash-4.3.', '│', '│ Summary of Ensure:']);
  assert.equal(errors.raw, '');
});

test('long lines of the thread wrap inside the gutter', async () => {
  const { terminal, screen } = setUp({ columns: 22 });
  const surface = createConsoleSurface({ screen, render: { ...render, thread: () => 'x'.repeat(50) }, gutter: '│ ' });
  await (await surface.open(running(1))).finish(reportOf(headerWith()));
  const row = `│ ${'x'.repeat(20)}`;
  assert.deepEqual(terminal.screen.slice(2), [row, row, `│ ${'x'.repeat(10)}`]);
});

test('elsewhere only the final root and the thread are printed, progress goes to the errors every two seconds', async () => {
  const { terminal, errors, clock, surface } = setUp({ isTTY: false }, '│ ');
  const thread = await surface.open(running(0));
  for (let answered = 1; answered <= 50; answered++) {
    await clock.advance(100);
    thread.update(running(answered));
  }
  assert.equal(terminal.raw, '');
  assert.equal(errors.raw, 'RUNNING 20 / 145\nRUNNING 40 / 145\n');
  await thread.finish(reportOf(headerWith()));
  assert.equal(terminal.raw, 'head\nOK · 2\n fai05: bash-4.3.\n\nSummary of Ensure:\n');
});

test('without a gutter an empty line sets the thread apart', async () => {
  const { terminal, surface } = setUp({ isTTY: false });
  await (await surface.open(running(1))).finish(reportOf(headerWith()));
  assert.match(terminal.raw, /OK · 2\n\n fai05/);
});

test('commands that want no progress get none', async () => {
  for (const options of [{ noProgress: true }, { quiet: true }]) {
    const { terminal, clock, surface } = setUp();
    const thread = await surface.open(running(1, headerWith(options)));
    thread.update(running(2, headerWith(options)));
    await clock.advance(1000);
    assert.equal(terminal.raw, '');
  }
});

test('refusals and answers are printed', async () => {
  const { terminal, surface } = setUp();
  await surface.refuse(refusal);
  await surface.tell({ kind: 'tell', title: 'help', sections: [] });
  assert.deepEqual(terminal.screen, ['DENIED · no', 'help']);
});

test('a document is printed once, at the end, with nothing before it', async () => {
  const { terminal, screen, clock } = setUp();
  const remarks = setUp();
  const surface = createDocumentSurface({
    screen,
    remarks: remarks.screen,
    formatReport: ({ outcome }) => `{"outcome":"${outcome}"}\n`,
    formatRefusal: render.refusal,
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
