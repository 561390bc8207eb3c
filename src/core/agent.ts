import type { ActionCall } from './action-call.ts';
import type { AgentDescription } from './agent-description.ts';
import type { JobAction } from './jobs.ts';
import type { ReplyData } from './reply.ts';

/**
 * An action's code. What it throws becomes the node's answer: `failed/*` the status `aborted`, `failed/timeout` the
 * status `timeout`, anything else `unknown error`.
 */
export type RunAction = (call: ActionCall) => Promise<ReplyData>;

/** An agent as a node runs it: its description and the code of each action. */
export interface Agent {
  readonly description: AgentDescription;
  readonly actions: Readonly<Record<string, RunAction | JobAction>>;
}
