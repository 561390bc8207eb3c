import type { Options, Tell, Word } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { RunReport } from '../../core/report.ts';
import type { RunRecord } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import { findRun, wordOf } from '../records/find-run.ts';
import type { ControlScene } from './control-scene.ts';
import { describeWaiting } from './describe-waiting.ts';

/**
 * A run that is over, as it was reported; one that waits for approval, as what it waits for.
 *
 * @throws McoError `unknown/run`, `usage/run-not-over`
 */
export async function loadReport(
  bot: Bot,
  { message, typed, options }: ControlScene,
  word: Word,
): Promise<RunReport | Tell> {
  const run = await findRun(bot, message, wordOf(word, typed));
  if (run.end === undefined && run.approval?.state === 'awaiting') return describeWaiting(bot, run, run.approval);
  const report = await reportOf(bot, run);
  if (report !== undefined) return showAs(report, options);
  throw new McoError('usage/run-not-over', `run \`${run.id.slice(-4)}\` is not over yet`, {
    hint: 'its message in the channel shows how it goes',
  });
}

/** Shown as was asked for now, where something was. */
function showAs(report: RunReport, { verbose, display, sort, group, format }: Options): RunReport {
  const { header } = report;
  const options = {
    ...header.options,
    verbose: verbose || header.options.verbose,
    display: display ?? header.options.display,
    sort: sort ?? header.options.sort,
    group: group ?? header.options.group,
    format: format === 'text' ? header.options.format : format,
  };
  return { ...report, header: { ...header, options } };
}

/** The whole report of a run; undefined while it goes on. */
export async function reportOf({ store }: Pick<Bot, 'store'>, { id, end }: RunRecord): Promise<RunReport | undefined> {
  return end === undefined ? undefined : { ...end, results: await store.runs.resultsOf(id) };
}
