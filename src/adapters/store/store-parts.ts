import type { McoError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Database } from './database.ts';

/** What the parts of a store share. */
export interface StoreParts {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of a row that can't be read, where the others are given without it. */
  noteProblem(problem: McoError): void;
}
