import type { JobExit, JobRecord, JobResult } from '../../../core/jobs.ts';
import { findAnswered, type KeptJob } from './job-files.ts';
import { lookAtJob } from './look-at-job.ts';

const MASK = '***';
const LOST: JobExit = { state: 'lost' };

/**
 * A job that an earlier process answered and recorded, but had no room to write down: concluded all the same, so that it
 * is not answered twice. Undefined: it is none of those.
 *
 * INVARIANT: which inputs are secret is not known here, so all are taken out.
 *
 * @throws McoError `failed/spool`
 */
export async function concludeAnswered(directory: string, job: KeptJob): Promise<KeptJob | undefined> {
  const answeredAt = job.end === undefined ? await findAnswered(directory) : undefined;
  if (answeredAt === undefined) return undefined;
  const look = job.isIdle ? undefined : await lookAtJob(directory);
  if (look?.state === 'running') return undefined;
  const exit: JobExit = job.isIdle ? { state: 'nothing to do' } : look?.state === 'ended' ? look.exit : LOST;
  const result: JobResult = {
    status: 'unknown error',
    message: 'it was answered, but there was no room to keep what came of it',
    data: {},
    endedAt: answeredAt,
  };
  return { record: maskRecord(job.record), isIdle: job.isIdle, end: { exit, result } };
}

function maskRecord(record: JobRecord): JobRecord {
  const names = [...Object.keys(record.input), ...Object.keys(record.request.input)];
  const input = Object.fromEntries(names.map((name) => [name, MASK]));
  return { ...record, request: { ...record.request, input }, input, memory: null };
}
