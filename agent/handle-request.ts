import type { RunAction } from '../src/core/agent.ts';
import type { ActionDescription, Input } from '../src/core/agent-description.ts';
import { checkInput } from '../src/core/check-input.ts';
import { McoError, toMcoError } from '../src/core/errors.ts';
import { LIMITS } from '../src/core/limits.ts';
import { matchFilter } from '../src/core/match-filter.ts';
import { suggest } from '../src/core/nearest.ts';
import type { BusMessage, VerifiedKey } from '../src/core/ports.ts';
import { decodeRequest, type Request } from '../src/core/request.ts';
import { decideOnNode } from '../src/policy/decide-on-node.ts';
import type { Decision } from '../src/policy/policy.ts';
import { describeRequest, findDescription } from './audit-request.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { refuseRequest } from './refuse-request.ts';
import { ACK, createReplyWriter } from './reply-writer.ts';
import { type ActionResult, runAction } from './run-action.ts';
import { maskInput } from './secret-input.ts';
import { turnDown } from './turn-down.ts';

/** An action that takes longer is acknowledged first. */
const ACK_AFTER_MS = 1000;

/** A request that this node is able to run. */
interface Task {
  readonly request: Request;
  readonly action: ActionDescription;
  readonly input: Input;
  readonly run: RunAction;
}

/**
 * What happens on a node to one message from the broker. Nothing is answered before the signature holds; afterwards
 * everything is, but for a broadcast to others and what a second hearing would only help a stranger. Never rejects.
 */
export async function handleRequest(message: BusMessage, node: NodeRuntime): Promise<void> {
  let request: Request | undefined;
  let accepted = false;
  let decision: Decision | undefined;
  try {
    const key = await verify(message, node);
    // INVARIANT: the bytes that were verified are the bytes that are parsed; nothing else of the message decides.
    request = decodeRequest(message.body);
    refuseRequest(request, key, node);
    accepted = true;
    if (!isMeant(request, node)) return;
    const task = validate(request, node);
    decision = decide(task, node);
    if (decision.outcome !== 'allow') throw describeRefusal(decision);
    await carryOut(task, decision.rules, node);
  } catch (thrown) {
    await turnDown({ error: toMcoError(thrown), request, accepted, decision }, node);
  }
}

/** Size first, then the signature. */
function verify({ body, signature }: BusMessage, node: NodeRuntime): Promise<VerifiedKey> {
  if (body.length > LIMITS.requestBytes) {
    throw new McoError('untrusted/too-large', `the message has ${body.length} bytes, over ${LIMITS.requestBytes}`);
  }
  return node.verifier.verify('mco-request@v1', body, signature);
}

/** A broadcast that is meant for others ends here in silence; a node that was named says so. */
function isMeant(request: Request, node: NodeRuntime): boolean {
  if (matchFilter(request.filter, node.profile())) return true;
  node.counters.unmatched += 1;
  if (request.audience === '*') return false;
  throw new McoError('denied/filtered', 'this node does not match the filter');
}

function validate(request: Request, node: NodeRuntime): Task {
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

/** INVARIANT: the effect comes from this node's own description, never from the message; an error is a denial. */
function decide({ request, action }: Task, node: NodeRuntime): Decision {
  const { caller, agent, audience } = request;
  if (action.effect !== 'read' && audience === '*') {
    return { outcome: 'deny', rules: [], reason: 'a write must be addressed to one node' };
  }
  try {
    const ask = { principal: request.signer.principal, caller, agent, action: request.action, effect: action.effect };
    return decideOnNode(node.policy(), ask);
  } catch (thrown) {
    node.onProblem?.(toMcoError(thrown));
    return { outcome: 'deny', rules: [], reason: "this node's policy could not be evaluated" };
  }
}

function describeRefusal({ reason, rules }: Decision): McoError {
  const where = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
  return new McoError('denied/policy', `denied by this node's policy: ${reason ?? 'no rule allows it'}${where}`);
}

async function carryOut(task: Task, rules: readonly string[], node: NodeRuntime): Promise<void> {
  const { request, action, run, input } = task;
  const slot = node.slots.reserve();
  try {
    await recordIntent(task, rules, node);
    const replies = createReplyWriter(request, node);
    const startedAt = node.clock.now();
    const cancelAck = node.clock.after(ACK_AFTER_MS, () => void replies.send('ack', ACK));
    const timeoutMs = request.options.timeoutMs ?? action.timeoutMs;
    const result = await runAction({ run, input, ready: slot.ready, timeoutMs }, node);
    cancelAck();
    slot.release();
    const sent = replies.send('result', result.status, result.data);
    await recordOutcome(request, result, { startedAt, node });
    await sent;
  } finally {
    slot.release();
  }
}

/** INVARIANT: no record, no action. When this rejects, the action is not run. */
async function recordIntent(
  { request, action, input }: Task,
  rules: readonly string[],
  node: NodeRuntime,
): Promise<void> {
  const about = { ...describeRequest(request, node), input: maskInput(action, input), filter: request.filter, rules };
  try {
    await node.audit.append({ ...about, event: 'intent' });
  } catch (cause) {
    throw new McoError('failed/audit', "the audit log can't be written, so nothing was done", { cause });
  }
}

/** The action has run: a record that can't be written any more is a problem to report, not to act on. */
async function recordOutcome(
  request: Request,
  { status, error }: ActionResult,
  { startedAt, node }: { startedAt: number; node: NodeRuntime },
): Promise<void> {
  node.counters.ran += 1;
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
