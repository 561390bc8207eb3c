import { createConsoleChat } from '../../src/adapters/console/console-chat.ts';
import { createScreen } from '../../src/adapters/console/screen.ts';
import type { Chat, PostRef } from '../../src/core/chat.ts';
import { renderCardText } from '../../src/render/render-card-text.ts';
import { createFakeClock, type FakeClock } from '../fakes/fake-clock.ts';
import { createFakeLifetime, FakeTerminal } from '../unit/adapters/console/fake-terminal.ts';
import { type ChatHarness, describeChat, type SeenPost } from './chat.ts';

/** What one root and its thread show: each has a terminal of its own, so that a test sees which text is whose. */
interface Sheet {
  readonly terminal: FakeTerminal;
  readonly chat: Chat;
  readonly clock: FakeClock;
}

function openSheet(): Sheet {
  const terminal = new FakeTerminal({ columns: 200, rows: 100 });
  const clock = createFakeClock();
  const screen = createScreen({ output: terminal, clock, env: { NO_COLOR: '1' }, lifetime: createFakeLifetime() });
  const chat = createConsoleChat({
    name: 'console',
    screen,
    people: ['ana'],
    renderCard: renderCardText,
    gutter: '│ ',
  });
  return { terminal, chat, clock };
}

async function openConsole(): Promise<ChatHarness> {
  const whispers = openSheet();
  const sheets = new Map<string, Sheet>();
  const threads = new Map<string, string>();
  let serial = 0;
  const sheetOf = ({ id, thread }: Pick<PostRef, 'id' | 'thread'>): Sheet => {
    const sheet = sheets.get(thread ?? id);
    if (sheet === undefined) throw new Error('no such post');
    return sheet;
  };
  const inner = new Map<string, PostRef>();
  const chat: Chat = {
    ...whispers.chat,
    async post(posting) {
      const id = `post-${++serial}`;
      const { thread } = posting;
      if (thread === undefined) sheets.set(id, openSheet());
      else threads.set(id, thread);
      const ref = await sheetOf({ id, thread }).chat.post(posting);
      inner.set(id, ref);
      return { ...ref, id };
    },
    edit: (post, card, urgency) => sheetOf(post).chat.edit(inner.get(post.id) ?? post, card, urgency),
  };
  const see = async (id: string, thread?: string): Promise<SeenPost> => {
    const { terminal, clock } = sheetOf({ id, thread });
    await clock.advance(1000);
    return { id, thread, text: terminal.screen.join('\n'), isByBot: true, buttons: [], notified: [] };
  };
  return {
    chat,
    channel: '',
    account: 'console:ana',
    readPosts: () =>
      Promise.all([...[...sheets.keys()].map((id) => see(id)), ...[...threads].map(([id, thread]) => see(id, thread))]),
    readWhispers: async () => whispers.terminal.screen,
    close: async () => {},
  };
}

describeChat('a terminal', openConsole, {
  lacks: ['readFiles', 'say', 'command', 'editSaid', 'press', 'loseNextAnswer', 'limitNext', 'cut', 'addGroup'],
});
