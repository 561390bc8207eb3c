import type { CommandLine } from '../core/command.ts';
import { toMcoError } from '../core/errors.ts';
import type { IncomingMessage, Surface } from '../core/surface.ts';
import { normaliseChatText } from '../language/normalise-text.ts';
import { parseCommandLine } from '../language/parse-command-line.ts';
import { stripTrigger } from '../language/strip-trigger.ts';
import { findAsker, worldOf } from './asker.ts';
import type { Bot } from './bot.ts';
import { carryOut } from './control/carry-out.ts';
import { explainOption } from './explain-option.ts';
import { answered, type Handled, refuse } from './handled.ts';
import { learnUnknown, refreshLearned } from './learn/learn-agents.ts';
import { performRun } from './perform-run.ts';
import { planCommand } from './plan-command.ts';
import { startTrail } from './records/trail.ts';

/**
 * The chat pipeline: parse, identify, decide, target, record, sign and send, collect, record, render.
 * Never throws: whatever goes wrong is shown to the requester and recorded.
 *
 * @param signal cancels: nothing further is sent, and nothing is waited for
 */
export async function handleCommand(
  bot: Bot,
  message: IncomingMessage,
  { surface, signal }: { surface: Surface; signal: AbortSignal },
): Promise<Handled> {
  const trail = startTrail(bot, message);
  // Not waited for: whatever is done about it waits for a record that comes after this one.
  void trail.record('received', {}).catch(() => undefined);
  try {
    const line = await readLine(bot, message);
    const asker = await findAsker(bot, message);
    trail.know({ caller: asker.caller });

    const curiosity = { message, asker, line, trail, signal };
    await learnUnknown(bot, curiosity);
    const plan = planCommand(line, bot.commands, worldOf(bot, asker));
    refreshLearned(bot, plan, curiosity);
    const scene = { message, asker, surface, trail, signal };
    switch (plan.kind) {
      case 'tell':
        await surface.tell(plan);
        return answered(plan);
      case 'control':
        return await carryOut(bot, plan, { ...scene, typed: line.text, options: line.options });
      case 'ask':
        return await performRun(bot, { message, asker, line, ask: plan }, scene);
    }
  } catch (thrown) {
    return await refuse(toMcoError(thrown), surface, trail);
  }
}

/** @throws McoError `usage/*` */
async function readLine(bot: Bot, message: IncomingMessage): Promise<CommandLine> {
  try {
    return parse(message);
  } catch (thrown) {
    throw await explainOption(bot, message, toMcoError(thrown));
  }
}

/** From what a chat sent, which is not always what was typed, to a command. */
export function parse({ text, isExact }: IncomingMessage): CommandLine {
  return parseCommandLine(isExact === true ? text : stripTrigger(normaliseChatText(text)));
}
