import type { AgentDescription } from './agent-description.ts';

/** How many nodes said of an agent that they have this version of it. */
export interface AgentVersion {
  readonly version: string;
  /** Of the description; see `digestDescription`. */
  readonly digest: string;
  readonly nodes: number;
}

/** An agent that nodes told of. */
export interface LearnedAgent {
  /** What most of them have; where they differ, with the stricter word of each on effects and secrets. */
  readonly description: AgentDescription;
  /** Most frequent first, at most ten. */
  readonly versions: readonly AgentVersion[];
  /** Ms since the epoch. */
  readonly learnedAt: number;
}

/** Where the bot knows an agent from. */
export interface AgentOrigin {
  readonly from: 'built in' | 'configured' | 'learned';
  /** Of a learned one. */
  readonly learned?: LearnedAgent | undefined;
}

/** Names that stand for something else in policies: what the bot knows, and data functions. */
export const RESERVED_AGENTS: readonly string[] = ['mcobot', 'data'];
