import type { AuditRecord } from '../../src/core/audit.ts';
import { boundRecord } from '../../src/core/bound-record.ts';
import { DATA_AGENT, type DataCall, inputOfCall } from '../../src/core/data-functions.ts';
import { McoError, toMcoError } from '../../src/core/errors.ts';
import type { Request } from '../../src/core/request.ts';
import { decideOnNode, type NodeVerdict } from '../../src/policy/decide-on-node.ts';
import { describeRequest } from '../audit-request.ts';
import { denialOf } from '../decide-request.ts';
import type { NodeRuntime } from '../node-runtime.ts';

/** A call of a data function that this node's policy allows. */
export interface Permit {
  /** @throws McoError `failed/audit` */
  record(): Promise<void>;
}

/**
 * This node's own say on a call, which is a read called `data.NAME`.
 *
 * @throws McoError `denied/policy`
 */
export function permitCall(call: DataCall, request: Request, node: NodeRuntime): Permit {
  const verdict = decideCall(call, request, node);
  if (verdict.outcome !== 'allow') throw denialOf(verdict);
  return { record: () => recordCall(call, { request, rules: verdict.rules, node }) };
}

/** INVARIANT: an error is a denial. */
function decideCall(call: DataCall, request: Request, node: NodeRuntime): NodeVerdict {
  const { caller, targets, approvals, approvedAt, issuedAt } = request;
  try {
    return decideOnNode(node.policy(), {
      principal: request.signer.principal,
      caller,
      agent: DATA_AGENT,
      action: call.function,
      effect: 'read',
      input: inputOfCall(call),
      profile: node.profile(),
      targets,
      approvals,
      approvedAt,
      issuedAt,
    });
  } catch (thrown) {
    node.onProblem?.(toMcoError(thrown));
    return { outcome: 'deny', rules: [], reason: "this node's policy could not be evaluated" };
  }
}

/** INVARIANT: no record, no call. */
async function recordCall(
  call: DataCall,
  {
    request,
    rules,
    node,
  }: { readonly request: Request; readonly rules: readonly string[]; readonly node: NodeRuntime },
): Promise<void> {
  const action = `${DATA_AGENT}.${call.function}`;
  const record: AuditRecord = {
    ...describeRequest(request, node),
    event: 'intent',
    action,
    input: inputOfCall(call),
    rules,
  };
  try {
    await node.audit.append(boundRecord(record, node.hash));
  } catch (cause) {
    throw new McoError('failed/audit', "the audit log can't be written, so nothing was done", { cause });
  }
}
