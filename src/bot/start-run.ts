import type { Ask, CommandLine, Options } from '../core/command.ts';
import { McoError, type Span } from '../core/errors.ts';
import type { Expression } from '../core/filter.ts';
import { suggest } from '../core/nearest.ts';
import { hideSecrets, maskInput } from '../core/secret-input.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { formatCommand } from '../language/format-command.ts';
import type { Asker } from './asker.ts';
import type { Bot } from './bot.ts';
import { describeAction } from './compose-report.ts';
import { filterOf, type Run } from './compose-request.ts';
import { resolveNodes } from './find-run.ts';
import type { Trail } from './trail.ts';

/** What a message asks of the fleet. */
export interface Order {
  readonly message: IncomingMessage;
  readonly asker: Asker;
  readonly line: CommandLine;
  readonly ask: Ask;
}

/**
 * A question becomes a run.
 *
 * @throws McoError `unknown/collective`, `usage/no-data-functions`; what `resolveNodes` throws
 */
export async function startRun(bot: Bot, { message, asker, line, ask }: Order): Promise<Run> {
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
  const typed = line.words.map(({ text }) => text);
  const words = typed.map((text) => hideSecrets(text, description, ask.input));
  const source = line.options.nodes;
  const named = source === undefined ? undefined : await resolveNodes(bot, message, source);
  const options: Options = named === undefined ? line.options : { ...line.options, nodes: named.source };
  return {
    id: bot.newId(),
    caller: asker.caller,
    origin: message.origin,
    command: formatCommand({ words, filter: line.filter, options }),
    isRepeatable: words.every((word, index) => word === typed[index]),
    ask,
    collective,
    options,
    typedFilter: line.filter,
    filter: filterOf(line.filter, ask),
    named: named?.nodes,
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
  { asker, trail }: { readonly asker: Asker; readonly trail: Trail },
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
  const decision = bot.authority.decide({ ...asker, agent, action, effect });
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
