import type { Agent } from '../src/core/agent.ts';
import { type ActionDescription, type Effect, effectOf, type Input } from '../src/core/agent-description.ts';
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
  /** What it does as it is asked: a dry run may be a read. */
  readonly effect: Effect;
  readonly isDryRun: boolean;
  /** Checked, with defaults filled in. */
  readonly input: Input;
  readonly run: Agent['actions'][string];
  /** Of looking after a job: the action that it came from, whose rights decide. */
  readonly inPlaceOf?:
    | { readonly agent: string; readonly action: string; readonly effect: Effect; readonly input: Input }
    | undefined;
}

/**
 * Finds the code that a request asks for and checks its input.
 *
 * @throws McoError `unknown/agent`, `unknown/action`, `usage/no-dry-run`, or what `checkInput` throws
 */
export function validateRequest(request: Request, node: NodeRuntime): Task {
  const agent = node.agents.get(request.agent);
  if (agent === undefined) throw missingAgent(request, node);
  const action = findDescription(request, node);
  const run = agent.actions[request.action];
  if (action === undefined || run === undefined) {
    const hint = suggest(request.action, Object.keys(agent.description.actions));
    throw new McoError('unknown/action', `agent \`${request.agent}\` has no action \`${request.action}\``, { hint });
  }
  const isDryRun = request.options.noop === true;
  const effect = effectOf(action, isDryRun);
  return { request, action, effect, isDryRun, run, input: checkInput(action, request.input) };
}

/** What to say of an agent that this node does not have. */
export function missingAgent({ agent }: Request, { agents }: NodeRuntime): McoError {
  const hint = suggest(agent, [...agents.keys()]);
  return new McoError('unknown/agent', `there is no agent \`${agent}\` on this node`, { hint });
}
