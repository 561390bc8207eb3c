import type { Chat, ChatClick, ChatMessage, ChatReceiver, ChatRefusal } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { IncomingMessage, Surface } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';
import { handleCommand } from '../handle-command.ts';
import { refuse } from '../handled.ts';
import { startTrail } from '../trail.ts';
import { type Channelled, createChatSurface } from './chat-surface.ts';
import { drawButtonsAnew, readClick } from './read-click.ts';

/** Commands at work at once: of one chat, and of one person. Each of them holds memory and asks the whole fleet. */
const MAX_AT_WORK = 100;
const MAX_OF_ONE = 10;

/** What a service may hand over; a longer text is no command, and a longer id no id. */
const MAX_TEXT_LENGTH = 40_000;
const MAX_ID_LENGTH = 200;

export interface TakerOptions {
  readonly bot: Bot;
  readonly chatting: Channelled;
  onRefusal(refusal: ChatRefusal): void;
  onProblem(problem: McoError): void;
}

export interface MessageTaker {
  readonly receiver: ChatReceiver;
  /** Takes nothing more; resolves when everything that was begun is done. */
  drain(): Promise<void>;
  /** Waits no longer. */
  abandon(): void;
}

/**
 * Takes what people say in one chat and answers it.
 * INVARIANT: nothing is done for a message or a press that is not claimed on disk, and each is claimed once.
 */
export function createMessageTaker({ bot, chatting, onRefusal, onProblem }: TakerOptions): MessageTaker {
  const { chat, store, clock } = chatting;
  const atWork = new Set<Promise<void>>();
  const perAccount = new Map<string, number>();
  let isOpen = true;
  let isOver = false;

  async function claim(message: ChatMessage): Promise<'new' | 'known' | 'failed'> {
    if (!isOpen) return 'failed';
    if (message.id.length > MAX_ID_LENGTH || message.text.length > MAX_TEXT_LENGTH) return 'known';
    try {
      return (await store.inbox.claim({ chat: chat.name, message, receivedAt: clock.now() })) ? 'new' : 'known';
    } catch (thrown) {
      onProblem(toMcoError(thrown));
      return 'failed';
    }
  }

  /** Not waited for: the service wants its acknowledgement now. `tidyUp` follows in any case. */
  function begin(message: ChatMessage, act: (surface: Surface) => Promise<unknown>, tidyUp = async () => {}): void {
    const { account } = message;
    const surface = createChatSurface(chatting, answerPlaceOf(chat, message));
    const count = perAccount.get(account) ?? 0;
    const isTooMuch = atWork.size >= MAX_AT_WORK || count >= MAX_OF_ONE;
    perAccount.set(account, count + 1);
    const work = (isTooMuch ? refuseAs(message, describeBusy(), surface) : act(surface))
      .then(tidyUp)
      .then(() => store.inbox.close(chat.name, message.id))
      .catch((thrown: unknown) => {
        // What a stop leaves undone is taken up at the next start.
        if (!isOver) onProblem(toMcoError(thrown));
      })
      .finally(() => {
        atWork.delete(work);
        const left = (perAccount.get(account) ?? 1) - 1;
        if (left === 0) perAccount.delete(account);
        else perAccount.set(account, left);
      });
    atWork.add(work);
  }

  const refuseAs = (message: ChatMessage, error: McoError, surface: Surface): Promise<unknown> =>
    refuse(error, surface, startTrail(bot, incomingOf(chat, message)));

  const answer = (message: IncomingMessage, surface: Surface): Promise<unknown> =>
    handleCommand(bot, message, { surface, signal: new AbortController().signal });

  async function takeMessage(message: ChatMessage): Promise<boolean> {
    const claimed = await claim(message);
    if (claimed === 'new') begin(message, (surface) => answer(incomingOf(chat, message), surface));
    return claimed !== 'failed';
  }

  async function takeClick(click: ChatClick): Promise<boolean> {
    const read = await readClick(chatting, click).catch((thrown: unknown) => toMcoError(thrown));
    if (read instanceof McoError) {
      onRefusal({ error: read, account: click.account, channel: click.channel });
      return read.code !== 'failed/store';
    }
    const { message, run, problem } = read;
    const claimed = await claim(message);
    if (claimed === 'known' && chat.traits.hasSingleUseButtons) {
      const error = new McoError('untrusted/used-click', 'a button was used that had been used before');
      onRefusal({ error, account: click.account, channel: click.channel });
    }
    if (claimed !== 'new') return claimed !== 'failed';
    begin(
      message,
      (surface) =>
        problem === undefined
          ? answer({ ...incomingOf(chat, message), isExact: true }, surface)
          : refuseAs(message, problem, surface),
      () => drawButtonsAnew(chatting, run.id),
    );
    return true;
  }

  return {
    receiver: { takeMessage, takeClick, noteRefusal: onRefusal, noteProblem: onProblem },
    async drain() {
      isOpen = false;
      await Promise.all(atWork);
    },
    abandon() {
      isOver = true;
    },
  };
}

const describeBusy = (): McoError =>
  new McoError('usage/too-many', 'too many commands are at work', { hint: 'wait for one to end, or cancel one' });

function answerPlaceOf({ name }: Chat, { id, account, channel, thread, via }: ChatMessage) {
  return { place: { chat: name, channel, thread }, recipient: { account, channel, thread, via }, lane: id };
}

/** `slack:T024BE7LD` and `C0INC42` are the place `slack:T024BE7LD/C0INC42`. */
export function incomingOf({ name }: Pick<Chat, 'name'>, message: ChatMessage): IncomingMessage {
  const { id, text, account, channel, thread, post } = message;
  const [kind = name, site] = name.split(/:(.*)/s);
  const origin = { chat: kind, channel: site === undefined ? channel : `${site}/${channel}`, message: post };
  return { id, text, account, origin, place: { chat: name, channel, thread } };
}
