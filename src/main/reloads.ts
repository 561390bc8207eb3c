import { type McoError, toMcoError } from '../core/errors.ts';
import type { AuditLog, Clock } from '../core/ports.ts';
import { logProblem, logReload } from './log.ts';

const MAX_REASON_LENGTH = 1000;

/** Changes to files that decide: logged at once, and on record as soon as there is something to record them in. */
export interface Reloads {
  /** `what` was read again; with a problem it can't be used, and the old one stays. */
  note(what: string, problem?: McoError): void;
  recordIn(log: { readonly audit: AuditLog; readonly by: string; readonly clock: Clock }): void;
}

export function createReloads(): Reloads {
  let record: ((what: string, problem?: McoError) => void) | undefined;
  const early: (readonly [what: string, problem: McoError | undefined])[] = [];
  return {
    note(what, problem) {
      logReload(what, problem);
      if (record === undefined) early.push([what, problem]);
      else record(what, problem);
    },
    recordIn({ audit, by, clock }) {
      record = (what, problem) => {
        const at = new Date(clock.now()).toISOString();
        const about = describeReload(what, problem);
        audit
          .append({ at, by, event: 'reloaded', ...about })
          .catch((thrown: unknown) => logProblem(toMcoError(thrown)));
      };
      for (const [what, problem] of early.splice(0)) record(what, problem);
    },
  };
}

function describeReload(what: string, problem: McoError | undefined) {
  if (problem === undefined) return { result: 'ok', reason: `${what} was read again` };
  const reason = `${what} can't be used, the old one stays: ${problem.message}`.slice(0, MAX_REASON_LENGTH);
  return { result: 'refused', code: problem.code, reason };
}
