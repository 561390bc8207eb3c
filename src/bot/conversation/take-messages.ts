import type { Chat, ChatClick, ChatMessage, ChatReceiver, ChatRefusal } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { IncomingMessage, Surface } from '../../core/surface.ts';
import type { Bot } from '../bot.ts';
import { handleCommand } from '../handle-command.ts';
import { refuse } from '../handled.ts';
import { startTrail } from '../trail.ts';
import { originOf } from './chat-origin.ts';
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
  const perAccount = createCounts();
  let isOpen = true;
  let isOver = false;

  async function claim(message: ChatMessage): Promise<'new' | 'known' | 'failed'> {
    if (!isOpen) return 'failed';
    if (message.id.length > MAX_ID_LENGTH || message.text.length > MAX_TEXT_LENGTH) {
      const error = new McoError('usage/too-long', 'a message was too long to be a command');
      onRefusal({ error, account: message.account, channel: message.channel });
      return 'known';
    }
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
    const count = perAccount.add(account, 1);
    const isTooMuch = atWork.size >= MAX_AT_WORK || count > MAX_OF_ONE;
    const work = (isTooMuch ? refuseAs(message, describeBusy(), surface) : act(surface))
      .then(tidyUp)
      .then(() => store.inbox.close(chat.name, message.id))
      .catch((thrown: unknown) => {
        // What a stop leaves undone is taken up at the next start.
        if (!isOver) onProblem(toMcoError(thrown));
      })
      .finally(() => {
        atWork.delete(work);
        perAccount.add(account, -1);
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
    const command = { ...incomingOf(chat, message), isExact: true };
    const act = (surface: Surface) =>
      problem === undefined ? answer(command, surface) : refuseAs(message, problem, surface);
    begin(message, act, () => drawButtonsAnew(chatting, run.id));
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

/** How many there are of each; who is at zero is forgotten. */
function createCounts() {
  const counts = new Map<string, number>();
  return {
    add(name: string, by: 1 | -1): number {
      const count = (counts.get(name) ?? 0) + by;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
      return count;
    },
  };
}

const describeBusy = (): McoError =>
  new McoError('usage/too-many', 'too many commands are at work', { hint: 'wait for one to end, or cancel one' });

function answerPlaceOf({ name }: Chat, { id, account, channel, thread, via }: ChatMessage) {
  return { place: { chat: name, channel, thread }, recipient: { account, channel, thread, via }, lane: id };
}

function incomingOf({ name }: Chat, message: ChatMessage): IncomingMessage {
  const { id, text, account, channel, thread, post } = message;
  const place = { chat: name, channel, thread };
  return { id, text, account, origin: originOf(place, post), place };
}
