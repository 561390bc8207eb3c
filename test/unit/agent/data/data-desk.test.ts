import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDataDesk } from '../../../../agent/data/data-desk.ts';
import { DATA_FUNCTION_TABLE } from '../../../../src/core/data-function-table.ts';
import type { DataAnswer, DataCall, DataSource } from '../../../../src/core/data-functions.ts';
import { McoError } from '../../../../src/core/errors.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';

const CALL: DataCall = { function: 'fstat', argument: '/a', fields: new Set() };

function createDesk() {
  const clock = createFakeClock();
  const counters = { ran: 0 };
  const open: { argument: string | undefined; end(answer?: DataAnswer): void; fail(error: Error): void }[] = [];
  const source: DataSource = {
    description: DATA_FUNCTION_TABLE.package,
    find: ({ argument }) =>
      new Promise((resolve, reject) =>
        open.push({ argument, end: (answer = { installed: true }) => resolve(answer), fail: reject }),
      ),
  };
  const desk = createDataDesk({ clock, counters, onStop: () => () => {} });
  const ask = (argument: string, ...fields: string[]): Promise<DataAnswer> =>
    desk.find(source, { function: 'package', argument, fields: new Set(fields) } satisfies DataCall);
  const slow: DataSource = { ...source, description: { ...DATA_FUNCTION_TABLE.package, timeoutMs: 9000 } };
  const askSlowly = (argument: string): Promise<DataAnswer> =>
    desk.find(slow, { function: 'package', argument, fields: new Set() });
  return { clock, counters, open, desk, source, ask, askSlowly };
}

test('who asks the same at the same time, or a moment later, gets the same answer', async () => {
  const { ask, open, clock } = createDesk();
  const both = Promise.all([ask('bash', 'installed'), ask('bash', 'installed')]);
  await settle();
  assert.equal(open.length, 1);
  open[0]?.end();
  assert.deepEqual(await both, [{ installed: true }, { installed: true }]);
  await clock.advance(900);
  await ask('bash', 'installed');
  assert.equal(open.length, 1);
  await clock.advance(200);
  void ask('bash', 'installed');
  await settle();
  assert.equal(open.length, 2);
});

test('what an argument means is found out once for all who ask at the same time', async () => {
  const { desk, source, clock } = createDesk();
  let times = 0;
  const behindLink: DataSource = {
    ...source,
    settle: async (argument) => {
      times += 1;
      await settle();
      return `/real${argument}`;
    },
  };
  const both = Promise.all([desk.settle(behindLink, CALL), desk.settle(behindLink, CALL)]);
  assert.deepEqual(await both, ['/real/a', '/real/a']);
  assert.equal(times, 1);
  await clock.advance(1100);
  await desk.settle(behindLink, CALL);
  assert.equal(times, 2);
  assert.equal(await desk.settle(source, CALL), '/a', 'what nothing settles means what it says');
});

test('another argument and another field is another question', async () => {
  const { ask, open } = createDesk();
  void Promise.all([ask('bash', 'installed'), ask('dash', 'installed'), ask('bash', 'version')]);
  await settle();
  assert.equal(open.length, 3);
});

test('after an action nothing that was found before it counts', async () => {
  const { ask, open, counters } = createDesk();
  const first = ask('bash');
  await settle();
  open[0]?.end();
  await first;
  counters.ran += 1;
  void ask('bash');
  await settle();
  assert.equal(open.length, 2);
});

test('a failure is tried again', async () => {
  const { ask, open } = createDesk();
  const first = ask('bash');
  await settle();
  open[0]?.fail(new McoError('failed/package', 'no'));
  await assert.rejects(first, /no/);
  void ask('bash');
  await settle();
  assert.equal(open.length, 2);
});

test('a flood of questions is bounded, and places are free again when they are answered', async () => {
  const { ask, open } = createDesk();
  const results = Array.from({ length: 100 }, (_, i) =>
    ask(`p${i}`).then(
      () => 'answered',
      (error: unknown) => (error instanceof McoError ? error.code : 'bug'),
    ),
  );
  await settle();
  assert.equal(open.length, 4);
  for (let i = 0; i < 68; i++) {
    open[i]?.end();
    await settle();
  }
  const codes = await Promise.all(results);
  assert.equal(codes.filter((code) => code === 'answered').length, 68);
  assert.equal(codes.filter((code) => code === 'failed/busy').length, 32);
});

test('what waited too long for its turn is never begun', async () => {
  const { ask, askSlowly, open, clock } = createDesk();
  const stuck = Array.from({ length: 4 }, (_, i) => assert.rejects(askSlowly(`p${i}`), /did not end within 9 s/));
  const late = assert.rejects(ask('bash'), /did not end within 5 s/);
  await settle();
  assert.equal(open.length, 4);
  await clock.advance(5000);
  await late;
  await clock.advance(4000);
  await Promise.all(stuck);
  await settle();
  assert.equal(open.length, 4);
});
