import type { ActionDescription } from '../../core/agent-description.ts';
import type { RunRecord } from '../../core/store.ts';
import type { Bot } from '../bot.ts';

/** The description may be gone with an upgrade: then results are shown without labels and summaries. */
export function findKnownAction(
  { agents }: Pick<Bot, 'agents'>,
  { header }: Pick<RunRecord, 'header'>,
): ActionDescription {
  const known = agents.find(({ agent }) => agent === header.agent)?.actions[header.action];
  return known ?? { about: '', effect: header.effect, timeoutMs: 0, input: {}, output: {} };
}
