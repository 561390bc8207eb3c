import { createCounters } from '../../../agent/node-dependencies.ts';
import { createAgents } from '../../../agent/plugins/index.ts';
import { type RunningAgent, startAgent } from '../../../agent/start-agent.ts';
import { createAuditReader } from '../../adapters/audit-log/find-records.ts';
import { hashText } from '../../adapters/hash/hash-text.ts';
import { createSimulatedPackages } from '../../adapters/simulation/simulated-packages.ts';
import { createSimulatedServices } from '../../adapters/simulation/simulated-services.ts';
import type { VirtualHost } from '../../adapters/simulation/virtual-host.ts';
import { createWedgedBus } from '../../adapters/simulation/wedged-bus.ts';
import type { AuditReader } from '../../core/audit-reader.ts';
import type { Facts, NodeProfile } from '../../core/facts.ts';
import type { PackageBackend, ServiceBackend } from '../../core/host.ts';
import type { AuditLog, Bus, Clock, NewId, Signer, Verifier } from '../../core/ports.ts';
import type { NodePolicy } from '../../policy/policy.ts';
import { VERSION } from '../version.ts';

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
  readonly services: ServiceBackend;
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
    services: createSimulatedServices(host, fleet.clock),
    policy,
    signer,
    bus: host.wedged ? createWedgedBus(bus) : bus,
  });
}

export function startNode(fleet: FleetParts, node: NodeParts): Promise<RunningAgent> {
  const { clock, collective } = fleet;
  const counters = createCounters();
  const startedAt = clock.now();
  const names = new Set<string>();
  const profile = (): NodeProfile => ({
    identity: node.identity,
    facts: node.facts,
    classes: node.classes,
    agents: names,
  });
  const agents = createAgents({
    packages: node.packages,
    services: node.services,
    node: {
      version: VERSION,
      collectives: [collective],
      now: () => clock.now(),
      profile,
      stats: () => ({ ...counters, uptime: Math.round((clock.now() - startedAt) / 1000) }),
      audit: openReader(fleet, node.identity),
    },
  });
  for (const { description } of agents) names.add(description.agent);
  return startAgent({ ...fleet, ...node, collectives: [collective], agents, profile, counters, hash: hashText });
}

/** All nodes write one file; each reads what is its own. */
function openReader({ auditFile }: FleetParts, identity: string): AuditReader {
  if (auditFile === undefined) return { find: () => Promise.resolve({ records: [], truncated: false }) };
  return createAuditReader({ path: auditFile, keep: 0, by: `node:${identity}` });
}
