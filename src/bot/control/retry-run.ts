import type { Effect } from '../../core/agent-description.ts';
import type { CommandLine, Control, NodeShare } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { RunRecord } from '../../core/store.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import { worldOf } from '../asker.ts';
import type { Bot } from '../bot.ts';
import type { Handled } from '../handled.ts';
import { performRun } from '../perform-run.ts';
import { planCommand } from '../plan-command.ts';
import { findRun, wordOf } from '../records/find-run.ts';
import type { ControlScene } from './control-scene.ts';

/**
 * Asks the same of some nodes of a run again: a new run of whoever retries it, decided anew.
 *
 * @throws McoError `unknown/run`, `usage/*`; what `performRun` throws
 */
export async function retryRun(
  bot: Bot,
  scene: ControlScene,
  { run: word, which }: Extract<Control, { verb: 'retry' }>,
): Promise<Handled> {
  const { message, asker, typed } = scene;
  const run = await findRun(bot, message, wordOf(word, typed));
  const line = repeatLine(run, narrow(which, run.header.effect));
  const plan = planCommand(line, bot.commands, worldOf(bot, asker));
  if (plan.kind !== 'ask') throw new McoError('usage/not-a-question', 'only questions to the nodes can be retried');
  return await performRun(bot, { message, asker, line, ask: plan }, scene);
}

/**
 * The command of a run as one that can be carried out again.
 *
 * @throws McoError `usage/holds-secret`
 */
export function commandOf({ id, header, isRepeatable }: RunRecord): string {
  if (isRepeatable) return header.command;
  throw new McoError('usage/holds-secret', `run \`${id.slice(-4)}\` holds a secret, which is not kept`, {
    hint: 'type the command again',
  });
}

/** The list of nodes takes the place of the filter that made it. */
function repeatLine(run: RunRecord, which: NodeShare): CommandLine {
  const line = parseCommandLine(commandOf(run));
  const filter = { facts: [], classes: [], agents: [], identities: [], where: [] };
  const nodes = { from: 'run', run: run.id, which } as const;
  return { ...line, filter, options: { ...line.options, nodes, limit: undefined, limitSeed: undefined } };
}

/** Silent nodes may have done what was asked: a write is only repeated there when somebody says so. */
const narrow = (which: NodeShare, effect: Effect): NodeShare =>
  which === 'open' && effect === 'write' ? 'failed' : which;
