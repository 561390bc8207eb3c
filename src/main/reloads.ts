import { basename } from 'node:path';
import { type McoError, toMcoError } from '../core/errors.ts';
import type { AuditLog, Clock } from '../core/ports.ts';
import type { PolicyChange } from '../policy/compare-policies.ts';
import { logInfo, logProblem, logReload, logWarning } from './log.ts';

const MAX_REASON_LENGTH = 1000;

/**
 * `what` was read again; with a problem it can't be used, and the old one stays. `change` is what became of a policy.
 */
export type NoteReload = (what: string, problem?: McoError, change?: PolicyChange) => void;

/** Changes to files that decide: logged at once, and on record as soon as there is something to record them in. */
export interface Reloads {
  readonly note: NoteReload;
  recordIn(log: { readonly audit: AuditLog; readonly by: string; readonly clock: Clock }): void;
}

export function createReloads(): Reloads {
  let record: NoteReload | undefined;
  const early: Parameters<NoteReload>[] = [];
  return {
    note(...news) {
      logNews(...news);
      if (record === undefined) early.push(news);
      else record(...news);
    },
    recordIn({ audit, by, clock }) {
      record = (what, ...news) => {
        const at = new Date(clock.now()).toISOString();
        audit
          .append({ at, by, event: 'reloaded', ...describeReload(basename(what), ...news) })
          .catch((thrown: unknown) => logProblem(toMcoError(thrown)));
      };
      for (const news of early.splice(0)) record(...news);
    },
  };
}

/** One line in the log: a warning where a policy denies less than before. */
export const logNews: NoteReload = (what, problem, change) => {
  if (problem !== undefined || change === undefined) return logReload(what, problem);
  const text = describeReload(what, undefined, change).reason;
  if (change.hasFewerDenials) logWarning(text);
  else logInfo(text);
};

/** What a record says of it. */
function describeReload(...[what, problem, change]: Parameters<NoteReload>) {
  if (problem === undefined) {
    const reason = `${what} was read again${change === undefined ? '' : `: ${change.text}`}`;
    return { result: 'ok', reason: reason.slice(0, MAX_REASON_LENGTH) };
  }
  const reason = `${what} can't be used, the old one stays: ${problem.message}`.slice(0, MAX_REASON_LENGTH);
  return { result: 'refused', code: problem.code, reason };
}
