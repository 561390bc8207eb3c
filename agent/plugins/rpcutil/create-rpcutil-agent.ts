import type { Agent, RunAction } from '../../../src/core/agent.ts';
import type { AgentDescription, Input } from '../../../src/core/agent-description.ts';
import type { AuditReader, FoundRecords } from '../../../src/core/audit-reader.ts';
import { DATA_FUNCTIONS } from '../../../src/core/data-function-table.ts';
import { digestDescription } from '../../../src/core/description-digest.ts';
import { McoError } from '../../../src/core/errors.ts';
import { type FactValue, lookUpFact, type NodeProfile } from '../../../src/core/facts.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { Hash } from '../../../src/core/ports.ts';
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
  readonly hash: Hash;
  /** The agents in other languages that it has now; left out: it never has any. */
  externalAgents?(): readonly AgentDescription[];
  /** What keeps others of them from being used, in words. */
  refusedAgents?(): readonly string[];
}

const MAX_REFUSED = 20;
const MAX_REASON_LENGTH = 300;

/** @param descriptions those of the agents that come with mco-agent; a node may lack some of them */
export function createRpcutilAgent(node: NodeAccess, descriptions: readonly AgentDescription[]): Agent {
  const findFact = (name: string): FactValue => lookUpFact(node.profile().facts, name) ?? null;
  const listAgents = (): readonly AgentDescription[] => {
    const { agents } = node.profile();
    return [...descriptions, ...(node.externalAgents?.() ?? [])].filter(({ agent }) => agents.has(agent));
  };
  const answers: Readonly<Record<string, (input: Input) => ReplyData>> = {
    ping: () => ({ pong: node.now() }),
    inventory() {
      const { identity, agents, classes, facts } = node.profile();
      const { version, collectives } = node;
      const daemon = node.stats();
      const refused = (node.refusedAgents?.() ?? []).slice(0, MAX_REFUSED);
      return {
        identity,
        version,
        daemon,
        collectives,
        agents: [...agents].sort(),
        ...(refused.length === 0 ? {} : { refused_agents: refused.map((why) => why.slice(0, MAX_REASON_LENGTH)) }),
        data_functions: DATA_FUNCTIONS.map(({ name }) => name),
        classes: [...classes].sort(),
        facts,
      };
    },
    collective_info: () => ({ collectives: node.collectives }),
    get_fact({ fact }) {
      return { fact: String(fact), value: findFact(String(fact)) };
    },
    get_facts({ facts }) {
      const names = String(facts).split(/, */);
      return { values: Object.fromEntries(names.map((name) => [name, findFact(name)])) };
    },
    agent_inventory: () => ({ agents: listAgents().map(summariseAgent) }),
    describe: ({ agent, brief }) => describeAgent(listAgents(), { name: String(agent), brief, hash: node.hash }),
    daemon_stats: () => ({ version: node.version, ...node.stats() }),
  };
  const actions = Object.entries(answers).map(([name, answer]): [string, RunAction] => [
    name,
    async ({ input }) => answer(input),
  ]);
  const audit: RunAction = async ({ input, signal }) => tellRecords(await node.audit.find(String(input.run), signal));
  return { description: RPCUTIL_DESCRIPTION, actions: { ...Object.fromEntries(actions), audit } };
}

/** Records hold what came from outside as data: they are JSON as they are. */
function tellRecords({ records, truncated }: FoundRecords): ReplyData {
  return { records: records as readonly unknown[] as readonly JsonValue[], truncated };
}

function summariseAgent({ agent, version, about, actions }: AgentDescription): ReplyData {
  const effects = Object.entries(actions).map(([name, { effect }]): [string, string] => [name, effect]);
  return { agent, version, about, actions: Object.fromEntries(effects) };
}

/** @throws McoError `failed/no-such-agent` */
function describeAgent(
  known: readonly AgentDescription[],
  { name, brief, hash }: { readonly name: string; readonly brief: Input[string] | undefined; readonly hash: Hash },
): ReplyData {
  const description = known.find(({ agent }) => agent === name);
  if (description === undefined)
    throw new McoError('failed/no-such-agent', `there is no agent \`${name}\` on this node`);
  const about = { agent: name, version: description.version, digest: digestDescription(hash, description) };
  // As JSON has it: without the fields that are undefined.
  return brief === true ? about : { ...about, description: JSON.parse(JSON.stringify(description)) as JsonValue };
}
