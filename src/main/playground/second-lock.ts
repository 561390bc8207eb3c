import { findAsker, worldOf } from '../../bot/asker.ts';
import type { Bot } from '../../bot/bot.ts';
import { sealRequest } from '../../bot/compose-request.ts';
import { parse } from '../../bot/handle-command.ts';
import { planCommand } from '../../bot/plan-command.ts';
import { startRun } from '../../bot/start-run.ts';
import { escapeText } from '../../core/escape-text.ts';
import { EVERYBODY } from '../../core/filter.ts';
import type { Reply, StatusName } from '../../core/reply.ts';
import type { IncomingMessage, Refusal } from '../../core/surface.ts';

/** How long the tried node may take to answer. */
const PATIENCE_MS = 3000;

/** What one node said to it; undefined when it gave no answer. */
export interface Trial {
  readonly reply: Reply | undefined;
}

/**
 * Shows that the nodes hold without the bot: sends a command that the bot's policy denied to one node all the same,
 * properly signed with the bot's own key, as a bot in the wrong hands would.
 *
 * @returns undefined where no node was meant: the bot alone keeps what is its own
 * @throws McoError `unreachable/*`
 */
export async function trySecondLock(bot: Bot, message: IncomingMessage, node: string): Promise<Trial | undefined> {
  const line = parse(message);
  const asker = await findAsker(bot, message);
  const ask = planCommand(line, bot.commands, worldOf(bot, asker));
  if (ask.kind !== 'ask') return undefined;
  const run = { ...(await startRun(bot, { message, asker, line, ask })), filter: EVERYBODY };
  const sealed = await sealRequest(bot, run, { ask, audience: node });
  return new Promise((resolve, reject) => {
    const close = bot.collector.open(sealed.id, {
      expects: (sender) => sender === node,
      onUnexpected: () => {},
      onReply: (reply) => reply.kind === 'result' && finish(reply),
    });
    const cancel = bot.clock.after(PATIENCE_MS, () => finish(undefined));
    const finish = (reply: Reply | undefined): void => {
      close();
      cancel();
      resolve({ reply });
    };
    bot.bus.publish(sealed).catch(reject);
  });
}

/** Whether there is a second lock to try: a denial by policy, not a misspelt command. */
export const isDenial = ({ outcome }: Refusal): boolean => outcome === 'DENIED';

/** How a node ends what it was let do. */
const RAN: readonly StatusName[] = ['ok', 'aborted', 'timeout'];

/** What the trial showed, for the terminal. */
export function describeSecondLock({ reply }: Trial, node: string): string {
  return [
    '(simulation: the bot sent nothing. To show the second lock, the same request was then put on the wire',
    ` behind its back, signed with its own write key. ${describeTrial(reply, node)})`,
  ].join('\n');
}

function describeTrial(reply: Reply | undefined, node: string): string {
  if (reply === undefined) return `${node} gave no answer`;
  const answer = `${reply.status.name}: ${escapeText(reply.status.message, 300)}`;
  if (!RAN.includes(reply.status.name)) return `${node} answered ${answer}`;
  return `This node's own policy allows it: on ${node} it was run, and answered ${answer}`;
}
