import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createScreen } from '../../../../src/adapters/console/screen.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeLifetime, FakeTerminal } from './fake-terminal.ts';

function setUp(shape: ConstructorParameters<typeof FakeTerminal>[0] = {}, env: Record<string, string> = {}) {
  const terminal = new FakeTerminal(shape);
  const clock = createFakeClock();
  const lifetime = createFakeLifetime();
  return { terminal, clock, lifetime, screen: createScreen({ output: terminal, clock, env, lifetime }) };
}

test('live lines are redrawn in place and leave nothing behind', async () => {
  const { terminal, clock, screen } = setUp();
  await screen.print('ana> /mco ping');
  const live = screen.addLive();
  live.show('header\n 1 / 145');
  await clock.advance(100);
  live.show('header\n 99 / 145');
  await clock.advance(100);
  assert.deepEqual(terminal.screen, ['ana> /mco ping', 'header', ' 99 / 145']);
  live.close();
  await screen.print('done');
  assert.deepEqual(terminal.screen, ['ana> /mco ping', 'done']);
});

test('live lines that wrap are taken off completely, also after the terminal got narrower', async () => {
  const { terminal, clock, screen } = setUp({ columns: 20 });
  const live = screen.addLive();
  live.show('x'.repeat(45));
  await clock.advance(100);
  assert.equal(terminal.screen.length, 3);
  live.show('short');
  await clock.advance(100);
  assert.deepEqual(terminal.screen, ['short']);

  const narrow = setUp({ columns: 40 });
  const area = narrow.screen.addLive();
  area.show('x'.repeat(30));
  // What the terminal does by itself on a resize: the line takes two rows now.
  const before = narrow.terminal.raw.length;
  narrow.terminal.columns = 20;
  area.close();
  assert.ok(narrow.terminal.raw.slice(before).startsWith('\u001b[2A\r\u001b[0J'));
});

test('printing goes above the live lines', async () => {
  const { terminal, clock, screen } = setUp();
  const live = screen.addLive();
  live.show('RUNNING 5 / 10');
  await clock.advance(100);
  await screen.print('note');
  assert.deepEqual(terminal.screen, ['note', 'RUNNING 5 / 10']);
});

test('there are at most ten redraws a second, and the newest text wins', async () => {
  const { terminal, clock, screen } = setUp();
  const live = screen.addLive();
  const before = terminal.writes;
  for (let step = 0; step < 1000; step++) {
    live.show(`step ${step}`);
    await clock.advance(1);
  }
  assert.ok(terminal.writes - before <= 12, `${terminal.writes - before} writes`);
  await clock.advance(100);
  assert.deepEqual(terminal.screen, ['step 999']);
});

test('of live lines that are taller than the screen the last ones are drawn', async () => {
  const { terminal, clock, screen } = setUp({ rows: 4 });
  const live = screen.addLive();
  live.show('1\n2\n3\n4\n5');
  await clock.advance(100);
  assert.deepEqual(terminal.screen, ['3', '4', '5']);
});

test('any order of printing and redrawing ends with what was printed, then what is live', async () => {
  const line = fc.string({ maxLength: 30 }).map((text) => text.replace(/[^ -~]/g, 'x').trim() || 'empty');
  const step = fc.record({
    live: fc.boolean(),
    text: fc.array(line, { minLength: 1, maxLength: 3 }),
    wait: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { terminal, clock, screen } = setUp({ columns: 40, rows: 50 });
      const area = screen.addLive();
      const printed: string[] = [];
      let live: string[] = [];
      for (const { live: isLive, text, wait } of steps) {
        if (isLive) {
          live = text;
          area.show(text.join('\n'));
        } else {
          printed.push(...text);
          await screen.print(text.join('\n'));
        }
        if (wait) await clock.advance(100);
      }
      await clock.advance(100);
      assert.deepEqual(terminal.screen, [...printed, ...live]);
    }),
    { numRuns: 30 },
  );
});

test('without a terminal only what is printed comes out', async () => {
  const { terminal, clock, screen } = setUp({ isTTY: false });
  const live = screen.addLive();
  live.show('RUNNING');
  await clock.advance(1000);
  await screen.print('done');
  live.close();
  assert.equal(terminal.raw, 'done\n');
});

test('a dumb terminal is not redrawn', async () => {
  const { terminal, clock, screen } = setUp({}, { TERM: 'dumb' });
  screen.addLive().show('RUNNING');
  await clock.advance(1000);
  assert.equal(screen.interactive, false);
  assert.equal(terminal.raw, '');
});

test('NO_COLOR takes the colours away and nothing else', () => {
  assert.equal(setUp({}, { NO_COLOR: '1' }).screen.paint.outcome('OK · 5 / 5'), 'OK · 5 / 5');
  assert.equal(setUp({ isTTY: false }).screen.paint.outcome('OK · 5 / 5'), 'OK · 5 / 5');
  assert.equal(setUp({}, { NO_COLOR: '' }).screen.paint.outcome('OK · 5'), '\u001b[1;32mOK\u001b[0m · 5');
  assert.equal(setUp({}, { NO_COLOR: '1' }).screen.interactive, true);
});

test('only an outcome word at the start of a line is coloured', () => {
  const { paint } = setUp().screen;
  assert.equal(paint.outcome('OKAY then\nnode OK'), 'OKAY then\nnode OK');
  assert.equal(paint.outcome('x\nNOT SENT · why'), 'x\n\u001b[1;31mNOT SENT\u001b[0m · why');
});

test('the cursor is hidden while something is live and comes back afterwards', () => {
  const { terminal, screen, lifetime } = setUp();
  const live = screen.addLive();
  live.show('RUNNING');
  assert.equal(terminal.cursorVisible, false);
  live.close();
  assert.equal(terminal.cursorVisible, true);
  assert.deepEqual(lifetime.events.eventNames(), []);
});

test('the cursor comes back when the program exits or is interrupted, and the signal still ends it', () => {
  for (const event of ['exit', 'SIGINT', 'SIGTERM']) {
    const { terminal, screen, lifetime } = setUp();
    screen.addLive().show('RUNNING');
    lifetime.events.emit(event, event);
    assert.equal(terminal.cursorVisible, true, event);
    assert.deepEqual(lifetime.sent, event === 'exit' ? [] : [event]);
  }
});

test('a signal that somebody else handles is left to them', () => {
  const { screen, lifetime } = setUp();
  lifetime.on('SIGINT', () => undefined);
  screen.addLive().show('RUNNING');
  lifetime.events.emit('SIGINT', 'SIGINT');
  assert.deepEqual(lifetime.sent, []);
});

test('closing all live areas takes them off for good', async () => {
  const { terminal, clock, screen } = setUp();
  const live = screen.addLive();
  live.show('RUNNING');
  screen.closeLive();
  live.show('more');
  await clock.advance(1000);
  assert.deepEqual(terminal.screen, []);
  assert.equal(terminal.cursorVisible, true);
});
