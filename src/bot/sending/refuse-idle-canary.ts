import { McoError } from '../../core/errors.ts';
import type { Run } from '../compose-request.ts';

/**
 * Why a write is not sent whose canary is all of it: then all are asked at once, and nobody looks at any before the rest.
 * One node alone is its own canary. A read may be asked so: it does no harm.
 *
 * @param count how many nodes there are in the end, which nobody knew who typed it
 */
export function refuseIdleCanary({ ask, options: { canary, preview } }: Run, count: number): McoError | undefined {
  if (ask.effect === 'read' || canary === undefined || count < 2 || canary < count) return undefined;
  const why = `a canary of ${canary} is all of the ${count} nodes`;
  const hint = `give the command with a smaller one, such as \`--canary 1\`, or without: then all ${count} are asked`;
  if (preview === true) return new McoError('denied/preview', `it would be refused: ${why}`, { hint });
  return new McoError('usage/idle-canary', why, { hint });
}
