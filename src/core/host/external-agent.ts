import type { AgentDescription } from '../agent-description.ts';

/** An agent in any language: its description, and the program that does what it describes. */
export interface ExternalAgent {
  readonly description: AgentDescription;
  /** `/etc/mco/agents/hello`, without links. */
  readonly directory: string;
  /** `/etc/mco/agents/hello/run`. */
  readonly program: string;
}
