import { maskInput } from '../../core/secret-input.ts';
import type { Bot } from '../bot.ts';
import { describeAction } from '../collecting/compose-report.ts';
import type { Run } from '../compose-request.ts';

/** Whether a run is given something that must not be kept on disk. */
export function holdsSecret(bot: Bot, { ask, isRepeatable }: Pick<Run, 'ask' | 'isRepeatable'>): boolean {
  const masked = maskInput(describeAction(bot, ask), ask.input);
  return !isRepeatable || Object.entries(ask.input).some(([name, value]) => masked?.[name] !== value);
}
