import type { Word } from '../../core/command.ts';
import { McoError } from '../../core/errors.ts';
import type { RunRecord, StoredApproval } from '../../core/store.ts';
import type { Bot } from '../bot.ts';
import type { ControlScene } from '../control/control-scene.ts';
import { findRun, wordOf } from '../find-run.ts';
import { deny } from './deny.ts';
import { expireRun } from './expire-run.ts';

/** A run that waits for approval. */
export interface WaitingRun {
  readonly run: RunRecord;
  readonly approval: StoredApproval;
}

/**
 * The run of this channel that somebody means, and what the trail shall say of it.
 *
 * @throws McoError `unknown/run`, `usage/ambiguous-run`
 */
export async function findOrder(bot: Bot, { message, typed, trail }: ControlScene, word: Word): Promise<RunRecord> {
  const run = await findRun(bot, message, wordOf(word, typed));
  const { agent, action } = run.header;
  trail.know({ run: run.id, action: `${agent}.${action}` });
  return run;
}

/**
 * How it stands now: it must wait still. One whose time is up is ended here at the latest.
 *
 * @throws McoError `usage/not-waiting`, `denied/expired`, `failed/audit`, `failed/store`
 */
export async function readOrder(bot: Bot, { trail }: Pick<ControlScene, 'trail'>, id: string): Promise<WaitingRun> {
  const run = await bot.store.runs.find(id);
  const approval = run?.approval;
  if (run === undefined || approval === undefined || approval.state !== 'awaiting' || run.end !== undefined) {
    throw new McoError('usage/not-waiting', describeState(id, run), {
      hint: `\`show ${id.slice(-4)}\` shows how it ended, \`runs\` lists the others`,
    });
  }
  // INVARIANT: by the clock, whether a timer noticed or not.
  if (bot.clock.now() < approval.expiresAt) return { run, approval };
  await expireRun(bot, id);
  throw await deny(
    trail,
    new McoError('denied/expired', `the time to approve run \`${id.slice(-4)}\` is over`, {
      hint: 'give the command again',
    }),
  );
}

function describeState(id: string, run: RunRecord | undefined): string {
  const name = `run \`${id.slice(-4)}\``;
  const { approval, end } = run ?? {};
  if (approval === undefined) return `${name} needs no approval`;
  if (approval.state === 'awaiting') return `${name} is over: ${end?.outcome ?? 'it was ended'}`;
  if (approval.state !== 'approved') return `${name} is ${approval.state} already`;
  const names = approval.yes.map(({ by }) => by.replace(/^person:/, '@')).join(', ');
  return `${name} is approved already, by ${names}`;
}
