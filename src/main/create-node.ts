import { createCounters, type NodeDependencies } from '../../agent/node-dependencies.ts';
import { createAgents } from '../../agent/plugins/index.ts';
import { createAuditReader } from '../adapters/audit-log/find-records.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { createFactsSource } from '../adapters/facts/facts-source.ts';
import { hashText } from '../adapters/hash/hash-text.ts';
import { createPolicyStore } from '../adapters/policy-files/create-policy-store.ts';
import { createAllowedSigners } from '../adapters/ssh/allowed-signers-verifier.ts';
import { createFileSigner } from '../adapters/ssh/signer.ts';
import type { NodeProfile } from '../core/facts.ts';
import { comparePolicies } from '../policy/compare-policies.ts';
import type { PolicyFile } from '../policy/policy.ts';
import { readNodePolicy } from '../policy/read-policy.ts';
import type { AgentConfig } from './agent-config.ts';
import { createHostBackends } from './host-backends.ts';
import { logProblem } from './log.ts';
import { logNews, type NoteReload } from './reloads.ts';
import { VERSION } from './version.ts';

/** All of a node but its connection and its audit log. */
export type NodeParts = Omit<NodeDependencies, 'bus' | 'audit'> & { close(): void };

/**
 * Opens the files that a configuration names and puts the node together over this machine's back ends.
 *
 * @param onReload told of each change to a file that decides: it is in force, or with a problem the old one stays
 * @throws McoError of the file that can't be used
 */
export async function createNode(config: AgentConfig, onReload: NoteReload = logNews): Promise<NodeParts> {
  const { identity, collectives, audit } = config;
  const signer = await createFileSigner({ path: config.hostKey, principal: identity });
  const verifier = await createAllowedSigners({
    path: config.allowedSigners,
    now: () => systemClock.now(),
    onReload: (problem) => onReload(config.allowedSigners, problem),
  });
  const policy = createPolicyStore({
    file: config.policy,
    read: ({ text, name }: PolicyFile) => readNodePolicy(text, name),
    onReload: (now, before) => onReload(config.policy, undefined, comparePolicies(before, now)),
    onError: (problem) => onReload(config.policy, problem),
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
      audit: createAuditReader({ path: audit.path, keep: audit.rotate.keep, by: `node:${identity}` }),
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
    hash: hashText,
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
