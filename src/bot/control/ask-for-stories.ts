import { McoError } from '../../core/errors.ts';
import type { RunReport } from '../../core/report.ts';
import { parseCommandLine } from '../../language/parse-command-line.ts';
import { quoteWord } from '../../language/quote-word.ts';
import { worldOf } from '../asker.ts';
import type { Bot } from '../bot.ts';
import { performRun } from '../perform-run.ts';
import { planCommand } from '../plan-command.ts';
import { startTrail } from '../records/trail.ts';
import type { ControlScene } from './control-scene.ts';
import { SILENT_SURFACE } from './silent-surface.ts';

/** A node searches its files in a fraction of that; somebody waits for the slowest. */
const TIMEOUT_S = 10;
/** In a command that may be given again much later, four characters could come to mean another run. */
const RUN_LENGTH = 8;

export interface StoryQuestion {
  readonly run: string;
  readonly nodes: readonly string[];
  readonly collective: string | undefined;
}

/**
 * Asks the nodes of a run for their own records of it. That is a run like any other, of whoever compares: decided by the
 * policy, recorded, listed by `runs`, cancelled by `cancel`. Only it is not shown: what comes of it is.
 *
 * @throws McoError `denied/policy`, `usage/too-many`; what `performRun` throws
 */
export async function askForStories(
  bot: Bot,
  scene: ControlScene,
  { run, nodes, collective }: StoryQuestion,
): Promise<RunReport> {
  const { message, asker } = scene;
  const end = run.slice(-RUN_LENGTH);
  const where = collective === undefined ? '' : ` -T ${quoteWord(collective)}`;
  const line = parseCommandLine(`rpc rpcutil audit run=${run} --nodes ${end}${where} --timeout ${TIMEOUT_S}`);
  const plan = planCommand(line, bot.commands, worldOf(bot, asker));
  if (plan.kind !== 'ask') throw new McoError('bug/no-question', 'the question for the nodes is none');
  // The list comes from the trail: the store may have forgotten the run, or belong to another channel.
  const named = { ...line, options: { ...line.options, nodes: { from: 'file', file: end } as const } };
  const trail = startTrail(bot, { ...message, text: line.canonical, isExact: true });
  trail.know({ caller: asker.caller });
  const { report, refusal } = await performRun(
    { ...bot, readNodeList: () => Promise.resolve(nodes) },
    { message, asker, line: named, ask: plan },
    { ...scene, surface: SILENT_SURFACE, trail },
  );
  if (report !== undefined) return report;
  throw refusal?.error ?? new McoError('failed/no-report', 'nothing came of asking the nodes');
}
