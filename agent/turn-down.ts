import type { McoError } from '../src/core/errors.ts';
import { weighFilter } from '../src/core/match-filter.ts';
import type { Request } from '../src/core/request.ts';
import { hideSecrets } from '../src/core/secret-input.ts';
import type { NodeVerdict } from '../src/policy/decide-on-node.ts';
import { describeDenial, findDescription, recordRefusal } from './audit-request.ts';
import { statusOfError } from './error-status.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { createReplyWriter } from './reply-writer.ts';
import { OUT_OF_TIME } from './time-window.ts';

interface TurnedDown {
  readonly error: McoError;
  /** What it says, once its signature held. */
  readonly request: Request | undefined;
  /** Whether it got past `refuseRequest`. */
  readonly accepted: boolean;
  readonly decision: NodeVerdict | undefined;
}

/** Records why a message is not run, and answers it if its sender may know. Never rejects. */
export async function turnDown({ error, request, accepted, decision }: TurnedDown, node: NodeRuntime): Promise<void> {
  if (error.family === 'bug') node.onProblem?.(error);
  if (request === undefined || (!accepted && error.family !== 'denied')) recordRefusal(error, request, node);
  else node.denials.record({ ...describeDenial(error, request, node), rules: decision?.rules });
  // INVARIANT: to strangers nothing is said.
  if (request === undefined || !(accepted ? mayHear(error, request) : mayHearOnce(error, request, node))) return;
  const action = findDescription(request, node);
  const status = statusOfError(error);
  const message = hideSecrets(status.message, action, request.input);
  await createReplyWriter(request, node).send('result', { ...status, message });
}

/** Whether a node is meant by a filter that is too costly is never known: in a broadcast it stays silent. */
const mayHear = ({ code }: McoError, { audience }: Request): boolean =>
  audience !== '*' || code !== 'usage/filter-too-costly';

/**
 * What is not remembered as seen is answered once: it would be an answer to each replay otherwise. What is out of time, and
 * what comes when the memory is full, is answered in a broadcast only by the nodes it was meant for. For a key that may
 * not ask, no filter is matched. Data functions are not asked: a node that may be meant answers.
 */
function mayHearOnce(error: McoError, request: Request, node: NodeRuntime): boolean {
  const isDenied = error.family === 'denied';
  if (!isDenied && !OUT_OF_TIME.has(error.code) && error.code !== 'untrusted/replay-guard-full') return false;
  try {
    const { signer, id, audience, filter } = request;
    const now = node.clock.now();
    // Not its own time of issue, which may be in the future: all that is older than what was forgotten would get no answer.
    node.turnedDown.claim({ fingerprint: signer.fingerprint, id, issuedAt: now }, now);
    return isDenied || audience !== '*' || weighFilter(filter, node.profile()) !== false;
  } catch {
    return false;
  }
}
