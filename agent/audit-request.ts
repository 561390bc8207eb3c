import type { ActionDescription } from '../src/core/agent-description.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import type { McoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { hideSecrets, maskInput } from '../src/core/secret-input.ts';
import type { NodeRuntime } from './node-runtime.ts';

const MAX_REASON_LENGTH = 1000;
/** Of a denied request's input, and of its filter, in a record: characters of JSON. */
const MAX_DENIED_LENGTH = 2000;

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
  const input = leaveOutLarge('input', maskInput(action, request.input));
  const filter = leaveOutLarge('filter', request.filter);
  const reason = hideSecrets(error.message, action, request.input).slice(0, MAX_REASON_LENGTH);
  return {
    ...describeRequest(request, node),
    ...describeOrder(request),
    event: error.family === 'denied' ? 'decided' : 'refused',
    ...(error.family === 'denied' ? { result: 'deny' } : {}),
    input: input.value,
    filter: filter.value,
    code: error.code,
    reason: `${reason}${input.note}${filter.note}`,
  };
}

function leaveOutLarge<T>(name: string, value: T): { value: T | undefined; note: string } {
  const size = JSON.stringify(value)?.length ?? 0;
  if (size <= MAX_DENIED_LENGTH) return { value, note: '' };
  return { value: undefined, note: `; the ${name} is left out, it has ${size} characters` };
}

/** This node's own description of the action that a request names. */
export function findDescription(request: Request, node: NodeRuntime): ActionDescription | undefined {
  const actions = node.agents.get(request.agent)?.description.actions ?? {};
  return Object.hasOwn(actions, request.action) ? actions[request.action] : undefined;
}
