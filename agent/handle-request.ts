import { McoError, toMcoError } from '../src/core/errors.ts';
import { LIMITS } from '../src/core/limits.ts';
import type { BusMessage, VerifiedKey } from '../src/core/ports.ts';
import { decodeRequest, type Request } from '../src/core/request.ts';
import type { NodeVerdict } from '../src/policy/decide-on-node.ts';
import { carryOut } from './carry-out.ts';
import { matchRequest } from './data/match-request.ts';
import { decideRequest, denialOf } from './decide-request.ts';
import { governTask } from './jobs/govern-task.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { refuseRequest } from './refuse-request.ts';
import { turnDown } from './turn-down.ts';
import { missingAgent, validateRequest } from './validate-request.ts';

/**
 * What happens on a node to one message from the broker. Nothing is answered before the signature holds; afterwards
 * everything is, but for a broadcast to others and what a second hearing would only help a stranger. Never rejects.
 */
export async function handleRequest(message: BusMessage, node: NodeRuntime): Promise<void> {
  let request: Request | undefined;
  let accepted = false;
  let decision: NodeVerdict | undefined;
  try {
    const key = await verify(message, node);
    // INVARIANT: the bytes that were verified are the bytes that are parsed; nothing else of the message decides.
    const decoded = decodeRequest(message.body);
    request = decoded;
    refuseRequest(request, key, node);
    accepted = true;
    if (!(await isMeant(request, node))) return;
    const task = await governTask(validateRequest(request, node), node);
    decision = decideRequest(task, node);
    if (decision.outcome !== 'allow') throw denialOf(decision);
    await carryOut(task, decision.rules, node);
  } catch (thrown) {
    await turnDown({ error: toMcoError(thrown), request, accepted, decision }, node);
  }
}

/** Size first, then the signature. */
function verify({ body, signature }: BusMessage, node: NodeRuntime): Promise<VerifiedKey> {
  if (body.length > LIMITS.requestBytes) {
    throw new McoError('untrusted/too-large', `the message has ${body.length} bytes, over ${LIMITS.requestBytes}`);
  }
  return node.verifier.verify('mco-request@v1', body, signature);
}

/** A broadcast that is meant for others ends here in silence; a node that was named says so, and one that is waited for. */
async function isMeant(request: Request, node: NodeRuntime): Promise<boolean> {
  const { isMatch, isAnnounced } = await matchRequest(request, node);
  if (isMatch) return true;
  node.counters.unmatched += 1;
  if (request.audience === '*' && !isAnnounced) return false;
  // Every filter implies the agent: that it is missing says more.
  if (!node.agents.has(request.agent)) throw missingAgent(request, node);
  throw new McoError('denied/filtered', 'this node does not match the filter');
}
