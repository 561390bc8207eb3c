import type { RunAction } from '../src/core/agent.ts';
import type { Input } from '../src/core/agent-description.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import type { Clock } from '../src/core/ports.ts';
import { type ReplyData, type Status, statusOf } from '../src/core/reply.ts';
import { boundOutput } from './bound-output.ts';

/** How an action ended. `error` is what it threw, for the record. */
export interface ActionResult {
  readonly status: Status;
  readonly data: ReplyData;
  readonly error?: McoError | undefined;
}

export interface ActionRun {
  readonly run: RunAction;
  readonly input: Input;
  /** When there is a place for it. Waiting counts against its time. */
  readonly ready: Promise<void>;
  readonly timeoutMs: number;
}

/**
 * Runs an action's code within its time. When the time is up or the node stops, its signal aborts and the result is
 * there at once, whether or not the code ever ends. Never rejects.
 */
export function runAction(
  { run, input, ready, timeoutMs }: ActionRun,
  { clock, onStop }: { clock: Clock; onStop(fn: () => void): () => void },
): Promise<ActionResult> {
  const controller = new AbortController();
  let started = false;

  async function perform(): Promise<ActionResult> {
    await ready;
    // INVARIANT: what was given up while it waited for its turn never starts.
    if (controller.signal.aborted) return failed(toMcoError(controller.signal.reason));
    started = true;
    return { status: statusOf('ok'), data: boundOutput(await run({ input, signal: controller.signal })) };
  }

  return new Promise((resolve) => {
    const settle = (result: ActionResult): void => {
      cancelTimer();
      forgetStop();
      resolve(result);
    };
    const giveUp = (error: McoError): void => {
      controller.abort(error);
      settle(failed(error));
    };
    let forgetStop = (): void => {};
    const cancelTimer = clock.after(timeoutMs, () => {
      const what = started ? 'the action did not end' : 'the action was not started: there was no free place';
      giveUp(new McoError('failed/timeout', `${what} within ${timeoutMs / 1000} s`));
    });
    forgetStop = onStop(() => giveUp(new McoError('failed/stopping', 'the agent on this node is stopping')));
    perform().then(settle, (thrown: unknown) => settle(failed(toMcoError(thrown))));
  });
}

function failed(error: McoError): ActionResult {
  return { status: describeFailure(error), data: {}, error };
}

/** As `core/agent.ts` promises: `failed/*` is the node's answer in the action's own words, the rest is our mistake. */
function describeFailure(error: McoError): Status {
  const text = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  if (error.code === 'failed/timeout') return statusOf('timeout', text);
  if (error.family === 'failed') return statusOf('aborted', text);
  return statusOf('unknown error', `the action failed unexpectedly: see the log of this node's agent`);
}
