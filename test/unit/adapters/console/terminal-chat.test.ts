import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createScreen } from '../../../../src/adapters/console/screen.ts';
import { runTerminalChat } from '../../../../src/adapters/console/terminal-chat.ts';
import { createFakeClock, settle } from '../../../fakes/fake-clock.ts';
import { createFakeLifetime, FakeTerminal } from './fake-terminal.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** A chat whose commands run until they are told to end; `isTTY` false plays a pipe. */
function startChat({ isTTY = true, onStart = () => {} }: { isTTY?: boolean; onStart?: (text: string) => void } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const terminal = new FakeTerminal({ isTTY, columns: 100, rows: 100 });
  const lifetime = createFakeLifetime();
  const clock = createFakeClock();
  const screen = createScreen({ output: terminal, clock, env: { NO_COLOR: '1' }, lifetime });
  const runs: { text: string; as: string; signal: AbortSignal; end(exitCode: number): void }[] = [];
  const exit = runTerminalChat({
    input,
    output: terminal,
    screen,
    lifetime,
    people: [
      { name: 'ana', about: 'operator' },
      { name: 'bob', about: 'read-only' },
    ],
    greeting: 'a simulation',
    examples: ['/mco ping'],
    escapeText: (text) => text.replace(/[^ -~·]/g, '?'),
    async onCommand(text, { name }, signal) {
      onStart(text);
      const exitCode = await new Promise<number>((end) => runs.push({ text, as: name, signal, end }));
      await screen.print(`answer to ${text}`);
      return exitCode;
    },
  });
  const type = async (text: string) => {
    input.write(text);
    await settle();
    await clock.advance(100);
  };
  const endRun = async (index: number, exitCode = 0) => {
    runs[index]?.end(exitCode);
    await settle();
  };
  return { input, terminal, lifetime, screen, runs, exit, type, endRun };
}

test('a command runs as the person who speaks, and /as changes who that is', async () => {
  const { terminal, runs, exit, type, endRun } = startChat();
  await type('/mco ping\r');
  await endRun(0);
  await type('/as bob\r');
  await type('/mco ping\r');
  await endRun(1);
  await type('/quit\r');
  assert.equal(await exit, 0);
  assert.deepEqual(
    runs.map(({ as }) => as),
    ['ana', 'bob'],
  );
  assert.deepEqual(terminal.screen, [
    'a simulation',
    'ana> /mco ping',
    'answer to /mco ping',
    '',
    'ana> /as bob',
    'you are bob now · read-only',
    'bob> /mco ping',
    'answer to /mco ping',
    '',
    'bob> /quit',
  ]);
});

test('commands that are typed meanwhile wait, say so, and their answers do not mix', async () => {
  const { terminal, runs, exit, type, endRun } = startChat();
  await type('/mco one\r/mco two\r\n/quit\r');
  assert.deepEqual(
    runs.map(({ text }) => text),
    ['/mco one'],
  );
  assert.ok(terminal.screen.includes('waits for its turn: /mco two'));
  await endRun(0);
  await endRun(1);
  assert.equal(await exit, 0);
  assert.deepEqual(terminal.screen.slice(-6), [
    'answer to /mco one',
    '',
    'ana> /mco two',
    'answer to /mco two',
    '',
    'ana> /quit',
  ]);
});

test('what is typed ahead is shown below the answer in progress and stays in the line', async () => {
  const { terminal, screen, type, endRun, exit } = startChat();
  await type('/mco one\r');
  const live = screen.addLive();
  live.show('RUNNING');
  await type('/peo');
  assert.deepEqual(terminal.screen.slice(-2), ['RUNNING', 'ana> /peo']);
  live.close();
  await endRun(0);
  assert.equal(terminal.screen.at(-1), 'ana> /peo');
  await type('ple\r');
  assert.ok(terminal.screen.some((line) => line.startsWith('* ana')));
  await type(CTRL_D);
  assert.equal(await exit, 0);
});

test('what arrives by itself is printed above the prompt, with what is being typed and its cursor', async () => {
  const { terminal, screen, runs, type, exit } = startChat();
  await type('/mco pig');
  await type('\u001b[D');
  await screen.print('JOB ENDED');
  await screen.print('two\nlines');
  assert.deepEqual(terminal.screen, ['a simulation', 'JOB ENDED', 'two', 'lines', 'ana> /mco pig']);
  await type('n');
  assert.equal(terminal.screen.at(-1), 'ana> /mco ping');
  await type('\r');
  assert.equal(runs[0]?.text, '/mco ping');
  runs[0]?.end(0);
  await settle();
  assert.equal(terminal.screen.at(-1), 'ana>');
  await type(CTRL_D);
  assert.equal(await exit, 0);
});

test('it is so for what is typed over several rows, and for progress', async () => {
  const { terminal, screen, type, exit } = startChat();
  const long = `/mco find ${'x'.repeat(250)}`;
  await type(long);
  await screen.print('LATE');
  const live = screen.addLive();
  live.show('RUNNING 1');
  live.show('RUNNING 2');
  await type('yz');
  const rows = `ana> ${long}yz`.match(/.{1,100}/g) ?? [];
  assert.deepEqual(terminal.screen, ['a simulation', 'LATE', 'RUNNING 2', ...rows]);
  live.close();
  assert.deepEqual(terminal.screen, ['a simulation', 'LATE', ...rows]);
  await type(CTRL_C);
  await screen.print('LATE again');
  assert.deepEqual(terminal.screen.slice(-2), ['LATE again', 'ana>']);
  await type(CTRL_D);
  assert.equal(await exit, 0);
});

