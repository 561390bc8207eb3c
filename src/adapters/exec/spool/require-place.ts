import { McoError } from '../../../core/errors.ts';
import type { Entry } from './job-index.ts';

/** What one caller may have of the places, so that others find one. */
const SHARE = 3 / 4;

export const isRunning = ({ exit }: Entry): boolean => exit === undefined;

/**
 * Whether another job may start: of all, so many run at once, and of one caller three quarters of that.
 *
 * INVARIANT: nothing is waited for between this and the job's own entry, or two starts would take the same place.
 *
 * @throws McoError `failed/busy`
 */
export function requirePlace(entries: readonly Entry[], caller: string, places: number): void {
  const running = entries.filter(isRunning);
  const own = running.filter(({ record }) => record.request.caller === caller).length;
  if (own >= Math.max(1, Math.floor(places * SHARE))) {
    throw new McoError('failed/busy', `\`${caller}\` has ${own} of this node's ${places} jobs running already`, {
      hint: '`job list` shows them, `job kill` ends one',
    });
  }
  if (running.length >= places) {
    throw new McoError('failed/busy', `this node runs ${places} jobs already`, { hint: '`job list` shows them' });
  }
}
