import type { ChatMessage, ChatReceiver } from '../../core/chat.ts';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { sleep } from '../../core/waiting.ts';
import type { Directory } from './directory.ts';
import { isByProgram, readPost, type SaidPost } from './read-post.ts';

/** Messages older than this get nothing: who wrote them has gone on to something else. */
export const MAX_AGE_MS = 15 * 60_000;

const MAX_WAITING = 1000;
const MAX_REMEMBERED = 5000;
const MAX_RETRY_MS = 30_000;

export interface IntakeOptions {
  readonly chat: string;
  readonly directory: Directory;
  readonly receiver: ChatReceiver;
  readonly clock: Clock;
}

/** Where posts come in, from the socket and from catching up: each is handed over once, in its channel's order. */
export interface Intake {
  /** False: too many wait; to be offered again. */
  offer(said: SaidPost): boolean;
  /** Whether everything that was offered has been handed over. */
  readonly isIdle: boolean;
  close(): void;
}

export function createIntake(options: IntakeOptions): Intake {
  const { receiver, clock } = options;
  const tails = new Map<string, Promise<void>>();
  const remembered = new Set<string>();
  const closing = new AbortController();
  let waiting = 0;

  const forget = (id: string): void => void remembered.delete(id);
  const remember = (id: string): void => {
    remembered.add(id);
    if (remembered.size > MAX_REMEMBERED) forget(remembered.values().next().value as string);
  };
  const handle = async (said: SaidPost): Promise<void> => {
    const deadline = clock.now() + MAX_AGE_MS;
    for (let delayMs = 500; !closing.signal.aborted; delayMs = Math.min(delayMs * 2, MAX_RETRY_MS)) {
      if (await tryOnce(options, said)) return;
      if (clock.now() >= deadline) break;
      await sleep(clock, delayMs, closing.signal);
    }
    forget(said.post.id);
    if (closing.signal.aborted) return;
    receiver.noteProblem(
      new McoError('failed/chat-intake', 'a message could not be taken in 15 minutes; it was dropped'),
    );
  };
  return {
    offer(said) {
      const { id, channel_id: channel } = said.post;
      if (closing.signal.aborted || remembered.has(id)) return true;
      if (waiting >= MAX_WAITING) return false;
      remember(id);
      waiting += 1;
      const tail = (tails.get(channel) ?? Promise.resolve()).then(() => handle(said));
      tails.set(channel, tail);
      void tail.finally(() => {
        waiting -= 1;
        if (tails.get(channel) === tail) tails.delete(channel);
      });
      return true;
    },
    get isIdle() {
      return waiting === 0;
    },
    close: () => closing.abort(),
  };
}

/** False: it has to be tried again. */
async function tryOnce({ chat, directory, receiver }: IntakeOptions, said: SaidPost): Promise<boolean> {
  try {
    const message: ChatMessage | undefined = readPost(chat, await directory.me(), said);
    if (message === undefined) return true;
    if (isByProgram(said.post)) {
      receiver.noteRefusal({ error: describeProgram(), account: message.account, channel: message.channel });
      return true;
    }
    if (!(await directory.isPerson(said.post.user_id))) return true;
    return await receiver.takeMessage(message);
  } catch (error) {
    const problem = toMcoError(error);
    receiver.noteProblem(problem);
    return problem.family !== 'unreachable';
  }
}

const describeProgram = (): McoError =>
  new McoError('untrusted/by-program', 'a post that a program made spoke to the bot');
