import type { ActionCall } from '../../../src/core/action-call.ts';
import type { ActionDescription } from '../../../src/core/agent-description.ts';
import type { Facts } from '../../../src/core/facts.ts';
import type { ExternalAgent } from '../../../src/core/host/external-agent.ts';

const PROTOCOL = 1;
/** More facts than this are not handed over: a program that needs them can ask for them itself. */
const MAX_FACTS_LENGTH = 256 * 1024;
/** All inputs together stay below what a program may be started with. */
const MAX_VARIABLE_LENGTH = 4000;

/** What a program is told of the node it runs on. */
export interface NodeNames {
  readonly identity: string;
  facts(): Facts;
}

interface Called {
  readonly agent: ExternalAgent;
  readonly parts: NodeNames;
  readonly name: string;
  readonly action: ActionDescription;
}

/** The JSON document on the program's standard input. */
export function composeDocument({ agent, parts, name, action }: Called, call: ActionCall): string {
  const facts = parts.facts();
  const hasFacts = JSON.stringify(facts).length <= MAX_FACTS_LENGTH;
  const document = {
    protocol: PROTOCOL,
    agent: agent.description.agent,
    action: name,
    input: call.input,
    caller: call.caller,
    run: call.run,
    node: { identity: parts.identity, ...(hasFacts ? { facts } : {}) },
    noop: call.isDryRun,
    timeout_ms: action.timeoutMs,
  };
  return `${JSON.stringify(document)}\n`;
}

/**
 * The same for programs that read no JSON; `MCO_INPUT_NAME` holds the input `name`, where it is not too long.
 * INVARIANT: no secret is among it: what a program starts inherits its environment.
 */
export function composeEnvironment({ agent, parts, name, action }: Called, call: ActionCall): Record<string, string> {
  const inputs = Object.entries(call.input)
    .filter(([input, value]) => action.input[input]?.secret !== true && String(value).length <= MAX_VARIABLE_LENGTH)
    .map(([input, value]): [string, string] => [`MCO_INPUT_${input.toUpperCase()}`, String(value)]);
  return {
    ...Object.fromEntries(inputs),
    MCO_PROTOCOL: String(PROTOCOL),
    MCO_AGENT: agent.description.agent,
    MCO_ACTION: name,
    MCO_CALLER: call.caller,
    MCO_RUN: call.run,
    MCO_NODE: parts.identity,
    MCO_NOOP: call.isDryRun ? '1' : '0',
    MCO_DIRECTORY: agent.directory,
  };
}
