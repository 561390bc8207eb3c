import { AGENT_DESCRIPTIONS, createExternalAgent } from '../../agent/plugins/index.ts';
import { openExternalAgents } from '../adapters/external-agents/external-agents.ts';
import type { Agent } from '../core/agent.ts';
import type { McoError } from '../core/errors.ts';
import type { Facts } from '../core/facts.ts';
import type { ExternalAgent } from '../core/host/external-agent.ts';
import { RESERVED_AGENTS } from '../core/learned-agent.ts';
import type { ProcessRunner } from '../core/ports.ts';
import { logInfo, logProblem } from './log.ts';
import type { NoteReload } from './reloads.ts';

export interface ExternalSettings {
  readonly path: string;
  /** The account the programs run as; undefined: the agent's own. */
  readonly user: string | undefined;
}

export interface NodeExternals {
  /** The same list as long as nothing changes. */
  agents(): readonly Agent[];
  /** The names of these and of those that come with mco-agent. */
  names(): ReadonlySet<string>;
  problems(): readonly McoError[];
  close(): void;
}

/** Finds the agents in other languages that a node has, and follows what becomes of them. */
export async function openNodeExternals(
  { path, user }: ExternalSettings,
  {
    identity,
    facts,
    runner,
    builtIn,
    onReload,
  }: {
    readonly identity: string;
    facts(): Facts;
    readonly runner: ProcessRunner;
    /** Names of the agents that this node has anyway. */
    builtIn(): Iterable<string>;
    readonly onReload: NoteReload;
  },
): Promise<NodeExternals> {
  const reserved = new Set([...AGENT_DESCRIPTIONS.map(({ agent }) => agent), ...RESERVED_AGENTS]);
  const uid = process.getuid?.() ?? 0;
  const found = await openExternalAgents({ directory: path, uid, reserved, onChange: tellChange(onReload) });
  for (const problem of found.problems()) logProblem(problem);
  const { current } = found;
  let last: { readonly list: readonly ExternalAgent[]; readonly agents: readonly Agent[] } | undefined;
  return {
    agents() {
      const list = current();
      if (last?.list !== list) {
        last = { list, agents: list.map((one) => createExternalAgent(one, { identity, facts, runner, user })) };
      }
      return last.agents;
    },
    names: () => new Set([...builtIn(), ...current().map(({ description }) => description.agent)]),
    problems: found.problems,
    close: found.close,
  };
}

/** What is exposed is gone at once, and so nothing old stays. */
function tellChange(onReload: NoteReload): (path: string, problem?: McoError) => void {
  return (path, problem) => {
    if (problem === undefined || problem.code === 'usage/bad-description') return onReload(path, problem);
    logProblem(problem);
    logInfo(`${path} is not used`);
  };
}
