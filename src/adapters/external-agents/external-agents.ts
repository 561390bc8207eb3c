import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { McoError, toMcoError } from '../../core/errors.ts';
import type { ExternalAgent } from '../../core/host/external-agent.ts';
import { type AgentRules, readAgent, requireAgentOwned, stampAgent } from './read-agent.ts';
import { requireOwned } from './require-owned.ts';

const POLL_MS = 3000;
const MAX_AGENTS = 200;

export interface ExternalAgentsOptions extends AgentRules {
  /** Absolute, on a disk of this machine: one that hangs would hold up a thread of this process. */
  readonly directory: string;
  /** After the first reading: an agent is there, is another, or is gone; or, with a problem, is not what it should be. */
  onChange?(path: string, problem?: McoError): void;
  /** Calls `look` again and again; the returned function ends that. Default: every 3 s, without keeping the process up. */
  readonly repeat?: ((look: () => void) => () => void) | undefined;
}

export interface ExternalAgents {
  /** Those that may run, by name. The list is the same as long as nothing changes. */
  current(): readonly ExternalAgent[];
  /** What keeps others, or the newest of one, from being used. */
  problems(): readonly McoError[];
  /** Looks now. Of two calls at a time the second waits for the first. */
  look(): Promise<void>;
  close(): void;
}

/** One directory as it was seen. */
interface Seen {
  stamp: string;
  /** The stamp it was read at. */
  read?: string | undefined;
  agent?: ExternalAgent | undefined;
  problem?: McoError | undefined;
}

/**
 * The agents in the directories below one directory, read again when they change. A change counts once it stood for one
 * interval, as files are written one after the other; what others may write is dropped at once. A description that is
 * broken keeps the last good one; each problem is told once.
 */
export async function openExternalAgents(options: ExternalAgentsOptions): Promise<ExternalAgents> {
  const { directory, onChange, repeat = repeatUnattended } = options;
  const seen = new Map<string, Seen>();
  let current: readonly ExternalAgent[] = [];
  let ofAll: McoError | undefined;
  let isFirst = true;
  let looking: Promise<void> | undefined;

  function tell(path: string, problem?: McoError): void {
    if (!isFirst) onChange?.(path, problem);
  }

  /** The problem of one directory, told when it is another than before. */
  function note(entry: Seen, path: string, problem: McoError): void {
    if (entry.problem?.message !== problem.message) tell(path, problem);
    entry.problem = problem;
    // INVARIANT: what is exposed is not run; what is only badly written leaves the last good one.
    if (problem.code !== 'usage/bad-description') entry.agent = undefined;
  }

  async function lookAt(name: string): Promise<void> {
    const path = join(directory, name);
    const stamp = await stampAgent(path, options.uid);
    const entry = seen.get(name) ?? { stamp: '' };
    seen.set(name, entry);
    if (entry.read === stamp) return;
    const isAtRest = isFirst || entry.stamp === stamp;
    entry.stamp = stamp;
    try {
      if (!isAtRest) {
        if (entry.agent !== undefined) await requireAgentOwned(path, options.uid);
        return;
      }
      entry.read = stamp;
      entry.agent = await readAgent(path, name, options);
      entry.problem = undefined;
      tell(path);
    } catch (thrown) {
      note(entry, path, toMcoError(thrown));
    }
  }

  async function lookOnce(): Promise<void> {
    try {
      const names = await listNames(directory, options.uid);
      ofAll = undefined;
      for (const name of [...seen.keys()].filter((known) => !names.includes(known))) {
        if (seen.get(name)?.agent !== undefined) tell(join(directory, name));
        seen.delete(name);
      }
      for (const name of names) await lookAt(name);
    } catch (thrown) {
      const problem = toMcoError(thrown);
      if (ofAll?.message !== problem.message) tell(directory, problem);
      ofAll = problem;
      seen.clear();
    }
    isFirst = false;
    const sorted = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
    const agents = sorted.flatMap(([, { agent }]) => (agent === undefined ? [] : [agent]));
    if (agents.length !== current.length || agents.some((agent, index) => agent !== current[index])) current = agents;
  }

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  await look();
  const stop = repeat(() => void look());
  return {
    current: () => current,
    problems: () => [ofAll, ...[...seen.values()].map(({ problem }) => problem)].filter((one) => one !== undefined),
    look,
    close: stop,
  };
}

/** Files and what begins with a dot are nobody's business. None where there is no such directory. */
async function listNames(directory: string, uid: number): Promise<readonly string[]> {
  try {
    await requireOwned(directory, uid);
  } catch (thrown) {
    const isMissing =
      thrown instanceof McoError && (thrown.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (isMissing) return [];
    throw thrown;
  }
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  if (names.length > MAX_AGENTS) {
    throw new McoError('failed/too-many', `${directory} holds more than ${MAX_AGENTS} directories`);
  }
  return names.sort((a, b) => (a < b ? -1 : 1));
}

function repeatUnattended(look: () => void): () => void {
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
