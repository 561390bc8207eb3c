import type { ActionDescription } from '../../src/core/agent-description.ts';
import type { JobRecord } from '../../src/core/jobs.ts';
import { statusOf } from '../../src/core/reply.ts';
import { findDescription } from '../audit-request.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import type { ActionResult } from '../run-action.ts';

/** As for any action: what a request may ask for, where the action's own description does not say more. */
const MAX_TIMEOUT_MS = 3_600_000;

export const LATE = 'late';

/** What came of the work, or that it takes longer than so long; then it goes on. */
export async function untilLate<T>(
  work: Promise<T>,
  { limitMs, node }: { limitMs: number; node: NodeRuntime },
): Promise<T | typeof LATE> {
  let cancel = (): void => {};
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = node.clock.after(Math.max(0, limitMs), () => resolve(LATE));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** How long a job's request waits for it, ms; undefined: neither it nor the node says so any more. */
export function timeoutOf({ request }: Pick<JobRecord, 'request'>, node: NodeRuntime): number | undefined {
  const description: ActionDescription | undefined = findDescription(request, node);
  const timeoutMs = request.options.timeoutMs ?? description?.timeoutMs;
  return timeoutMs && Math.min(timeoutMs, Math.max(description?.timeoutMs ?? 0, MAX_TIMEOUT_MS));
}

/** The answer when the time is up: the work goes on. */
export const describeLate = (job: Pick<JobRecord, 'id'>, timeoutMs: number): ActionResult =>
  describeJob(job, statusOf('timeout', `it did not end within ${timeoutMs / 1000} s and goes on as a job`));

/** The answer that a job goes on. */
export const describeJob = ({ id }: Pick<JobRecord, 'id'>, status: ActionResult['status']): ActionResult => ({
  status,
  data: { job: id },
});
