import type { Chat } from '../../../src/core/chat.ts';
import { toMcoError } from '../../../src/core/errors.ts';
import type { Clock } from '../../../src/core/ports.ts';

/** A progress edit that the bot tried: `ok`, or the code of what it got. */
export interface ProgressEdit {
  readonly at: number;
  readonly result: string;
}

export interface WatchedChat {
  readonly chat: Chat;
  readonly progress: ProgressEdit[];
  /** What was said, by the message's id: the bot does not keep it. */
  readonly said: ReadonlyMap<string, string>;
}

/** The same chat, what was said in it, and what became of every progress edit. */
export function watchChat(chat: Chat, clock: Clock): WatchedChat {
  const progress: ProgressEdit[] = [];
  const said = new Map<string, string>();
  const watched: Chat = {
    name: chat.name,
    traits: chat.traits,
    post: (posting) => chat.post(posting),
    async edit(post, card, urgency) {
      const at = clock.now();
      try {
        await chat.edit(post, card, urgency);
        if (urgency === 'progress') progress.push({ at, result: 'ok' });
      } catch (thrown) {
        if (urgency === 'progress') progress.push({ at, result: toMcoError(thrown).code });
        throw thrown;
      }
    },
    upload: (upload) => chat.upload(upload),
    whisper: (recipient, card, key) => chat.whisper(recipient, card, key),
    findPerson: (account) => chat.findPerson(account),
    findMembers: (group) => chat.findMembers(group),
    checkHealth: () => chat.checkHealth(),
    start: (receiver) =>
      chat.start({
        ...receiver,
        takeMessage(message) {
          said.set(message.id, message.text);
          return receiver.takeMessage(message);
        },
      }),
    stop: () => chat.stop(),
  };
  return { chat: watched, progress, said };
}

/** The most that fell into any minute. */
export function countBusiestMinute(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [to, at] of sorted.entries()) {
    while ((sorted[from] ?? at) <= at - 60_000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
