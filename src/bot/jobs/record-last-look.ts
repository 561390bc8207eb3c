import type { RunRecord } from '../../core/store.ts';
import { trailOfRun } from '../approval/trail-of-run.ts';
import type { Bot } from '../bot.ts';

/**
 * The questions were a run of their own, which is over now. Nothing more is asked, so its record holds nothing up.
 *
 * @param asking the id that its questions have
 */
export async function recordLastLook(bot: Bot, run: RunRecord, asking: string): Promise<void> {
  const about = { action: 'job.show', command: `job show ${run.id}`, input: { run: run.id } };
  const reason = 'nothing more is waited for';
  await trailOfRun(bot, run)
    .record('outcome', { run: asking, ...about, result: 'OK', reason })
    .catch(() => undefined);
}
