import { basename } from 'node:path';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { toMcoError } from '../core/errors.ts';
import type { AuditLog } from '../core/ports.ts';
import { logProblem } from './log.ts';
import { describeReload, logNews, type NoteReload } from './reloads.ts';

/** Logs and records each change to a file that decides what a node runs: what was in force when must be known later. */
export function createReloadRecorder(audit: AuditLog, identity: string): NoteReload {
  return (file, problem, change) => {
    logNews(file, problem, change);
    const at = new Date(systemClock.now()).toISOString();
    const about = describeReload(basename(file), problem, change);
    audit
      .append({ at, by: `node:${identity}`, event: 'reloaded', ...about })
      .catch((thrown: unknown) => logProblem(toMcoError(thrown)));
  };
}