test('Ctrl-C cancels the running command, drops what waits, and the chat goes on', async () => {
  const { terminal, runs, type, endRun, exit } = startChat();
  await type('/mco one\r/mco two\r');
  assert.equal(runs[0]?.signal.aborted, false);
  await type(CTRL_C);
  assert.equal(runs[0]?.signal.aborted, true);
  assert.ok(terminal.screen.includes('cancelling; 1 waiting line dropped (Ctrl-C again leaves at once)'));
  await endRun(0, 1);
  await type('/mco three\r');
  assert.deepEqual(
    runs.map(({ text }) => text),
    ['/mco one', '/mco three'],
  );
  await endRun(1);
  await type(CTRL_D);
  assert.equal(await exit, 0);
});

test('a second Ctrl-C leaves without waiting for the answer', async () => {
  const { terminal, screen, type, exit } = startChat();
  await type('/mco one\r');
  screen.addLive().show('RUNNING');
  await type(CTRL_C);
  await type(CTRL_C);
  assert.equal(await exit, 130);
  assert.ok(!terminal.screen.includes('RUNNING'));
  assert.equal(terminal.cursorVisible, true);
});

test('a signal from outside cancels as Ctrl-C does', async () => {
  const { runs, lifetime, type, endRun, exit } = startChat();
  await type('/mco one\r');
  lifetime.events.emit('SIGINT', 'SIGINT');
  assert.equal(runs[0]?.signal.aborted, true);
  await endRun(0);
  await type(CTRL_D);
  await exit;
  assert.equal(lifetime.events.listenerCount('SIGINT'), 0);
});

test('Ctrl-C at the prompt first throws away the line, then asks, then leaves', async () => {
  const { terminal, runs, type, exit } = startChat();
  await type(`half a line${CTRL_C}`);
  assert.deepEqual(terminal.screen.slice(-2), ['ana> half a line^C', 'ana>']);
  await type(CTRL_C);
  assert.ok(terminal.screen.includes('Ctrl-C again, or /quit, leaves'));
  await type('/people\r');
  await type(CTRL_C);
  await type(CTRL_C);
  assert.equal(await exit, 0);
  assert.equal(runs.length, 0);
});

test('Ctrl-D during a command waits for its answer', async () => {
  const { terminal, type, endRun, exit } = startChat();
  await type('/mco one\r');
  await type(CTRL_D);
  assert.ok(terminal.screen.includes('leaving when this is done; Ctrl-C cancels it'));
  await endRun(0, 3);
  assert.equal(await exit, 0);
  assert.ok(terminal.screen.includes('answer to /mco one'));
});

test('a mistake is told with what was typed made safe', async () => {
  const { terminal, type, exit } = startChat();
  await type('/as \u202eb\r');
  assert.ok(terminal.screen.includes('there is no `?b` here: known: ana, bob'), terminal.screen.join('\n'));
  await type(CTRL_D);
  await exit;
});

test('a flood of typed lines is not taken without end', async () => {
  const { terminal, runs, type, endRun, exit } = startChat();
  await type(`/mco one\r${'/people\r'.repeat(100)}/mco two\r`);
  assert.ok(terminal.screen.includes('too many commands are waiting; not taken: /mco two'));
  await endRun(0);
  await type(CTRL_D);
  await exit;
  assert.equal(runs.length, 1);
});

test('piped lines run in order, without greeting or prompt, and the last exit code is the answer', async () => {
  const { input, terminal, runs, endRun, exit } = startChat({ isTTY: false });
  input.end('/mco one\r\n\n/as bob\n/mco two');
  await settle();
  assert.equal(runs.length, 1);
  await endRun(0, 0);
  await endRun(1, 3);
  assert.equal(await exit, 3);
  assert.equal(runs[1]?.as, 'bob');
  assert.equal(terminal.raw, 'answer to /mco one\nyou are bob now · read-only\nanswer to /mco two\n');
});

test('a piped mistake counts as refused, and /quit ends before the rest', async () => {
  const first = startChat({ isTTY: false });
  first.input.end('/bogus\n');
  assert.equal(await first.exit, 1);
  const second = startChat({ isTTY: false });
  second.input.end('/quit\n/mco one\n');
  assert.equal(await second.exit, 0);
  assert.equal(second.runs.length, 0);
});

test('many more piped lines than may wait are all run', async () => {
  const { input, runs, exit, endRun } = startChat({ isTTY: false });
  input.end(Array.from({ length: 1000 }, (_, index) => `/mco ${index}\n`).join(''));
  await settle();
  for (let index = 0; index < 1000; index++) {
    while (runs[index] === undefined) await new Promise((resolve) => setImmediate(resolve));
    runs[index]?.end(index === 999 ? 2 : 0);
  }
  await endRun(999);
  assert.equal(await exit, 2);
  assert.equal(runs.at(-1)?.text, '/mco 999');
});

test('a command that throws is told and the chat goes on', async () => {
  const { input, terminal, exit } = startChat({
    isTTY: false,
    onStart: () => {
      throw new Error('boom\u001b[2J');
    },
  });
  input.end('/mco one\n');
  assert.equal(await exit, 2);
  assert.equal(terminal.raw, 'boom?[2J\n');
});
