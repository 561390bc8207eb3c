import { McoError } from '../../core/errors.ts';
import type { AuditLog, Clock } from '../../core/ports.ts';
import { createFailureTeller } from './failure-teller.ts';

/**
 * A trail that also tells whoever runs the bot when it can't be written: those who ask are told that nothing was done, and
 * nobody else would know. What fails still fails.
 */
export function tellFailures<Trail extends AuditLog>(
  trail: Trail,
  { clock, onProblem }: { readonly clock: Pick<Clock, 'now'>; onProblem(problem: McoError): void },
): Trail {
  const tell = createFailureTeller({ clock, describe, onProblem });
  return {
    ...trail,
    async append(record) {
      try {
        await trail.append(record);
      } catch (thrown) {
        tell(thrown);
        throw thrown;
      }
    },
  };
}

function describe({ code, message, hint, cause }: McoError, failed: number): McoError {
  const count = `${failed === 1 ? '1 record' : `${failed} records`} could not be written so far`;
  return new McoError(code, message, { hint: hint === undefined ? count : `${hint}; ${count}`, cause });
}
