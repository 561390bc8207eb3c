import type { Input } from '../src/core/agent-description.ts';
import type { AuditRecord } from '../src/core/audit.ts';
import { boundRecord } from '../src/core/bound-record.ts';
import { McoError } from '../src/core/errors.ts';
import { maskInput } from '../src/core/secret-input.ts';
import { describeRequest } from './audit-request.ts';
import { decideRequest, denialOf } from './decide-request.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { Task } from './validate-request.ts';

/**
 * This node's own say on what the input of a task that it runs turned out to mean. INVARIANT: no record, no action.
 *
 * @throws McoError `denied/policy`, `failed/audit`
 */
export async function permitMeant(task: Task, meant: Input, node: NodeRuntime): Promise<void> {
  const verdict = decideRequest({ ...task, input: meant }, node);
  // The denial is on record as the outcome of what was begun.
  if (verdict.outcome !== 'allow') throw denialOf(verdict);
  const record: AuditRecord = {
    ...describeRequest(task.request, node),
    event: 'decided',
    result: 'allow',
    input: maskInput(task.action, meant),
    rules: verdict.rules,
  };
  try {
    await node.audit.append(boundRecord(record, node.hash));
  } catch (cause) {
    throw new McoError('failed/audit', "the audit log can't be written, so nothing was done", { cause });
  }
}
