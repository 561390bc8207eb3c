import type { ActionDescription } from '../src/core/agent-description.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import { boundRecord } from '../src/core/bound-record.ts';
import type { McoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { hideSecrets, maskInput } from '../src/core/secret-input.ts';
import type { NodeRuntime } from './node-runtime.ts';

const MAX_REASON_LENGTH = 1000;

/** The part of a node's audit records that says which request they are about. */
export function describeRequest(request: Request, node: NodeRuntime): Omit<AuditRecord, 'event'> {
  return {
    at: new Date(node.clock.now()).toISOString(),
    by: `node:${node.identity}`,
    run: request.run,
    request: request.id,
    caller: request.caller,
    signer: `${request.signer.principal} ${request.signer.fingerprint}`,
    origin: request.origin,
    action: `${request.agent}.${request.action}`,
  };
}

/** Which frozen order a request belongs to and who approved it, as its signer claims. */
export function describeOrder({ targets, approvals }: Request): Pick<AuditRecord, 'digest' | 'count' | 'approvedBy'> {
  return {
    ...(targets === undefined ? {} : { digest: targets.digest, count: targets.count }),
    ...(approvals === undefined ? {} : { approvedBy: approvals.map(({ by }) => by) }),
  };
}

/** The record of a message that was not accepted. Short: whoever sent it may send many. */
export function recordRefusal(error: McoError, request: Request | undefined, node: NodeRuntime): void {
  node.counters.refused += 1;
  const about =
    request === undefined
      ? { at: new Date(node.clock.now()).toISOString(), by: `node:${node.identity}` }
      : describeRequest(request, node);
  node.refusals.record({ ...about, event: 'refused', code: error.code, reason: error.message.slice(0, 500) });
}

/** The record of a request that is denied or can't be run. Nothing is run, so what is large in it is only measured. */
export function describeDenial(error: McoError, request: Request, node: NodeRuntime): AuditRecord {
  const action = findDescription(request, node);
  const reason = hideSecrets(error.message, action, request.input).slice(0, MAX_REASON_LENGTH);
  const record: AuditRecord = {
    ...describeRequest(request, node),
    ...describeOrder(request),
    event: error.family === 'denied' ? 'decided' : 'refused',
    ...(error.family === 'denied' ? { result: 'deny' } : {}),
    input: maskInput(action, request.input),
    filter: request.filter,
    code: error.code,
    reason,
  };
  return boundRecord(record, node.hash);
}

/** This node's own description of the action that a request names. */
export function findDescription(request: Request, node: NodeRuntime): ActionDescription | undefined {
  const actions = node.agents.get(request.agent)?.description.actions ?? {};
  return Object.hasOwn(actions, request.action) ? actions[request.action] : undefined;
}
