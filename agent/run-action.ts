import type { ActionCall } from '../src/core/action-call.ts';
import type { RunAction } from '../src/core/agent.ts';
import { type McoError, toMcoError } from '../src/core/errors.ts';
import { type ReplyData, type Status, statusOf } from '../src/core/reply.ts';
import { boundOutput } from './bound-output.ts';
import { limitWork, type WorkLimits, type WorkWorld } from './limit-work.ts';

/** How an action ended. `error` is what it threw, for the record. */
export interface ActionResult {
  readonly status: Status;
  readonly data: ReplyData;
  readonly error?: McoError | undefined;
}

export interface ActionRun extends WorkLimits {
  readonly run: RunAction;
  readonly call: Omit<ActionCall, 'signal'>;
}

/** Runs an action's code within its time; see `limitWork`. Never rejects. */
export function runAction({ run, call, ready, timeoutMs }: ActionRun, world: WorkWorld): Promise<ActionResult> {
  const perform = async (signal: AbortSignal): Promise<ActionResult> => succeed(await run({ ...call, signal }));
  return limitWork(perform, { ready, timeoutMs }, world).catch((thrown: unknown) => fail(toMcoError(thrown)));
}

/**
 * What an action returned, as it fits into a reply.
 *
 * @throws McoError as `boundOutput` does
 */
export const succeed = (data: ReplyData): ActionResult => ({ status: statusOf('ok'), data: boundOutput(data) });

/** What an action threw, as the node's answer. */
export const fail = (error: McoError): ActionResult => ({ status: describeFailure(error), data: {}, error });

/**
 * As `core/agent.ts` promises: `failed/*` is the node's answer in the action's own words, what `permit` denied is denied, the
 * rest is our mistake.
 */
function describeFailure(error: McoError): Status {
  const text = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  if (error.code === 'failed/timeout') return statusOf('timeout', text);
  if (error.code === 'failed/busy') return statusOf('busy', text);
  if (error.code === 'denied/policy') return statusOf('denied', text);
  if (error.family === 'failed') return statusOf('aborted', text);
  return statusOf('unknown error', `the action failed unexpectedly: see the log of this node's agent`);
}
