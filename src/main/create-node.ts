import { createDataSources } from '../../agent/data/sources/create-data-sources.ts';
import { createCounters, type NodeDependencies } from '../../agent/node-dependencies.ts';
import { createAgents } from '../../agent/plugins/index.ts';
import { createAuditReader } from '../adapters/audit-log/find-records.ts';
import { newUuid } from '../adapters/clock/new-uuid.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { createProcessRunner } from '../adapters/exec/process-runner.ts';
import { openJobSpool } from '../adapters/exec/spool/open-job-spool.ts';
import { createFactsSource } from '../adapters/facts/facts-source.ts';
import { hashText } from '../adapters/hash/hash-text.ts';
import type { McoError } from '../core/errors.ts';
import type { NodeProfile } from '../core/facts.ts';
import type { AgentConfig } from './agent-config.ts';
import { createHostBackends } from './host-backends.ts';
import { openHostTools } from './host-tools.ts';
import { logProblem } from './log.ts';
import { openNodeExternals } from './open-external-agents.ts';
import { openNodeTrust } from './open-node-trust.ts';
import { logNews, type NoteReload } from './reloads.ts';
import { VERSION } from './version.ts';

/** All of a node but its connection and its audit log. */
export type NodeParts = Omit<NodeDependencies, 'bus' | 'audit'> & {
  /** What keeps agents in other languages from being used. */
  externalProblems(): readonly McoError[];
  /** Resolves when the programs that it gave up are gone, or were killed: two seconds at most. */
  close(): Promise<void>;
};

/**
 * Opens the files that a configuration names and puts the node together over this machine's back ends.
 *
 * @param onReload told of each change to a file that decides: it is in force, or with a problem the old one stays
 * @throws McoError of the file that can't be used
 */
export async function createNode(config: AgentConfig, onReload: NoteReload = logNews): Promise<NodeParts> {
  const { identity, collectives } = config;
  const { close: closeTrust, ...trust } = await openNodeTrust(config, onReload);
  const { close: closeAgents, ...agents } = await openNodeAgents(config, onReload);
  return {
    ...trust,
    ...agents,
    identity,
    collectives,
    clock: systemClock,
    newId: newUuid,
    hash: hashText,
    onProblem: logProblem,
    async close() {
      closeTrust();
      await closeAgents();
    },
  };
}

type NodeAgents = Pick<
  NodeParts,
  'agents' | 'externalAgents' | 'externalProblems' | 'data' | 'profile' | 'jobs' | 'counters' | 'close'
>;

/** The agents and data functions over this machine, and the facts and classes that tell which machine it is. */
async function openNodeAgents(config: AgentConfig, onReload: NoteReload): Promise<NodeAgents> {
  const { identity, collectives, audit, factFiles, classesFile } = config;
  const now = (): number => systemClock.now();
  const runner = createProcessRunner();
  const jobs = await openJobSpool({ ...config.jobs, clock: systemClock, runner, onProblem: logProblem });
  const hostTools = openHostTools(runner, config.tools, logProblem);
  const { files, processes } = hostTools.tools;
  const facts = createFactsSource({ factFiles, classesFile, onProblem: logProblem });
  const builtIn = new Set<string>();
  const externals = await openNodeExternals(config.agents, {
    identity,
    facts: facts.facts,
    runner,
    builtIn: () => builtIn,
    onReload,
  });
  const profile = (): NodeProfile => ({
    identity,
    facts: hostTools.mergeFacts(facts.facts()),
    classes: facts.classes(),
    agents: externals.names(),
  });
  const counters = createCounters();
  const backends = createHostBackends(config, runner);
  const agents = createAgents({
    ...backends,
    jobs,
    tools: hostTools.tools,
    node: {
      version: VERSION,
      collectives,
      now,
      profile,
      stats: () => ({ ...counters, ...tellProcess(), jobs: jobs.running(), stuck: runner.stuck() + jobs.stuck() }),
      audit: createAuditReader({ path: audit.path, keep: audit.rotate.keep, by: `node:${identity}` }),
      hash: hashText,
      externalAgents: () => externals.agents().map(({ description }) => description),
      refusedAgents: () => externals.problems().map(({ message }) => message),
    },
  });
  for (const { description } of agents) builtIn.add(description.agent);
  const versionOf = (name: string): string | undefined =>
    [...agents, ...externals.agents()].find(({ description }) => description.agent === name)?.description.version;
  const world = { collectives, now, profile, versionOf, files: files.files, processes: processes.processes };
  return {
    agents,
    externalAgents: externals.agents,
    externalProblems: externals.problems,
    data: createDataSources({ ...backends, ...world }),
    profile,
    jobs,
    counters,
    async close() {
      externals.close();
      hostTools.close();
      await runner.endGivenUp();
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
