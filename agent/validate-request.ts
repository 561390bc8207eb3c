import type { RunAction } from '../src/core/agent.ts';
import type { ActionDescription, Input } from '../src/core/agent-description.ts';
import { checkInput } from '../src/core/check-input.ts';
import { McoError } from '../src/core/errors.ts';
import { suggest } from '../src/core/nearest.ts';
import type { Request } from '../src/core/request.ts';
import { findDescription } from './audit-request.ts';
import type { NodeRuntime } from './node-runtime.ts';

/** A request that this node is able to run. */
export interface Task {
  readonly request: Request;
  /** This node's own description of it. */
  readonly action: ActionDescription;
  /** Checked, with defaults filled in. */
  readonly input: Input;
  readonly run: RunAction;
}

/**
 * Finds the code that a request asks for and checks its input.
 *
 * @throws McoError `unknown/agent`, `unknown/action`, or what `checkInput` throws
 */
export function validateRequest(request: Request, node: NodeRuntime): Task {
  const agent = node.agents.get(request.agent);
  if (agent === undefined) {
    const hint = suggest(request.agent, [...node.agents.keys()]);
    throw new McoError('unknown/agent', `there is no agent \`${request.agent}\` on this node`, { hint });
  }
  const action = findDescription(request, node);
  const run = agent.actions[request.action];
  if (action === undefined || run === undefined) {
    const hint = suggest(request.action, Object.keys(agent.description.actions));
    throw new McoError('unknown/action', `agent \`${request.agent}\` has no action \`${request.action}\``, { hint });
  }
  return { request, action, run, input: checkInput(action, request.input) };
}
