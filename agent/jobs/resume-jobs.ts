import { isReplyDestination } from '../../src/core/destinations.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { StoredJob } from '../../src/core/jobs.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { recordOutcome } from '../record-action.ts';
import { createReplyWriter, type ReplyWriter } from '../reply-writer.ts';
import { awaitResult, keepResult } from './conclude-job.ts';
import { resumeProgress } from './resume-progress.ts';

/** Above what a process sends before the result: an ack and 20 times progress. */
const SEQ_STEP = 100;
const MAX_SEQ = 1_000_000;

/**
 * Takes over the jobs that an earlier process of this agent left: each is waited for, concluded, answered where that was
 * not done yet, recorded.
 * Resolves when they are known; the rest goes on in the background. Never rejects: a spool that can't be read is told.
 */
export async function resumeJobs(node: NodeRuntime): Promise<void> {
  const jobs = await node.jobs.list().catch((thrown: unknown) => {
    node.onProblem?.(toMcoError(thrown));
    return [];
  });
  let concluding: Promise<void> = Promise.resolve();
  // One after another: what ended while nobody was there may be many.
  const takeTurn = (work: () => Promise<void>): Promise<void> => {
    concluding = concluding.then(work);
    return concluding;
  };
  for (const job of jobs) {
    if (job.state === 'concluded') continue;
    const resume = (): Promise<void> =>
      finish(job, node).catch((thrown: unknown) => node.onProblem?.(toMcoError(thrown)));
    const done: Promise<void> = (job.state === 'ended' ? takeTurn(resume) : resume()).finally(() =>
      node.background.delete(done),
    );
    node.background.add(done);
  }
}

async function finish(job: StoredJob, node: NodeRuntime): Promise<void> {
  const { request, startedAt } = job;
  const replies = await openReplies(job, node);
  const stopFollowing = replies === undefined ? () => {} : resumeProgress(job, replies, node);
  const result = await awaitResult(job, node).finally(stopFollowing);
  if (result === undefined) return;
  const sent = replies?.send('result', result.status, result.data);
  await recordOutcome(request, result, { startedAt, node });
  await sent;
  await keepResult(job, result, node);
}

/** Undefined: nobody is to hear of it. */
async function openReplies(job: StoredJob, node: NodeRuntime): Promise<ReplyWriter | undefined> {
  if ((await node.jobs.isUnawaited(job.id)) || !isAnswerable(job, node)) return undefined;
  return createReplyWriter({ ...job.request }, node, { seq: nextSeq(job, node), startedAt: job.startedAt });
}

/** INVARIANT: a node writes to reply queues of its own collectives only, whatever its disk says. */
function isAnswerable({ request: { collective, replyTo } }: StoredJob, node: NodeRuntime): boolean {
  if (node.collectives.includes(collective) && isReplyDestination(replyTo, collective)) return true;
  node.onProblem?.(new McoError('failed/no-destination', 'a job is not answered: its reply queue is none of ours'));
  return false;
}

/** Higher than any that was used: the processes before this one sent fewer than one in a second after the first few. */
function nextSeq({ startedAt }: StoredJob, { clock }: NodeRuntime): number {
  const seconds = Math.max(0, Math.floor((clock.now() - startedAt) / 1000));
  return Math.min(MAX_SEQ, SEQ_STEP + seconds);
}
