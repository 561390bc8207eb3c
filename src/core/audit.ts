import type { Input } from './agent-description.ts';
import type { Filter } from './filter.ts';

/**
 * One record of the audit trail. `at` is an ISO 8601 time. Everything that came from outside is data inside JSON, never
 * text that is put together, so a record is always one line.
 */
export interface AuditRecord {
  readonly at: string;
  /** `bot:NAME`, `node:IDENTITY` or `client:NAME`: who writes. */
  readonly by: string;
  /**
   * `decided`: allowed or denied; `intent`: about to send or to run; `outcome`: how that ended; `refused`: a message
   * or command that was not accepted; `unexpected`: a reply nobody waited for;
   * `cancelled`: somebody ended a run; `started`, `stopped`.
   */
  readonly event: 'started' | 'stopped' | 'refused' | 'decided' | 'intent' | 'outcome' | 'unexpected' | 'cancelled';
  readonly run?: string | undefined;
  readonly request?: string | undefined;
  readonly caller?: string | undefined;
  readonly signer?: string | undefined;
  readonly origin?: unknown;
  /** `AGENT.ACTION`. */
  readonly action?: string | undefined;
  readonly input?: Input | undefined;
  readonly filter?: Filter | undefined;
  /** What was typed, for commands. */
  readonly command?: string | undefined;
  /** The frozen list of nodes. */
  readonly nodes?: readonly string[] | undefined;
  /** `allow`, `deny`, an outcome word, or a status name. */
  readonly result?: string | undefined;
  /** Where the deciding rules stand: `roles.yaml:14`. */
  readonly rules?: readonly string[] | undefined;
  /** An error's code, such as `untrusted/replayed`. */
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly counts?: unknown;
  readonly elapsedMs?: number | undefined;
  /** How many like records this one stands for, where a flood was summed up. */
  readonly times?: number | undefined;
}
