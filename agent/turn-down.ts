import { type McoError, toMcoError } from '../src/core/errors.ts';
import { matchFilter } from '../src/core/match-filter.ts';
import type { Request } from '../src/core/request.ts';
import { hideSecrets } from '../src/core/secret-input.ts';
import type { Decision } from '../src/policy/policy.ts';
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
  readonly decision: Decision | undefined;
}

/** Records why a message is not run, and answers it if its sender may know. Never rejects. */
export async function turnDown({ error, request, accepted, decision }: TurnedDown, node: NodeRuntime): Promise<void> {
  if (error.family === 'bug') node.onProblem?.(error);
  if (request === undefined || !accepted) {
    recordRefusal(error, request, node);
    // INVARIANT: to strangers nothing is said.
    if (request === undefined || !mayHearOfTime(error, request, node)) return;
  } else {
    const record = { ...describeDenial(error, request, node), rules: decision?.rules };
    await node.audit.append(record).catch((thrown: unknown) => node.onProblem?.(toMcoError(thrown)));
  }
  const action = findDescription(request, node);
  const status = statusOfError(error);
  const message = hideSecrets(status.message, action, request.input);
  await createReplyWriter(request, node).send('result', { ...status, message });
}

/** A request out of time is answered once, and in a broadcast only by the nodes it was meant for. */
function mayHearOfTime(error: McoError, request: Request, node: NodeRuntime): boolean {
  if (!OUT_OF_TIME.has(error.code)) return false;
  try {
    const { signer, id, issuedAt, audience, filter } = request;
    node.late.claim({ fingerprint: signer.fingerprint, id, issuedAt }, node.clock.now());
    return audience !== '*' || matchFilter(filter, node.profile());
  } catch {
    return false;
  }
}
