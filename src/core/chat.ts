import type { ButtonAction, Card } from './card.ts';
import type { McoError } from './errors.ts';

/**
 * A chat service as the bot sees it: Slack, Mattermost, a terminal. One contract suite holds all of them,
 * `test/contract/chat.ts`.
 *
 * Every method that talks to the service throws McoError:
 *   `unreachable/chat-busy` a rate limit, with `retryAfterMs`: nothing was done;
 *   `unreachable/chat` the service can't be reached, or its answer was lost: it may have been done;
 *   `failed/chat-refused` the service won't have it, however often it is repeated: not a member, archived, deleted.
 */
export interface Chat {
  /** What its accounts and places start with: `slack:T024BE7LD`, `mattermost:chat.example.org`, `console`. */
  readonly name: string;
  readonly traits: ChatTraits;
  /** Posts as the bot, to a channel or into a thread of it. */
  post(posting: Posting): Promise<PostRef>;
  /** Puts another card into a post of the bot's. `progress` may be refused as busy at once; `final` has its own way out. */
  edit(post: PostRef, card: Card, urgency: 'progress' | 'final'): Promise<void>;
  /** Puts a file into a thread. */
  upload(upload: Upload): Promise<void>;
  /**
   * Shows a card to one person alone, where the platform can; else in a direct message.
   *
   * @param key names this whisper, and no other, where it may be tried again: as for `Posting.key`
   */
  whisper(recipient: Recipient, card: Card, key?: string): Promise<void>;
  /** What the service says of an account; undefined when it knows nobody of that id. */
  findPerson(account: string): Promise<ChatPerson | undefined>;
  /**
   * The accounts in a group of the service: `slack:T024BE7LD/S0614TZR7`, `mattermost:chat.example.org/channel/ID`.
   *
   * @throws McoError `failed/chat-refused` where the plan or the rights do not let the bot see it
   */
  findMembers(group: string): Promise<readonly string[]>;
  /** A round trip to the service. @throws McoError as above */
  checkHealth(): Promise<ChatHealth>;
  /** Connects and hands over what people say. Resolves when connected, or when it goes on trying by itself. */
  start(receiver: ChatReceiver): Promise<void>;
  /** Takes nothing more from people; what is being sent is finished. */
  stop(): Promise<void>;
}

/** What differs between the services, as far as the bot must know. */
export interface ChatTraits {
  /** How much a message may hold, in characters as the service counts them, with room for its markup. */
  readonly maxCardLength: number;
  /** The largest table that the service draws, without its head. Zero: it has none. */
  readonly maxTableRows: number;
  readonly maxTableColumns: number;
  /** Whether complete results can be put into a thread as a file. */
  readonly hasFiles: boolean;
  /** Whether a button asks before it acts. Where it can't, writes are not offered as buttons. */
  readonly hasConfirm: boolean;
  readonly hasButtons: boolean;
  /** A press uses a button up for whoever pressed: the card is drawn anew after it. */
  readonly hasSingleUseButtons: boolean;
  /** Between two progress edits of one post, and between any two progress edits. */
  readonly editGapMs: number;
  readonly progressGapMs: number;
}

/** A post of the bot's, by the service's own ids. */
export interface PostRef {
  readonly channel: string;
  readonly id: string;
  /** The first post of the thread it stands in; undefined for one that stands in the channel. */
  readonly thread?: string | undefined;
}

export interface Posting {
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly card: Card;
  /** Names this message, and no other, for ever. At most 60 characters of `[A-Za-z0-9:._-]`. */
  readonly key: string;
  /** When it was first tried, if it was: it may have arrived, and must not be there twice. Ms since the epoch. */
  readonly firstTriedAt?: number | undefined;
}

export interface Upload {
  readonly channel: string;
  readonly thread: string;
  /** `7f3a.csv`. */
  readonly name: string;
  readonly title: string;
  readonly content: string;
  readonly key: string;
  readonly firstTriedAt?: number | undefined;
}

/** One person, in the place where they asked. */
export interface Recipient {
  /** `slack:T024BE7LD/U2147483697`. */
  readonly account: string;
  readonly channel: string;
  readonly thread?: string | undefined;
  /** The service's own short-lived way to answer this one message; opaque to the bot. */
  readonly via?: string | undefined;
}

export interface ChatPerson {
  readonly account: string;
  /** As people know them; never to be decided by. */
  readonly displayName: string;
  readonly isBot: boolean;
  readonly isActive: boolean;
}

export interface ChatHealth {
  readonly roundTripMs: number;
  /** One line: `Socket Mode, 2 connections`. */
  readonly about: string;
}

/** Something that somebody said to the bot. */
export interface ChatMessage {
  /** The same for every delivery of the same message, and for no other; at most 200 characters. */
  readonly id: string;
  readonly text: string;
  readonly account: string;
  readonly channel: string;
  /** The thread it was said in. */
  readonly thread?: string | undefined;
  /** The service's id of the message, where it has one. */
  readonly post?: string | undefined;
  readonly via?: string | undefined;
}

/** A press of a button that the service, or the button's own key, vouches for. */
export interface ChatClick {
  readonly id: string;
  readonly account: string;
  readonly channel: string;
  /** The post with the button, and its thread. */
  readonly post: string;
  readonly thread?: string | undefined;
  readonly action: ButtonAction;
  readonly run: string;
  readonly via?: string | undefined;
}

/** Something that reached the bot's door and was not let in: a forged click, a stale signature. Goes to the audit. */
export interface ChatRefusal {
  readonly error: McoError;
  /** Who it claims to be from; not to be believed. */
  readonly account?: string | undefined;
  readonly channel?: string | undefined;
}

/** What takes over from the services. None of these throws. */
export interface ChatReceiver {
  /** Resolves when the message is safe: from then on it is the bot's, and may be acknowledged. False: try again. */
  takeMessage(message: ChatMessage): Promise<boolean>;
  takeClick(click: ChatClick): Promise<boolean>;
  noteRefusal(refusal: ChatRefusal): void;
  /** For the log: connections lost and made again, messages that were missed and fetched. */
  noteProblem(problem: McoError): void;
}
