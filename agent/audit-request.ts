import type { ActionDescription } from '../src/core/agent-description.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import type { McoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { hideSecrets, maskInput } from '../src/core/secret-input.ts';
import type { NodeRuntime } from './node-runtime.ts';

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

/** The record of a message that was not accepted. Short: whoever sent it may send many. */
export function recordRefusal(error: McoError, request: Request | undefined, node: NodeRuntime): void {
  node.counters.refused += 1;
  const about =
    request === undefined
      ? { at: new Date(node.clock.now()).toISOString(), by: `node:${node.identity}` }
      : describeRequest(request, node);
  node.refusals.record({ ...about, event: 'refused', code: error.code, reason: error.message.slice(0, 500) });
}

/** The record of an accepted request that is not run. */
export function describeDenial(error: McoError, request: Request, node: NodeRuntime): AuditRecord {
  const action = findDescription(request, node);
  return {
    ...describeRequest(request, node),
    event: error.family === 'denied' ? 'decided' : 'refused',
    ...(error.family === 'denied' ? { result: 'deny' } : {}),
    input: maskInput(action, request.input),
    filter: request.filter,
    code: error.code,
    reason: hideSecrets(error.message, action, request.input),
  };
}

/** This node's own description of the action that a request names. */
export function findDescription(request: Request, node: NodeRuntime): ActionDescription | undefined {
  const actions = node.agents.get(request.agent)?.description.actions ?? {};
  return Object.hasOwn(actions, request.action) ? actions[request.action] : undefined;
}
