import type { PuppetLastRun } from '../../../src/core/host/puppet-backend.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { tellAge } from './tell-age.ts';

export const tellAgo = (at: number, now: number): string => `${tellAge(now / 1000 - at)} ago`;

/** When the last run was and what it came to. Where none ever was there is no number that could be counted as one. */
export function tellLastRun(lastRun: PuppetLastRun, now: number): ReplyData {
  const { at, result } = lastRun;
  return {
    result,
    ...(at === undefined ? {} : { last_run: at, since_last_run: Math.max(0, Math.round(now / 1000 - at)) }),
  };
}

/** The figures of the last run, where there was one, and its summary in words. */
export function tellFigures(lastRun: PuppetLastRun): ReplyData {
  if (lastRun.at === undefined) return { message: describeFigures(lastRun) };
  const { resources, totalSeconds = 0, retrievalSeconds = 0, configVersion, isFromCache } = lastRun;
  const count = (name: string): number => resources[name] ?? 0;
  return {
    message: describeFigures(lastRun),
    total_resources: count('total'),
    changed_resources: count('changed'),
    failed_resources: count('failed') + count('failed_to_restart'),
    out_of_sync_resources: count('out_of_sync'),
    skipped_resources: count('skipped'),
    corrected_resources: count('corrective_change'),
    total_time: roundSeconds(totalSeconds),
    config_retrieval_time: roundSeconds(retrievalSeconds),
    config_version: configVersion,
    cached_catalog: isFromCache,
  };
}

function describeFigures({ at, result, resources, totalSeconds = 0, isFromCache }: PuppetLastRun): string {
  if (at === undefined) return 'it never ran';
  const { total = 0, changed = 0, failed = 0, out_of_sync: outOfSync = 0 } = resources;
  const figures = `${total} resources: ${changed} changed, ${failed} failed, ${outOfSync} out of sync`;
  return `${result}; ${figures}; ${roundSeconds(totalSeconds)} s${isFromCache ? '; from the cached catalogue' : ''}`;
}

export const roundSeconds = (seconds: number): number => Math.round(seconds * 10) / 10;
