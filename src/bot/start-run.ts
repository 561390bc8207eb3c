import type { Ask, CommandLine, Options } from '../core/command.ts';
import { McoError, type Span } from '../core/errors.ts';
import { suggest } from '../core/nearest.ts';
import { hideSecrets, maskInput } from '../core/secret-input.ts';
import type { IncomingMessage } from '../core/surface.ts';
import { formatCommand } from '../language/format-command.ts';
import { refuseOptions } from '../language/refuse-options.ts';
import type { Asker } from './asker.ts';
import { decideAsk } from './authority/decide-ask.ts';
import { addDataRights } from './authority/decide-data.ts';
import type { Bot } from './bot.ts';
import { describeAction } from './collecting/compose-report.ts';
import { type DecidedWish, filterOf, isNarrowing, type Run, type Wish } from './compose-request.ts';
import { resolveNodes } from './records/find-run.ts';
import type { Trail } from './records/trail.ts';
import { resolveJob } from './resolve-job.ts';
import { keepWindow } from './sending/window-options.ts';

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
 * @throws McoError `unknown/collective`, `usage/unexpected-option`; what `resolveNodes` throws
 */
export async function startRun(bot: Bot, { message, asker, line, ask: typedAsk }: Order): Promise<Wish> {
  refuseOptions(line, typedAsk);
  const collective = line.options.collective ?? bot.collective;
  if (!bot.collectives.includes(collective)) {
    const known = bot.collectives;
    throw new McoError('unknown/collective', `unknown collective \`${collective}\``, {
      hint: suggest(collective, known),
      at: spanOf(line, collective),
    });
  }
  const job = await resolveJob(bot, message, { line, ask: typedAsk });
  const ask = job?.ask ?? typedAsk;
  const description = describeAction(bot, ask);
  const typed = job?.words ?? line.words.map(({ text }) => text);
  const words = typed.map((text) => hideSecrets(text, description, ask.input));
  const source = line.options.nodes;
  const named = source === undefined ? undefined : await resolveNodes(bot, message, source);
  const given = keepWindow(line, ask);
  const options: Options = named === undefined ? given : { ...given, nodes: named.source };
  // A job is where its run was, unless somebody says otherwise.
  const ofJob = line.filter.identities.length === 0 ? job?.nodes : undefined;
  const listed = named?.nodes ?? ofJob;
  const filter = filterOf(line.filter, ask);
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
    filter,
    named: listed,
    follows: job?.follows,
    isNarrowed: listed !== undefined || isNarrowing(filter),
  };
}

/**
 * Decides as far as the nodes need not be known, and records the decision either way.
 *
 * @throws McoError `denied/policy` with the rules that counted, `unreachable/no-write-key`
 */
export async function decideRun(
  bot: Bot,
  run: Wish,
  { asker, trail }: { readonly asker: Asker; readonly trail: Trail },
): Promise<DecidedWish> {
  const { agent, action, input } = run.ask;
  const description = describeAction(bot, run.ask);
  trail.know({
    run: run.id,
    command: run.command,
    action: `${agent}.${action}`,
    input: maskInput(description, input),
    filter: run.filter,
  });
  const { authority } = bot;
  const question = { authority, asker, filter: run.filter };
  const decision = addDataRights(decideAsk(authority, asker, run.ask), question);
  const { outcome, rules } = decision;
  const reason = outcome === 'deny' ? decision.reason : undefined;
  await trail.record('decided', { result: outcome, rules, reason });
  if (decision.outcome === 'deny') {
    throw new McoError('denied/policy', decision.reason, { rules, hint: '`whoami` shows what you may do here' });
  }
  requireKey(bot, run);
  return { ...run, decision };
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
