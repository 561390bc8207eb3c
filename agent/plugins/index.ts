import type { Agent } from '../../src/core/agent.ts';
import type { AgentDescription } from '../../src/core/agent-description.ts';
import type { PackageBackend, ServiceBackend } from '../../src/core/host.ts';
import { createPackageAgent } from './package/create-package-agent.ts';
import { PACKAGE_DESCRIPTION } from './package/description.ts';
import { createRpcutilAgent, type NodeAccess } from './rpcutil/create-rpcutil-agent.ts';
import { RPCUTIL_DESCRIPTION } from './rpcutil/description.ts';
import { createServiceAgent } from './service/create-service-agent.ts';
import { SERVICE_DESCRIPTION } from './service/description.ts';

/** Every agent there is, as data: for the bot's parser, help and policy. What runs is what was reviewed. */
export const AGENT_DESCRIPTIONS: readonly AgentDescription[] = [
  PACKAGE_DESCRIPTION,
  RPCUTIL_DESCRIPTION,
  SERVICE_DESCRIPTION,
];

export interface AgentBackends {
  readonly packages: PackageBackend;
  readonly services: ServiceBackend;
  readonly node: NodeAccess;
}

/** The agents of one node, over its back ends. */
export function createAgents({ packages, services, node }: AgentBackends): Agent[] {
  return [createPackageAgent(packages), createRpcutilAgent(node, AGENT_DESCRIPTIONS), createServiceAgent(services)];
}
