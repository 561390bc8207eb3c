import type { McoError } from '../../core/errors.ts';
import type { NewOutboxItem, OutboxItem, RunRecord } from '../../core/store.ts';
import { drawJobsCard } from '../../render/draw-jobs-card.ts';
import { trailOfRun } from '../approval/trail-of-run.ts';
import type { Bot } from '../bot.ts';
import { decideLook } from './decide-look.ts';
import type { FollowedRun, Found } from './followed-run.ts';
import { lookAtJobs } from './look-at-jobs.ts';
import { recordJobEnds } from './record-job-ends.ts';
import { recordLastLook } from './record-last-look.ts';

/** Where what came of jobs is told. */
export interface Telling {
  readonly bot: Bot;
  /** Whether what is told has somewhere to go. */
  hasChat(name: string): boolean;
  /** Delivers what is on disk. */
  deliver(items: readonly OutboxItem[]): void;
  /** Nothing further is asked. */
  readonly signal: AbortSignal;
}

/**
 * One look at all nodes of a run that are left, and what is new of them told. INVARIANT: each look is decided anew, and
 * who has lost the right is told so, and nothing more.
 *
 * @throws McoError `failed/store`, `failed/audit`: nothing was told, and all are left
 */
export async function lookAndTell(telling: Telling, followed: FollowedRun): Promise<void> {
  const { bot, signal } = telling;
  const run = await bot.store.runs.find(followed.run);
  if (run === undefined) return followed.drop([...followed.nodes]);
  // Its end is told first.
  if (run.end === undefined || followed.nodes.size === 0) return;
  const verdict = await decideLook(bot, run, followed.asking);
  if (signal.aborted) return;
  if (verdict.outcome === 'deny') return await giveUp(telling, { followed, run }, verdict.error);
  if (verdict.outcome === 'allow') {
    await lookAtJobs(bot, verdict.run, {
      about: run.id,
      nodes: [...followed.nodes].sort(),
      trail: trailOfRun(bot, run),
      reason: `what came of the jobs of run \`${run.id.slice(-4)}\` is to be told`,
      onAnswer: followed.note,
      signal,
    });
  }
  if (!signal.aborted) await tell(telling, { followed, run }, followed.gather(bot.clock.now()));
}

/** Says that jobs are not waited for, as too many are. @throws McoError `failed/store` */
export async function tellNoRoom(telling: Telling, id: string, nodes: readonly string[]): Promise<void> {
  const { bot, deliver } = telling;
  const run = await bot.store.runs.find(id);
  if (run === undefined) return;
  const givenUp = [{ reason: 'not asked, as too many jobs are waited for already', nodes }];
  deliver(await bot.store.jobs.settle(id, [], announce(telling, run, { results: [], givenUp })));
}

interface Subject {
  readonly followed: FollowedRun;
  readonly run: RunRecord;
}

async function giveUp(telling: Telling, subject: Subject, error: McoError): Promise<void> {
  const { code, message: reason, rules } = error;
  const { followed, run } = subject;
  const nodes = [...followed.nodes].sort();
  const decided = { action: 'job.show', result: 'deny', code, reason, rules, nodes, count: nodes.length } as const;
  await trailOfRun(telling.bot, run).record('decided', decided);
  await tell(telling, subject, { results: [], givenUp: [{ reason: `not asked any more: ${reason}`, nodes }] });
}

/** On record first; then it is told and waited for no more, in one stroke. */
async function tell(telling: Telling, { followed, run }: Subject, found: Found): Promise<void> {
  const { bot, deliver } = telling;
  const { results, givenUp } = found;
  await recordJobEnds(trailOfRun(bot, run), results);
  const nodes = [...results.map(({ node }) => node), ...givenUp.flatMap((given) => given.nodes)];
  if (nodes.length === 0) return;
  deliver(await bot.store.jobs.settle(run.id, nodes, announce(telling, run, found)));
  followed.drop(nodes);
  if (followed.nodes.size === 0) await recordLastLook(bot, run, followed.asking);
}

function announce({ hasChat }: Telling, run: RunRecord, found: Found): readonly NewOutboxItem[] {
  const { chat } = run.place;
  if (!hasChat(chat)) return [];
  const card = drawJobsCard({ header: run.header, ...found });
  return [{ chat, lane: run.id, delivery: { kind: 'reply', run: run.id, card } }];
}
