import type { Chat, ChatClick, ChatMessage, ChatReceiver, ChatRefusal } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { SeenMessage } from '../../core/store.ts';
import type { IncomingMessage, Surface } from '../../core/surface.ts';
import { findAsker, isKnownByAccount, mayUseAnything } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { handleCommand } from '../handle-command.ts';
import { refuse } from '../handled.ts';
import { startTrail } from '../records/trail.ts';
import { originOf } from './chat-origin.ts';
import { type Channelled, createChatSurface } from './chat-surface.ts';
import { createPlaces, type Place } from './places.ts';
import { drawButtonsAnew, readClick } from './read-click.ts';

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
  const places = createPlaces();
  let isOpen = true;
  let isOver = false;

  const noteRefused = (error: McoError, { account, channel }: ChatMessage | ChatClick): void =>
    onRefusal({ error, account, channel });

  async function claim(message: ChatMessage): Promise<'new' | 'known' | 'failed'> {
    if (!isOpen) return 'failed';
    if (message.id.length > MAX_ID_LENGTH || message.text.length > MAX_TEXT_LENGTH) {
      noteRefused(new McoError('usage/too-long', 'a message was too long to be a command'), message);
      return 'known';
    }
    try {
      return (await store.inbox.claim(toSeen(chat, message, clock.now()))) ? 'new' : 'known';
    } catch (thrown) {
      onProblem(toMcoError(thrown));
      return 'failed';
    }
  }

  /** Not waited for: the service wants its acknowledgement now. `tidyUp` follows in any case. */
  function begin(message: ChatMessage, act: (surface: Surface) => Promise<unknown>, tidyUp = async () => {}): void {
    const surface = createChatSurface(chatting, answerPlaceOf(chat, message));
    const incoming = incomingOf(chat, message);
    const isKnown = isKnownByAccount(bot, incoming);
    const place = places.take(message.account, isKnown);
    const work = admit(bot, incoming, { place, isKnown })
      .then((isAdmitted) => (isAdmitted ? act(surface) : refuseAs(message, describeBusy(), surface)))
      .then(tidyUp)
      .then(() => store.inbox.close(chat.name, message.id))
      .catch((thrown: unknown) => {
        // What a stop leaves undone is taken up at the next start.
        if (!isOver) onProblem(toMcoError(thrown));
      })
      .finally(() => {
        atWork.delete(work);
        place?.leave();
      });
    atWork.add(work);
  }

  const refuseAs = (message: ChatMessage, error: McoError, surface: Surface): Promise<unknown> =>
    refuse(error, surface, startTrail(bot, incomingOf(chat, message)));

  async function takeMessage(message: ChatMessage): Promise<boolean> {
    const claimed = await claim(message);
    if (claimed === 'new') begin(message, (surface) => answer(bot, incomingOf(chat, message), surface));
    return claimed !== 'failed';
  }

  async function takeClick(click: ChatClick): Promise<boolean> {
    const read = await readClick(chatting, click).catch((thrown: unknown) => toMcoError(thrown));
    if (read instanceof McoError) {
      noteRefused(read, click);
      return read.code !== 'failed/store';
    }
    const { message, run, problem } = read;
    const claimed = await claim(message);
    if (claimed === 'known' && chat.traits.hasSingleUseButtons) {
      noteRefused(new McoError('untrusted/used-click', 'a button was used that had been used before'), click);
      await tellUsed(chatting, message);
    }
    if (claimed !== 'new') return claimed !== 'failed';
    const command = { ...incomingOf(chat, message), isExact: true };
    const act = (surface: Surface) =>
      problem === undefined ? answer(bot, command, surface) : refuseAs(message, problem, surface);
    begin(message, act, () => drawButtonsAnew(bot, chatting, run.id));
    return true;
  }

  return {
    receiver: { takeMessage, takeClick, noteRefusal: onRefusal, noteProblem: onProblem },
    drain: async () => {
      isOpen = false;
      await Promise.all(atWork);
    },
    abandon() {
      isOver = true;
    },
  };
}

/** Nothing is done, and whoever pressed is told so: a button that does nothing looks broken. */
async function tellUsed(chatting: Channelled, message: ChatMessage): Promise<void> {
  const error = new McoError('usage/used-button', 'you have pressed this button already', {
    hint: 'the message gets new buttons in a moment',
  });
  const surface = createChatSurface(chatting, answerPlaceOf(chatting.chat, message));
  await surface.refuse({ outcome: 'NOT SENT', error, rules: [] }).catch(() => undefined);
}

const answer = (bot: Bot, message: IncomingMessage, surface: Surface): Promise<unknown> =>
  handleCommand(bot, message, { surface, signal: new AbortController().signal });

/** Its text is not kept: it may hold a secret, and a message that was left undone is answered, never carried out. */
const toSeen = (chat: Chat, message: ChatMessage, receivedAt: number): SeenMessage => ({
  chat: chat.name,
  message: { ...message, text: '' },
  receivedAt,
});

/** Whose rights come from a group of the service is a stranger until it has told that. */
async function admit(
  bot: Bot,
  message: IncomingMessage,
  { place, isKnown }: { readonly place: Place | undefined; readonly isKnown: boolean },
): Promise<boolean> {
  if (place === undefined || isKnown) return place !== undefined;
  try {
    return mayUseAnything(bot, await findAsker(bot, message)) ? place.becomeKnown() : true;
  } catch {
    // The command itself meets the same, and is refused with the reason.
    return true;
  }
}

const describeBusy = (): McoError =>
  new McoError('usage/too-many', 'too many commands are at work', { hint: 'wait for an answer, then give it again' });

function answerPlaceOf({ name }: Chat, { id, account, channel, thread, via }: ChatMessage) {
  return { place: { chat: name, channel, thread }, recipient: { account, channel, thread, via }, lane: id };
}

function incomingOf({ name }: Chat, message: ChatMessage): IncomingMessage {
  const { id, text, account, channel, thread, post } = message;
  const place = { chat: name, channel, thread };
  return { id, text, account, origin: originOf(place, post), place };
}
