import { isReplyDestination } from '../../src/core/destinations.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { StoredJob } from '../../src/core/jobs.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { recordOutcome } from '../record-action.ts';
import { createReplyWriter, type ReplyWriter } from '../reply-writer.ts';
import type { ActionResult } from '../run-action.ts';
import { awaitResult, keepResult } from './conclude-job.ts';
import { resumeProgress } from './resume-progress.ts';
import { describeLate, LATE, timeoutOf, untilLate } from './time-limit.ts';

/** Above what a process sends before the result: an ack and 20 times progress. */
const SEQ_STEP = 100;
const MAX_SEQ = 1_000_000;

/**
 * Takes over the jobs that an earlier process of this agent left: each is waited for, concluded, answered where that was
 * not done yet, recorded. One whose request's time is up is answered with its id, as at first, and goes on.
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
  const replies = await openReplies(job, node);
  const stopFollowing = replies === undefined ? () => {} : resumeProgress(job, replies, node);
  const ended = awaitResult(job, node).finally(stopFollowing);
  const isAnswered = replies === undefined || (await answerLate(job, { ended, stopFollowing, replies, node }));
  const result = await ended;
  if (result === undefined) return;
  await answer(job, result, { replies: isAnswered ? undefined : replies, node });
  await keepResult(job, result, node);
}

interface Waiting {
  readonly ended: Promise<unknown>;
  stopFollowing(): void;
  readonly replies: ReplyWriter;
  readonly node: NodeRuntime;
}

/** Answers when the request's time is up before the job has ended. False: it has ended, or the node stops, first. */
async function answerLate(job: StoredJob, { ended, stopFollowing, replies, node }: Waiting): Promise<boolean> {
  const timeoutMs = timeoutOf(job, node);
  // What has ended already is answered with what came of it, in its turn.
  if (job.state !== 'running' || timeoutMs === undefined) return false;
  const goneMs = Math.max(0, node.clock.now() - job.startedAt);
  if ((await untilLate(ended, { limitMs: timeoutMs - goneMs, node })) !== LATE) return false;
  stopFollowing();
  await answer(job, describeLate(job, timeoutMs), { replies, node });
  // After the answer: a node that is killed in between answers again, which does no harm, rather than never.
  await node.jobs.noteUnawaited(job.id);
  return true;
}

async function answer(
  { request, startedAt }: StoredJob,
  result: ActionResult,
  { replies, node }: { readonly replies: ReplyWriter | undefined; readonly node: NodeRuntime },
): Promise<void> {
  const sent = replies?.send('result', result.status, result.data);
  await recordOutcome(request, result, { startedAt, node });
  await sent;
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
