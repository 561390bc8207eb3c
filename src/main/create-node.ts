import { createCounters, type NodeDependencies } from '../../agent/node-dependencies.ts';
import { createAgents } from '../../agent/plugins/index.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { createFactsSource } from '../adapters/facts/facts-source.ts';
import { createPolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createAllowedSigners } from '../adapters/ssh/allowed-signers-verifier.ts';
import { createFileSigner } from '../adapters/ssh/signer.ts';
import type { NodeProfile } from '../core/facts.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { readNodePolicy } from '../policy/read-policy.ts';
import type { AgentConfig } from './agent-config.ts';
import { createHostBackends } from './host-backends.ts';
import { logProblem, logReload } from './log.ts';
import { VERSION } from './version.ts';

/** All of a node but its connection and its audit log. */
export type NodeParts = Omit<NodeDependencies, 'bus' | 'audit'> & { close(): void };

/**
 * Opens the files that a configuration names and puts the node together over this machine's back ends.
 *
 * @throws McoError of the file that can't be used
 */
export async function createNode(config: AgentConfig): Promise<NodeParts> {
  const { identity, collectives } = config;
  const signer = await createFileSigner({ path: config.hostKey, principal: identity });
  const verifier = await createAllowedSigners({
    path: config.allowedSigners,
    now: () => systemClock.now(),
    onReload: (problem) => logReload(config.allowedSigners, problem),
  });
  const policy = createPolicyStore({
    file: config.policy,
    read: ({ text, name }: PolicyFile) => readNodePolicy(text, name),
    onReload: () => logReload(config.policy),
    onError: (problem) => logReload(config.policy, problem),
  });
  const { factFiles, classesFile } = config;
  const source = createFactsSource({ factFiles, classesFile, onProblem: logProblem });
  const agentNames = new Set<string>();
  const profile = (): NodeProfile => ({
    identity,
    facts: source.facts(),
    classes: source.classes(),
    agents: agentNames,
  });
  const counters = createCounters();
  const agents = createAgents({
    ...createHostBackends(),
    node: {
      version: VERSION,
      collectives,
      now: () => systemClock.now(),
      profile,
      stats: () => ({ ...counters, ...tellProcess() }),
    },
  });
  for (const { description } of agents) agentNames.add(description.agent);
  return {
    identity,
    collectives,
    agents,
    profile,
    verifier,
    policy: policy.current,
    signer,
    clock: systemClock,
    newId: newUuid,
    counters,
    onProblem: logProblem,
    close() {
      verifier.close();
      policy.close();
    },
  };
}

function tellProcess() {
  return {
    pid: process.pid,
    started: new Date(systemClock.now() - process.uptime() * 1000).toISOString(),
    uptime: Math.round(process.uptime()),
    memory: process.memoryUsage.rss(),
  };
}
