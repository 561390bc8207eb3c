import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConsoleChat } from '../../../../src/adapters/console/console-chat.ts';
import { createScreen } from '../../../../src/adapters/console/screen.ts';
import type { Card } from '../../../../src/core/card.ts';
import { renderCardText } from '../../../../src/render/render-card-text.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeLifetime, FakeTerminal } from './fake-terminal.ts';

const running = (answered: number): Card => ({
  header: 'head',
  outcome: 'RUNNING',
  summary: `${answered} / 145`,
  body: [],
});

const DONE: Card = { header: 'head', outcome: 'OK', summary: '2', body: [] };

const DETAILS: Card = { body: [{ kind: 'fixed', lines: [' fai05: bash-4.3.', '', 'Summary of Ensure:'] }] };

function setUp(shape: ConstructorParameters<typeof FakeTerminal>[0] = {}, gutter?: string) {
  const terminal = new FakeTerminal(shape);
  const errors = new FakeTerminal({ isTTY: false });
  const clock = createFakeClock();
  const screen = createScreen({ output: terminal, clock, env: { NO_COLOR: '1' }, lifetime: createFakeLifetime() });
  const progress = { output: errors, clock };
  const people = ['ana'];
  const chat = createConsoleChat({ name: 'console', screen, people, renderCard: renderCardText, gutter, progress });
  const open = (card = running(0)) => chat.post({ channel: '', card, key: 'a' });
  const finish = async (root: Awaited<ReturnType<typeof open>>, details = DETAILS) => {
    await chat.edit(root, DONE, 'final');
    await chat.post({ channel: '', thread: root.id, card: details, key: 'b' });
  };
  return { terminal, errors, clock, chat, open, finish };
}

describe('a terminal as a chat', () => {
  it('redraws the root in place, and shows the thread in a gutter', async () => {
    const { terminal, errors, clock, chat, open, finish } = setUp({}, '│ ');
    const root = await open();
    await chat.edit(root, running(98), 'progress');
    await clock.advance(100);
    assert.deepEqual(terminal.screen, ['head', 'RUNNING · 98 / 145']);
    await finish(root);
    assert.deepEqual(terminal.screen, ['head', 'OK · 2', '│  fai05: bash-4.3.', '│', '│ Summary of Ensure:']);
    assert.equal(errors.raw, '');
  });

  it('goes on below what was printed, where a root that was printed already moves on', async () => {
    const { terminal, clock, chat, open, finish } = setUp();
    const root = await open();
    await chat.edit(root, { ...running(0), outcome: 'AWAITING APPROVAL' }, 'final');
    await clock.advance(100);
    const printed = terminal.screen;
    for (const answered of [1, 2]) {
      await chat.edit(root, running(answered), 'progress');
      await clock.advance(100);
    }
    assert.deepEqual(terminal.screen, [...printed, 'head', 'RUNNING · 2 / 145']);
    await finish(root);
    assert.deepEqual(terminal.screen.slice(0, printed.length + 2), [...printed, 'head', 'OK · 2']);
  });

  it('wraps long lines of the thread inside the gutter', async () => {
    const { terminal, open, finish } = setUp({ columns: 22 }, '│ ');
    await finish(await open(), { body: [{ kind: 'fixed', lines: ['x'.repeat(50)] }] });
    const row = `│ ${'x'.repeat(20)}`;
    assert.deepEqual(terminal.screen.slice(2), [row, row, `│ ${'x'.repeat(10)}`]);
  });

  it('prints only the end where nothing can be redrawn, and a line of progress every two seconds elsewhere', async () => {
    const { terminal, errors, clock, chat, open, finish } = setUp({ isTTY: false }, '│ ');
    const root = await open();
    for (let answered = 1; answered <= 50; answered++) {
      await clock.advance(100);
      await chat.edit(root, running(answered), 'progress');
    }
    assert.equal(terminal.raw, '');
    assert.equal(errors.raw, 'RUNNING · 20 / 145\nRUNNING · 40 / 145\n');
    await finish(root);
    assert.equal(terminal.raw, 'head\nOK · 2\n fai05: bash-4.3.\n\nSummary of Ensure:\n');
  });

  it('sets the thread apart with an empty line where it has no gutter', async () => {
    const { terminal, open, finish } = setUp({ isTTY: false });
    await finish(await open());
    assert.match(terminal.raw, /OK · 2\n\n fai05/);
  });

  it('refuses files and groups in words', async () => {
    const { chat } = setUp();
    const file = { channel: '', thread: '1', name: 'a.csv', title: 'a', content: '', key: 'c' };
    await assert.rejects(chat.upload(file), /--csv/);
    await assert.rejects(chat.findMembers('console/x'), /no groups/);
  });
});
