import type { StoredJob } from '../../src/core/jobs.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { createProgressReporter } from '../progress-reporter.ts';
import type { ReplyWriter } from '../reply-writer.ts';
import { followOutput } from './follow-output.ts';
import { timeoutOf } from './time-limit.ts';

/**
 * Goes on to report what a job says from now on, as long as its request's time is not over: afterwards nobody looks on.
 * Stops when the returned function is called.
 */
export function resumeProgress({ state, ...job }: StoredJob, replies: ReplyWriter, node: NodeRuntime): () => void {
  const { id, request, startedAt } = job;
  const leftMs = startedAt + (timeoutOf(job, node) ?? 0) - node.clock.now();
  if (request.options.progress !== true || state !== 'running') return () => {};
  const progress = createProgressReporter(request, replies, node);
  const stopFollowing = followOutput(id, { report: (data) => progress.report(data), skipsPast: true }, node);
  const cancelEnd = node.clock.after(leftMs, end);
  function end(): void {
    cancelEnd();
    stopFollowing();
    progress.end();
  }
  return end;
}
