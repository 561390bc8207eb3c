import type { McoError } from '../src/core/errors.ts';
import { type Status, type StatusName, statusOf } from '../src/core/reply.ts';
import { OUT_OF_TIME } from './time-window.ts';

const BY_CODE: ReadonlyMap<string, StatusName> = new Map([
  ['denied/filtered', 'filtered'],
  ['failed/busy', 'busy'],
  ['failed/timeout', 'timeout'],
  ['untrusted/replay-guard-full', 'busy'],
  ['usage/missing-input', 'missing input'],
]);

/** What a node answers for an error that ends a request before its action ran. */
export function statusOfError(error: McoError): Status {
  const name = nameOf(error);
  // A mistake of ours is for the node's log; its text may hold anything.
  if (name === 'unknown error') return statusOf(name, "this node's agent made a mistake: see its log");
  return statusOf(name, error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
}

function nameOf(error: McoError): StatusName {
  if (OUT_OF_TIME.has(error.code)) return 'expired';
  const special = BY_CODE.get(error.code);
  if (special !== undefined) return special;
  switch (error.family) {
    case 'usage':
      return 'invalid input';
    case 'unknown':
      return 'unknown action';
    case 'denied':
      return 'denied';
    case 'failed':
    case 'unreachable':
      return 'aborted';
    default:
      return 'unknown error';
  }
}
