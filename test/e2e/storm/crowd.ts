import type { ButtonAction } from '../../../src/core/card.ts';
import type { PostRef } from '../../../src/core/chat.ts';
import type { Platform, Way } from './storm-plan.ts';

/** Whether the bot took it: `taken` was acknowledged and counts; of `unknown` ones nobody knows. */
export interface Sent {
  readonly state: 'taken' | 'unknown';
  /** `ChatMessage.id`, where it can be known from outside. */
  readonly id?: string | undefined;
}

export interface Saying {
  readonly person: number;
  readonly channel: number;
  readonly way: Way;
  readonly text: string;
  /** A thread of that channel, for `thread`. */
  readonly thread?: string | undefined;
}

/** A message of the bot's as people see it. */
export interface SeenPost {
  readonly id: string;
  readonly channel: string;
  readonly thread: string | undefined;
  readonly text: string;
  /** The key by which the bot posted it, or what stands for it on the service; undefined where the service has lost it. */
  readonly key: string | undefined;
  readonly files: readonly string[];
}

/** The people of one chat service and what they see. */
export interface Crowd {
  readonly platform: Platform;
  /** `Chat.name`. */
  readonly chat: string;
  /** By its number; the service's id. */
  channelOf(channel: number): string;
  accountOf(person: number): string;
  say(saying: Saying): Promise<Sent>;
  /** Undefined when there is no such button. */
  press(use: { person: number; post: PostRef; action: ButtonAction }): Promise<Sent | undefined>;
  /** How a key of the bot's shows in its posts. */
  showKey(key: string): string;
  /** Everything that the bot posted where others can read it, direct messages included. */
  posts(): readonly SeenPost[];
  /** What the bot told this person alone, in whatever way. */
  whispers(account: string): readonly string[];
}
