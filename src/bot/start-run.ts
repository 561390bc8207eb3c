import type { Ask, CommandLine, CommandWorld } from '../core/command.ts';
import { McoError, type Span } from '../core/errors.ts';
import type { Expression } from '../core/filter.ts';
import { suggest } from '../core/nearest.ts';
import { hideSecrets, maskInput } from '../core/secret-input.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { formatCommand } from '../language/format-command.ts';
import type { Bot } from './bot.ts';
import { describeAction } from './compose-report.ts';
import { filterOf, type Run } from './compose-request.ts';
import type { Trail } from './trail.ts';

/** Where a command was typed, as policies name it: `slack:TEAM/CHANNEL`, `console`. */
export function placeOf({ origin }: IncomingMessage): string {
  return origin.channel === '' ? origin.chat : `${origin.chat}:${origin.channel}`;
}

/** What commands may know of the world when they read their words. */
export function worldOf(bot: Bot, caller: string, place: string): CommandWorld {
  return {
    agents: bot.agents,
    commands: bot.commands,
    caller,
    roles: bot.authority.rolesOf(caller, place),
    may(agent, action) {
      const effect = bot.agents.find((candidate) => candidate.agent === agent)?.actions[action]?.effect;
      return effect !== undefined && bot.authority.decide({ caller, place, agent, action, effect }).outcome === 'allow';
    },
  };
}

/**
 * A question becomes a run.
 *
 * @throws McoError `unknown/collective`, `usage/no-data-functions`
 */
export function startRun(
  bot: Bot,
  { message, caller, line, ask }: { message: IncomingMessage; caller: string; line: CommandLine; ask: Ask },
): Run {
  const collective = line.options.collective ?? bot.collective;
  if (!bot.collectives.includes(collective)) {
    const known = bot.collectives;
    throw new McoError('unknown/collective', `unknown collective \`${collective}\``, {
      hint: suggest(collective, known),
      at: spanOf(line, collective),
    });
  }
  refuseDataTests(line);
  const description = describeAction(bot, ask);
  const words = line.words.map(({ text }) => hideSecrets(text, description, ask.input));
  return {
    id: bot.newId(),
    caller,
    origin: message.origin,
    line,
    command: formatCommand({ words, filter: line.filter, options: line.options }),
    ask,
    collective,
    filter: filterOf(line.filter, ask),
  };
}

/**
 * Decides, and records the decision either way.
 *
 * @throws McoError `denied/policy` with the rules that counted
 */
export async function decideRun(
  bot: Bot,
  run: Run,
  { place, trail }: { readonly place: string; readonly trail: Trail },
): Promise<void> {
  const { agent, action, effect, input } = run.ask;
  const description = describeAction(bot, run.ask);
  trail.know({
    run: run.id,
    command: run.command,
    action: `${agent}.${action}`,
    input: maskInput(description, input),
    filter: run.filter,
  });
  const decision = bot.authority.decide({ caller: run.caller, place, agent, action, effect });
  await trail.record('decided', { result: decision.outcome, rules: decision.rules, reason: decision.reason });
  if (decision.outcome === 'allow') return requireKey(bot, run);
  throw new McoError('denied/policy', decision.reason ?? `\`${agent}.${action}\` is not allowed here`, {
    rules: decision.rules,
    hint: '`whoami` shows what you may do here',
  });
}

/** A bot without the write key can't write, whatever its policy says. */
function requireKey({ signers }: Bot, { ask }: Run): void {
  if (ask.effect === 'read' || signers.write !== undefined) return;
  throw new McoError(
    'unreachable/no-write-key',
    `\`${ask.agent}.${ask.action}\` is a write, and this bot has no key for writes`,
    {
      hint: 'set `keys.write` in its configuration',
    },
  );
}

/** Where a word stands in what was typed; it is known to be there. */
function spanOf({ text }: CommandLine, word: string): Span {
  const start = Math.max(0, text.lastIndexOf(word));
  return { text, start, end: start + word.length };
}

/**
 * No node answers data functions yet: asking the whole fleet to say so helps nobody.
 *
 * @throws McoError `usage/no-data-functions`
 */
function refuseDataTests(line: CommandLine): void {
  for (const expression of line.filter.where) {
    const name = findDataFunction(expression);
    if (name === undefined) continue;
    throw new McoError('usage/no-data-functions', `data functions such as \`${name}\` are not available yet`, {
      hint: 'use facts and classes',
      at: spanOf(line, name),
    });
  }
}

function findDataFunction(expression: Expression): string | undefined {
  if ('data' in expression) return expression.data.function;
  if ('not' in expression) return findDataFunction(expression.not);
  const parts = 'all' in expression ? expression.all : 'any' in expression ? expression.any : [];
  return parts.map(findDataFunction).find((name) => name !== undefined);
}
