import { basename } from 'node:path';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { type McoError, toMcoError } from '../core/errors.ts';
import type { AuditLog } from '../core/ports.ts';
import { logProblem, logReload } from './log.ts';

const MAX_REASON_LENGTH = 1000;

/** Logs and records each change to a file that decides what a node runs: what was in force when must be known later. */
export function createReloadRecorder(audit: AuditLog, identity: string): (file: string, problem?: McoError) => void {
  return (file, problem) => {
    logReload(file, problem);
    const at = new Date(systemClock.now()).toISOString();
    const about =
      problem === undefined
        ? { result: 'ok', reason: `${basename(file)} was read again` }
        : { result: 'refused', code: problem.code, reason: `the old ${basename(file)} stays: ${problem.message}` };
    audit
      .append({
        at,
        by: `node:${identity}`,
        event: 'reloaded',
        ...about,
        reason: about.reason.slice(0, MAX_REASON_LENGTH),
      })
      .catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  };
}
