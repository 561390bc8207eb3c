import type { Clock } from '../../core/ports.ts';
import { createSteadyNow } from '../../core/steady-now.ts';
import { sleep } from '../../core/waiting.ts';
import { chatBusy } from './chat-error.ts';

/** Slack takes about one message a second in a channel, and forgives short bursts (https://docs.slack.dev/apis/web-api/rate-limits). */
const GAP_MS = 1000;
const BURST = 2;
/** So little is waited for here; more is for the outbox. */
const SHORT_WAIT_MS = 50;
const MAX_CHANNELS = 1000;

/** Keeps posts of one channel apart. */
export interface PostPace {
  /** @throws McoError `unreachable/chat-busy` when it is too early */
  take(channel: string): Promise<void>;
}

export function createPostPace(clock: Clock): PostPace {
  const readNow = createSteadyNow(clock);
  /** When the channel would be idle again, were every post to take its whole gap. */
  const idleAt = new Map<string, number>();

  function forgetIdle(now: number): void {
    for (const [channel, at] of idleAt) if (at <= now) idleAt.delete(channel);
  }

  return {
    async take(channel) {
      const now = readNow();
      const from = Math.max(now, idleAt.get(channel) ?? 0);
      const waitMs = from - now - (BURST - 1) * GAP_MS;
      if (waitMs > SHORT_WAIT_MS) throw chatBusy('slack takes one message a second in a channel', waitMs);
      if (idleAt.size >= MAX_CHANNELS) forgetIdle(now);
      idleAt.set(channel, from + GAP_MS);
      if (waitMs > 0) await sleep(clock, waitMs);
    },
  };
}
