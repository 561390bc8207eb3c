import type { AgentDescription } from '../core/agent-description.ts';
import { checkDescription } from '../core/description-schema.ts';
import { McoError } from '../core/errors.ts';
import { type AgentOrigin, type LearnedAgent, RESERVED_AGENTS } from '../core/learned-agent.ts';
import type { Clock } from '../core/ports.ts';
import type { AgentStore } from '../core/store.ts';

/** More learned agents than this are nobody's; the one that was asked about longest ago makes room. */
const MAX_LEARNED = 500;

/** So long nobody asks about a name again, whatever the answer was. */
const ASK_AGAIN_MS = 60_000;

/** What is learned is looked at again when it is used after this long. */
const STALE_MS = 10 * 60_000;

/** At most so many names are asked about within `ASK_AGAIN_MS`, and at once. */
const MAX_ASKED = 20;
const MAX_ASKING = 4;

/** What a bot knows of agents: those that come with it, those it was told of by its configuration, those nodes told of. */
export interface AgentRegistry {
  /** Each name once; the same list as long as nothing is learned. */
  current(): readonly AgentDescription[];
  origins(): ReadonlyMap<string, AgentOrigin>;
  /** Whether a name is free to be learned, or was learned. */
  isOpen(name: string): boolean;
  isStale(name: string): boolean;
  /** Resolves when it is kept. @throws McoError `failed/store`: it is known all the same, for as long as the bot runs */
  learn(agent: LearnedAgent): Promise<void>;
  /**
   * Asks nodes about a name, once at a time and once a minute; resolves at once where it is too early, or too many ask.
   */
  askAbout(name: string, ask: () => Promise<void>): Promise<void>;
}

export interface RegistryParts {
  readonly builtIn: readonly AgentDescription[];
  readonly configured: readonly AgentDescription[];
  /** Names of commands. */
  readonly taken: Iterable<string>;
  readonly store: AgentStore;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Takes up what was learned before.
 *
 * @throws McoError `usage/bad-description` when the configuration names an agent that is there already; `failed/store`
 */
export async function openAgentRegistry(parts: RegistryParts): Promise<AgentRegistry> {
  const { builtIn, configured, taken, store, clock } = parts;
  const fixed = new Map<string, AgentOrigin>(builtIn.map(({ agent }) => [agent, { from: 'built in' }]));
  const closed = new Set([...fixed.keys(), ...taken, ...RESERVED_AGENTS]);
  for (const { agent } of configured) {
    if (closed.has(agent)) throw new McoError('usage/bad-description', `the name of the agent \`${agent}\` is taken`);
    closed.add(agent);
    fixed.set(agent, { from: 'configured' });
  }
  // INVARIANT: nothing that nodes say takes the place of what the bot has itself.
  const isOpen = (name: string): boolean => !closed.has(name);
  const learned = new Map<string, LearnedAgent>();
  for (const one of await store.all()) if (isOpen(one.description.agent) && isValid(one)) learned.set(nameOf(one), one);
  let list: readonly AgentDescription[] | undefined;
  const limiter = createLimiter(clock);
  return {
    isOpen,
    askAbout: limiter.askAbout,
    current() {
      list ??= [...builtIn, ...configured, ...[...learned.values()].map(({ description }) => description)];
      return list;
    },
    origins: () =>
      new Map([
        ...fixed,
        ...[...learned].map(([name, one]): [string, AgentOrigin] => [name, { from: 'learned', learned: one }]),
      ]),
    isStale(name) {
      const one = learned.get(name);
      return one !== undefined && clock.now() - one.learnedAt >= STALE_MS;
    },
    async learn(one) {
      if (!isOpen(nameOf(one))) return;
      learned.delete(nameOf(one));
      const oldest = learned.size >= MAX_LEARNED ? findOldest(learned.values()) : undefined;
      if (oldest !== undefined) learned.delete(oldest);
      learned.set(nameOf(one), one);
      list = undefined;
      await store.keep(one);
      if (oldest !== undefined) await store.forget(oldest);
    },
  };
}

const nameOf = ({ description }: LearnedAgent): string => description.agent;

const findOldest = (agents: Iterable<LearnedAgent>): string | undefined =>
  [...agents].sort((a, b) => a.learnedAt - b.learnedAt).map(nameOf)[0];

/** What an earlier version of the bot learned may be nothing that this one accepts. */
function isValid({ description }: LearnedAgent): boolean {
  try {
    checkDescription(description);
    return true;
  } catch {
    return false;
  }
}

/** Keeps people with many mistyped words from asking the whole fleet about each of them. */
function createLimiter(clock: Pick<Clock, 'now'>): Pick<AgentRegistry, 'askAbout'> {
  const askedAt = new Map<string, number>();
  const asking = new Map<string, Promise<void>>();
  return {
    askAbout(name, ask) {
      const underWay = asking.get(name);
      if (underWay !== undefined) return underWay;
      const now = clock.now();
      for (const [known, at] of askedAt) if (now - at >= ASK_AGAIN_MS) askedAt.delete(known);
      if (askedAt.has(name) || askedAt.size >= MAX_ASKED || asking.size >= MAX_ASKING) return Promise.resolve();
      askedAt.set(name, now);
      const asked = ask().finally(() => asking.delete(name));
      asking.set(name, asked);
      return asked;
    },
  };
}
