import type { Reply } from '../../core/reply.ts';
import type { Bot } from '../bot.ts';
import { type Run, sealRequest } from '../compose-request.ts';

/** The longest that answers to a question are waited for, however many still trickle in. */
export const ALL_ANSWERS_MS = 4000;

/** How long late answers are no surprise. */
const STRAGGLER_MS = 10_000;

/** About one agent. */
export interface Subject {
  readonly name: string;
  readonly signal: AbortSignal;
}

interface Question extends Subject {
  readonly audience: string;
  readonly brief: boolean;
  onReply(reply: Reply): void;
}

/**
 * Sends one question; answers that come after `close` are passed over for some seconds more. A node answers it once: the
 * collector refuses what it says again.
 */
export async function askDescribe(bot: Bot, run: Run, question: Question): Promise<{ close(): void }> {
  const { audience, brief, name, signal, onReply } = question;
  const sealed = await sealRequest(bot, run, { ask: { ...run.ask, input: { agent: name, brief } }, audience });
  let isOver = false;
  const forget = bot.collector.open(sealed.id, {
    expects: (sender) => audience === '*' || sender === audience,
    onUnexpected: () => {},
    onReply(reply) {
      if (!isOver && reply.kind === 'result' && reply.status.name === 'ok') onReply(reply);
    },
  });
  const close = (): void => {
    isOver = true;
    bot.clock.after(STRAGGLER_MS, forget);
  };
  const expiresAt = bot.clock.now() + ALL_ANSWERS_MS;
  // Not waited for: the time that a broker takes is part of the time that answers have.
  bot.bus.publish({ ...sealed, signal, expiresAt: Math.min(sealed.expiresAt, expiresAt) }).catch(() => close());
  return { close };
}
