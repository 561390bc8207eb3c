import { createDataSources } from '../../../agent/data/sources/create-data-sources.ts';
import { createCounters } from '../../../agent/node-dependencies.ts';
import { createAgents, type NodeTools } from '../../../agent/plugins/index.ts';
import { type RunningAgent, startAgent } from '../../../agent/start-agent.ts';
import { createAuditReader } from '../../adapters/audit-log/find-records.ts';
import { hashText } from '../../adapters/hash/hash-text.ts';
import { createMemorySpool } from '../../adapters/simulation/memory-spool.ts';
import { createSimulatedPackages } from '../../adapters/simulation/simulated-packages.ts';
import { createSimulatedPuppet } from '../../adapters/simulation/simulated-puppet.ts';
import { createSimulatedServices } from '../../adapters/simulation/simulated-services.ts';
import type { VirtualHost } from '../../adapters/simulation/virtual-host.ts';
import { createWedgedBus } from '../../adapters/simulation/wedged-bus.ts';
import type { AuditReader } from '../../core/audit-reader.ts';
import type { Facts, NodeProfile } from '../../core/facts.ts';
import type { PackageBackend } from '../../core/host/package-backend.ts';
import type { PuppetBackend } from '../../core/host/puppet-backend.ts';
import type { ServiceBackend } from '../../core/host/service-backend.ts';
import type { AuditLog, Bus, Clock, NewId, Signer, Verifier } from '../../core/ports.ts';
import type { NodePolicy } from '../../policy/policy.ts';
import { VERSION } from '../version.ts';
import { simulateBareTools, simulateTools } from './simulate-tools.ts';

/** What all nodes of the playground share. */
export interface FleetParts {
  readonly collective: string;
  readonly verifier: Verifier;
  readonly audit: AuditLog;
  /** The file behind it, for `rpcutil.audit`. Left out where nobody asks for that: nothing is found then. */
  readonly auditFile?: string | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** One node of the playground: the real pipeline over whatever back ends it is given. */
export interface NodeParts {
  readonly identity: string;
  readonly facts: Facts;
  readonly classes: ReadonlySet<string>;
  readonly packages: PackageBackend;
  readonly puppet?: PuppetBackend | undefined;
  readonly services: ServiceBackend;
  /** Left out: an empty imagined machine's. */
  readonly tools?: NodeTools | undefined;
  readonly policy: () => NodePolicy;
  readonly signer: Signer;
  readonly bus: Bus;
}

export function startVirtualNode(
  host: VirtualHost,
  fleet: FleetParts,
  { bus, signer, policy }: Pick<NodeParts, 'bus' | 'signer' | 'policy'>,
): Promise<RunningAgent> {
  return startNode(fleet, {
    identity: host.identity,
    facts: host.facts,
    classes: host.classes,
    packages: createSimulatedPackages(host, fleet.clock),
    puppet: createSimulatedPuppet(host, fleet.clock),
    services: createSimulatedServices(host, fleet.clock),
    tools: simulateTools(host, fleet.clock),
    policy,
    signer,
    bus: host.wedged ? createWedgedBus(bus) : bus,
  });
}

export function startNode(fleet: FleetParts, node: NodeParts): Promise<RunningAgent> {
  const { clock, collective } = fleet;
  const counters = createCounters();
  const jobs = createMemorySpool();
  const startedAt = clock.now();
  const names = new Set<string>();
  const profile = (): NodeProfile => ({
    identity: node.identity,
    facts: node.facts,
    classes: node.classes,
    agents: names,
  });
  const { tools = simulateBareTools(node, clock) } = node;
  const agents = createAgents({
    jobs,
    tools,
    packages: node.packages,
    puppet: node.puppet,
    services: node.services,
    node: {
      version: VERSION,
      collectives: [collective],
      now: () => clock.now(),
      profile,
      stats: () => ({ ...counters, uptime: Math.round((clock.now() - startedAt) / 1000) }),
      audit: openReader(fleet, node.identity),
      hash: hashText,
    },
  });
  for (const { description } of agents) names.add(description.agent);
  const versionOf = (name: string): string | undefined =>
    agents.find(({ description }) => description.agent === name)?.description.version;
  const data = createDataSources({
    ...node,
    files: tools.files.files,
    processes: tools.processes.processes,
    collectives: [collective],
    now: () => clock.now(),
    profile,
    versionOf,
  });
  return startAgent({
    ...fleet,
    ...node,
    data,
    jobs,
    collectives: [collective],
    agents,
    profile,
    counters,
    hash: hashText,
  });
}

/** All nodes write one file; each reads what is its own. */
function openReader({ auditFile }: FleetParts, identity: string): AuditReader {
  if (auditFile === undefined) return { find: () => Promise.resolve({ records: [], truncated: false }) };
  return createAuditReader({ path: auditFile, keep: 0, by: `node:${identity}` });
}
