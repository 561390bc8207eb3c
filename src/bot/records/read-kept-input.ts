import type { Input } from '../../core/agent-description.ts';
import { McoError } from '../../core/errors.ts';
import { maskInput } from '../../core/secret-input.ts';
import type { RunRecord } from '../../core/store.ts';
import { UNKNOWN_VALUE } from '../../policy/match-inputs.ts';
import { findKnownAction } from '../approval/known-action.ts';
import type { Bot } from '../bot.ts';

/**
 * What a run's action was given, as far as it is kept: rules that look at what was taken out take it for the worst.
 *
 * @throws McoError `usage/no-job`
 */
export function readKeptInput(bot: Bot, run: RunRecord): Input {
  if (run.input === undefined) throw describeNoJob(run, 'was begun by an older version, which kept too little of it');
  const masked = maskInput(findKnownAction(bot, run), run.input) ?? {};
  return Object.fromEntries(
    Object.entries(run.input).map(([name, value]) => [name, masked[name] === value ? value : UNKNOWN_VALUE]),
  );
}

/** @param why what keeps somebody from looking after the jobs of this run */
export const describeNoJob = ({ id }: RunRecord, why: string): McoError =>
  new McoError('usage/no-job', `run \`${id.slice(-4)}\` ${why}`, { hint: '`job list` shows the jobs of the nodes' });
