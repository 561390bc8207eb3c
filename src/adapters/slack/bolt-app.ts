import { App, type Context, LogLevel, type Receiver } from '@slack/bolt';
import { ACTION_PREFIX } from './read-click.ts';
import { sdkLogger } from './sdk-logger.ts';

/** What becomes of a delivery: `taken` is acknowledged, with a text for the person alone if there is one. */
export type Answer = { readonly kind: 'taken'; readonly reply?: string | undefined } | { readonly kind: 'again' };

export const TAKEN: Answer = { kind: 'taken' };
export const AGAIN: Answer = { kind: 'again' };

/** Who takes what. None of them throws. */
export interface Listeners {
  takeCommand(body: unknown): Promise<Answer>;
  takeEvent(body: unknown): Promise<Answer>;
  takeClick(body: unknown): Promise<Answer>;
}

/** Where a listener leaves its answer. */
interface Slot {
  answer: Answer;
}

/**
 * Bolt as the switchboard of what comes in: it knows Slack's kinds of payloads. Bolt acknowledges events before their
 * listeners have run, so its own acknowledgement is left out, and the answer goes back to whoever received the payload.
 *
 * @returns hands over one payload; what nobody listens to is taken. Rejects when Bolt can't read it
 */
export function createBoltApp(
  command: string,
  listeners: Listeners,
): (body: Record<string, unknown>) => Promise<Answer> {
  // Payloads come from our own server or socket: nothing is to be started.
  const receiver: Receiver = { init: () => {}, start: async () => {}, stop: async () => {} };
  const app = new App({
    receiver,
    authorize: async () => ({}),
    convoStore: false,
    ignoreSelf: false,
    logger: sdkLogger,
    logLevel: LogLevel.ERROR,
  });
  const fill = async (context: Context, answer: Promise<Answer>) => {
    (context.slot as Slot).answer = await answer;
  };
  app.command(command, ({ body, context }) => fill(context, listeners.takeCommand(body)));
  app.event('app_mention', ({ body, context }) => fill(context, listeners.takeEvent(body)));
  app.event('message', ({ body, context }) => fill(context, listeners.takeEvent(body)));
  app.action(new RegExp(`^${ACTION_PREFIX}`), ({ body, context }) => fill(context, listeners.takeClick(body)));
  return async (body) => {
    const slot: Slot = { answer: TAKEN };
    await app.processEvent({ body, ack: async () => {}, customProperties: { slot } });
    return slot.answer;
  };
}
