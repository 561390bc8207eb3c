import type { Agent } from '../../src/core/agent.ts';
import type { AgentDescription } from '../../src/core/agent-description.ts';
import type { ExternalAgent } from '../../src/core/host/external-agent.ts';
import type { NetBackend } from '../../src/core/host/net-backend.ts';
import type { PackageBackend } from '../../src/core/host/package-backend.ts';
import type { PuppetBackend } from '../../src/core/host/puppet-backend.ts';
import type { ServiceBackend } from '../../src/core/host/service-backend.ts';
import type { JobSpool } from '../../src/core/jobs.ts';
import { createExternalAgent as createFromProgram, type ExternalParts } from './external/create-external-agent.ts';
import { createFacterAgent, type FacterAgentParts } from './facter/create-facter-agent.ts';
import { FACTER_DESCRIPTION } from './facter/description.ts';
import { createFileAgent, type FileAgentParts } from './file/create-file-agent.ts';
import { FILE_DESCRIPTION } from './file/description.ts';
import { createJobAgent } from './job/create-job-agent.ts';
import { JOB_DESCRIPTION } from './job/description.ts';
import { createNettestAgent } from './nettest/create-nettest-agent.ts';
import { NETTEST_DESCRIPTION } from './nettest/description.ts';
import { createPackageAgent } from './package/create-package-agent.ts';
import { PACKAGE_DESCRIPTION } from './package/description.ts';
import { createProcessAgent, type ProcessAgentParts } from './process/create-process-agent.ts';
import { PROCESS_DESCRIPTION } from './process/description.ts';
import { createPuppetAgent } from './puppet/create-puppet-agent.ts';
import { PUPPET_DESCRIPTION } from './puppet/description.ts';
import { createRpcutilAgent, type NodeAccess } from './rpcutil/create-rpcutil-agent.ts';
import { RPCUTIL_DESCRIPTION } from './rpcutil/description.ts';
import { createServiceAgent } from './service/create-service-agent.ts';
import { SERVICE_DESCRIPTION } from './service/description.ts';
import { createShellAgent, type ShellParts } from './shell/create-shell-agent.ts';
import { SHELL_DESCRIPTION } from './shell/description.ts';

/** Every agent there is, as data: for the bot's parser, help and policy. What runs is what was reviewed. */
export const AGENT_DESCRIPTIONS: readonly AgentDescription[] = [
  FACTER_DESCRIPTION,
  FILE_DESCRIPTION,
  JOB_DESCRIPTION,
  NETTEST_DESCRIPTION,
  PACKAGE_DESCRIPTION,
  PROCESS_DESCRIPTION,
  PUPPET_DESCRIPTION,
  RPCUTIL_DESCRIPTION,
  SERVICE_DESCRIPTION,
  SHELL_DESCRIPTION,
];

/** What the agents work with that look at the machine itself. */
export interface NodeTools {
  readonly processes: ProcessAgentParts;
  readonly files: FileAgentParts;
  readonly net: NetBackend;
  /** Left out: facter is not installed. */
  readonly facter?: FacterAgentParts | undefined;
  /** Left out: the node's configuration has no section `shell`. */
  readonly shell?: ShellParts | undefined;
}

export interface AgentBackends {
  readonly tools: NodeTools;
  readonly jobs: JobSpool;
  readonly packages: PackageBackend;
  /** Left out: the node has no agent for it. */
  readonly puppet?: PuppetBackend | undefined;
  readonly services: ServiceBackend;
  readonly node: NodeAccess;
}

/** The agents of one node, over its back ends. */
export function createAgents({ jobs, packages, puppet, services, node, tools }: AgentBackends): Agent[] {
  return [
    createJobAgent(jobs, () => node.now()),
    createPackageAgent(packages, node.hash),
    ...(puppet === undefined ? [] : [createPuppetAgent(puppet, () => node.now())]),
    createRpcutilAgent(node, AGENT_DESCRIPTIONS),
    createServiceAgent(services),
    ...createToolAgents(tools),
  ];
}

function createToolAgents({ processes, files, net, facter, shell }: NodeTools): Agent[] {
  return [
    createProcessAgent(processes),
    createFileAgent(files),
    createNettestAgent(net),
    ...(facter === undefined ? [] : [createFacterAgent(facter)]),
    ...(shell === undefined ? [] : [createShellAgent(shell)]),
  ];
}

/** An agent in any language that a node has. */
export const createExternalAgent = (agent: ExternalAgent, parts: ExternalParts): Agent =>
  createFromProgram(agent, parts);
