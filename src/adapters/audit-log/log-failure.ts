import { McoError } from '../../core/errors.ts';

/** An operating system's own name of what went wrong, where there is one. */
export const reasonOf = (cause: unknown): string => (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause);

export function describeLogFailure(path: string, cause: unknown): McoError {
  return new McoError('failed/audit', `the audit log ${path} can't be written: ${reasonOf(cause)}`, {
    hint: 'without a record nothing is done',
    cause,
  });
}
