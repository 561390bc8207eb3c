import type { Input } from './agent-description.ts';
import type { Filter } from './filter.ts';

export const AUDIT_EVENTS = [
  'received',
  'decided',
  'awaiting',
  'approved',
  'rejected',
  'withdrawn',
  'expired',
  'intent',
  'answered',
  'outcome',
  'refused',
  'unexpected',
  'cancelled',
  'reloaded',
  'checkpoint',
  'started',
  'stopped',
] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/**
 * One record of the audit trail. `at` is an ISO 8601 time. Everything that came from outside is data inside JSON, never
 * text that is put together, so a record is always one line.
 */
export interface AuditRecord {
  readonly at: string;
  /** `bot:NAME`, `node:IDENTITY` or `client:NAME`: who writes. */
  readonly by: string;
  /**
   * `received`: somebody said something; `decided`: allowed or denied; `awaiting`: it needs approval; `approved`,
   * `rejected`, `withdrawn`, `expired`: what became of that; `intent`: about to send or to run; `answered`: how it ended
   * for one node; `outcome`: how it ended; `refused`: a message or command that was not accepted; `unexpected`: a reply
   * nobody waited for; `cancelled`: somebody ended a run; `reloaded`: a file that decides was changed; `checkpoint`: the
   * trail up to here was signed; `started`, `stopped`.
   */
  readonly event: AuditEvent;
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
  /** The one node that it is about: of `answered`. */
  readonly node?: string | undefined;
  /**
   * Of the frozen order, SHA-256 in hex; how many nodes are on its list. Of `checkpoint`: the hash and the number of the
   * record up to which the trail is signed.
   */
  readonly digest?: string | undefined;
  readonly count?: number | undefined;
  /** Who approved it: `person:raj`. */
  readonly approvedBy?: readonly string[] | undefined;
  /** `allow`, `deny`, `needs-approval`, an outcome word, or a status name. */
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
  /**
   * Of `checkpoint`: the exact bytes that were signed, as text (`Checkpoint` in audit-trail.ts), the SSHSIG blob in
   * base64, and `SHA256:...` of the key. Enough to check it without the trail.
   */
  readonly checkpoint?: { readonly statement: string; readonly signature: string; readonly signer: string } | undefined;
}
