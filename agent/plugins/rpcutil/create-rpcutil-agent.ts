import type { Agent, RunAction } from '../../../src/core/agent.ts';
import type { AgentDescription, Input } from '../../../src/core/agent-description.ts';
import type { AuditReader, FoundRecords } from '../../../src/core/audit-reader.ts';
import { type FactValue, lookUpFact, type NodeProfile } from '../../../src/core/facts.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { ReplyData } from '../../../src/core/reply.ts';
import { RPCUTIL_DESCRIPTION } from './description.ts';

/** What a node tells of itself. */
export interface NodeAccess {
  readonly version: string;
  readonly collectives: readonly string[];
  /** Ms since the epoch. */
  now(): number;
  profile(): NodeProfile;
  /** The outputs of `daemon_stats` but for `version`. */
  stats(): ReplyData;
  /** Its own audit trail. */
  readonly audit: AuditReader;
}

/** @param descriptions those of all agents on the node */
export function createRpcutilAgent(node: NodeAccess, descriptions: readonly AgentDescription[]): Agent {
  const findFact = (name: string): FactValue => lookUpFact(node.profile().facts, name) ?? null;
  const answers: Readonly<Record<string, (input: Input) => ReplyData>> = {
    ping: () => ({ pong: node.now() }),
    inventory() {
      const { identity, agents, classes, facts } = node.profile();
      const { version, collectives } = node;
      return { identity, version, collectives, agents: [...agents].sort(), classes: [...classes].sort(), facts };
    },
    get_fact({ fact }) {
      return { fact: String(fact), value: findFact(String(fact)) };
    },
    get_facts({ facts }) {
      const names = String(facts).split(/, */);
      return { values: Object.fromEntries(names.map((name) => [name, findFact(name)])) };
    },
    agent_inventory: () => ({ agents: descriptions.map(describeAgent) }),
    daemon_stats: () => ({ version: node.version, ...node.stats() }),
  };
  const actions = Object.entries(answers).map(([name, answer]): [string, RunAction] => [
    name,
    ({ input }) => Promise.resolve(answer(input)),
  ]);
  const audit: RunAction = async ({ input, signal }) =>
    tellRecords(await node.audit.find(String(input['run']), signal));
  return { description: RPCUTIL_DESCRIPTION, actions: { ...Object.fromEntries(actions), audit } };
}

/** Records hold what came from outside as data: they are JSON as they are. */
function tellRecords({ records, truncated }: FoundRecords): ReplyData {
  return { records: records as readonly unknown[] as readonly JsonValue[], truncated };
}

function describeAgent({ agent, version, about, actions }: AgentDescription): ReplyData {
  return { agent, version, about, actions: Object.keys(actions).sort() };
}
