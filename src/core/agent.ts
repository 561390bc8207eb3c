import type { AgentDescription, Input } from './agent-description.ts';
import type { ReplyData } from './reply.ts';

/** What an action gets to work with. */
export interface ActionCall {
  /** Checked against the description, defaults filled in. */
  readonly input: Input;
  /** Aborts when the action's time is up or the agent stops. */
  readonly signal: AbortSignal;
}

/**
 * An action's code. What it throws becomes the node's answer: `failed/*` the status `aborted`, `failed/timeout` the
 * status `timeout`, anything else `unknown error`.
 */
export type RunAction = (call: ActionCall) => Promise<ReplyData>;

/** An agent as a node runs it: its description and the code of each action. */
export interface Agent {
  readonly description: AgentDescription;
  readonly actions: Readonly<Record<string, RunAction>>;
}
