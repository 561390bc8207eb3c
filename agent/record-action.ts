import type { AuditRecord } from '../src/core/audit.ts';
import { boundRecord } from '../src/core/bound-record.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Request } from '../src/core/request.ts';
import { maskInput } from '../src/core/secret-input.ts';
import { describeOrder, describeRequest } from './audit-request.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { ActionResult } from './run-action.ts';
import type { Task } from './validate-request.ts';

/**
 * INVARIANT: no record, no action. When this rejects, the action is not run.
 *
 * @throws McoError `failed/audit`
 */
export async function recordIntent(
  { request, action, input }: Task,
  rules: readonly string[],
  node: NodeRuntime,
): Promise<void> {
  const about = { ...describeRequest(request, node), ...describeOrder(request), rules };
  const record: AuditRecord = { ...about, event: 'intent', input: maskInput(action, input), filter: request.filter };
  try {
    await node.audit.append(boundRecord(record, node.hash));
  } catch (cause) {
    throw new McoError('failed/audit', "the audit log can't be written, so nothing was done", { cause });
  }
}

/**
 * The action has run: a record that can't be written any more is a problem to report, not to act on.
 *
 * @param startedAt ms since the epoch
 */
export async function recordOutcome(
  request: Request,
  { status, error }: ActionResult,
  { startedAt, node }: { startedAt: number; node: NodeRuntime },
): Promise<void> {
  const elapsedMs = node.clock.now() - startedAt;
  const why = error === undefined ? {} : { code: error.code, reason: error.message.slice(0, 4000) };
  const record = {
    ...describeRequest(request, node),
    event: 'outcome',
    result: status.name,
    elapsedMs,
    ...why,
  } as const;
  await node.audit.append(record).catch((thrown: unknown) => node.onProblem?.(toMcoError(thrown)));
}
