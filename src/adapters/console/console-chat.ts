import type { Card } from '../../core/card.ts';
import type { Chat, ChatTraits, PostRef } from '../../core/chat.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { createProgressLog, type ProgressLog } from './progress-log.ts';
import type { LiveArea, Screen, TextOutput } from './screen.ts';
import { wrapLine } from './text-width.ts';

/** A terminal scrolls, so a thread may be long; what it can't have are buttons and files. */
export const CONSOLE_TRAITS: ChatTraits = {
  maxCardLength: 40_000,
  maxTableRows: 0,
  maxTableColumns: 0,
  hasFiles: false,
  hasConfirm: false,
  hasButtons: false,
  hasSingleUseButtons: false,
  editGapMs: 100,
  progressGapMs: 0,
};

export interface ConsoleChatOptions {
  /** `console` for the bot's own terminal; another name keeps a place of its own. */
  readonly name: string;
  readonly screen: Screen;
  /** The names of those who type: accounts are `console:NAME`. */
  readonly people: readonly string[];
  /** How a card reads as plain text. What it returns is safe to print. */
  readonly renderCard: (card: Card) => string;
  /** Put before each line of a thread on a terminal, `│ `: in a chat it sets answers apart from what is typed. */
  readonly gutter?: string | undefined;
  /** Where the screen can't redraw lines: progress as single lines, one every 2 s at most. Left out: none. */
  readonly progress?: { readonly output: TextOutput; readonly clock: Clock } | undefined;
}

/** A root message that may still change. */
interface OpenRoot {
  readonly live: LiveArea;
  readonly log: ProgressLog | undefined;
}

/**
 * A terminal as a chat with one channel and one person. On a terminal a root is redrawn in place until its final edit;
 * elsewhere only that and the thread are printed. What people type is handed over by `runTerminalChat`.
 */
export function createConsoleChat(options: ConsoleChatOptions): Chat {
  const { name, screen, people, renderCard, gutter = '', progress } = options;
  const open = new Map<string, OpenRoot>();
  let serial = 0;

  /** A terminal breaks inside words; what is piped on is nobody's lines but the reader's. */
  const wrap = (text: string, columns: number): string[] =>
    screen.interactive ? text.split('\n').flatMap((line) => wrapLine(line, columns)) : text.split('\n');

  const paint = (card: Card): string =>
    screen.paint.outcome(wrap(renderCard(card).replace(/\n+$/, ''), screen.columns).join('\n'));

  /** Also anew: a run that waited for approval goes on below what was printed meanwhile. */
  function openRoot(id: string): OpenRoot {
    const log = progress === undefined || screen.interactive ? undefined : createProgressLog(progress);
    const root = { live: screen.addLive(), log };
    open.set(id, root);
    return root;
  }

  function showRoot(root: OpenRoot, card: Card): void {
    if (screen.interactive) root.live.show(paint(card));
    else root.log?.add(() => renderCard(card));
  }

  async function printReply(card: Card): Promise<void> {
    const text = renderCard(card).replace(/\n+$/, '');
    if (text === '') return;
    if (gutter === '') return await screen.print(`\n${wrap(text, screen.columns).join('\n')}`);
    if (!screen.interactive) return await screen.print(text);
    const room = Math.max(screen.columns - gutter.length, 20);
    await screen.print(
      wrap(text, room)
        .map((line) => screen.paint.dim(gutter) + line)
        .join('\n'),
    );
  }

  return {
    name,
    traits: CONSOLE_TRAITS,
    async post({ channel, thread, card }): Promise<PostRef> {
      const id = String(++serial);
      if (thread !== undefined) await printReply(card);
      else showRoot(openRoot(id), card);
      return { channel, id, thread };
    },
    async edit({ id }, card, urgency) {
      if (urgency === 'progress') return showRoot(open.get(id) ?? openRoot(id), card);
      open.get(id)?.live.close();
      open.delete(id);
      await screen.print(paint(card));
    },
    upload: () => Promise.reject(new McoError('failed/chat-refused', 'a terminal takes no files: use --csv or --json')),
    whisper: (_, card) => screen.print(paint(card)),
    async findPerson(account) {
      const user = people.find((person) => account === `${name}:${person}`);
      return user === undefined ? undefined : { account, displayName: user, isBot: false, isActive: true };
    },
    findMembers: () => Promise.reject(new McoError('failed/chat-refused', 'a terminal knows no groups')),
    checkHealth: () => Promise.resolve({ roundTripMs: 0, about: 'this terminal' }),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
