import type { AuditSink } from '../../adapters/store/audit/open-audit-trail.ts';
import { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { createFailureTeller } from './failure-teller.ts';

export interface FileSinkOptions {
  /** A file of JSON lines that is open. */
  readonly log: { append(line: object): Promise<void>; close(): Promise<void> };
  readonly clock: Pick<Clock, 'now'>;
  onProblem(problem: McoError): void;
}

/** A copy of every record as JSON lines. Never holds anything up: what can't be written is told, and is in the trail. */
export function createFileSink({ log, clock, onProblem }: FileSinkOptions): AuditSink {
  const tell = createFailureTeller({ clock, describe: describeLoss, onProblem });
  return {
    take: ({ seq, hash, record }) => void log.append({ seq, hash, ...record }).catch(tell),
    close: () => log.close(),
  };
}

function describeLoss({ code, message, cause }: McoError, failed: number): McoError {
  const lost = failed === 1 ? '1 record is' : `${failed} records are`;
  return new McoError(code, message, { hint: `${lost} missing there so far; all of them are in the trail`, cause });
}
