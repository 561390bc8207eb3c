import type { Agent } from '../src/core/agent.ts';
import type { DataSource } from '../src/core/data-functions.ts';
import type { McoError } from '../src/core/errors.ts';
import type { NodeProfile } from '../src/core/facts.ts';
import type { JobSpool } from '../src/core/jobs.ts';
import type { AuditLog, Bus, Clock, Hash, HighWaterMark, NewId, Signer, Verifier } from '../src/core/ports.ts';
import type { NodePolicy } from '../src/policy/policy.ts';

/** How many messages took which way since the start. Shown by `rpcutil.daemon_stats`. */
export interface NodeCounters {
  /** Messages from the broker. */
  received: number;
  /** Not accepted: not signed, not for this node, out of time, seen before. */
  refused: number;
  /** Broadcasts whose filter this node does not match. */
  unmatched: number;
  /** Actions that were run. */
  ran: number;
  /** Replies handed to the broker. */
  replies: number;
}

export const createCounters = (): NodeCounters => ({ received: 0, refused: 0, unmatched: 0, ran: 0, replies: 0 });

/** Everything a node is made of. `src/main` and the playground put it together. */
export interface NodeDependencies {
  readonly identity: string;
  readonly collectives: readonly string[];
  /** Those that are there for as long as the node runs. */
  readonly agents: readonly Agent[];
  /**
   * Those that come and go: each is sound, and has a name that none of `agents` has. The list is the same as long as
   * nothing changes. Left out: none.
   */
  externalAgents?(): readonly Agent[];
  /** Facts, classes and agents as they are now. */
  profile(): NodeProfile;
  /** The data functions of `-S` that it has; left out: none. */
  readonly data?: readonly DataSource[] | undefined;
  /** Over `allowed_signers`. */
  readonly verifier: Verifier;
  /** The policy in force now. */
  policy(): NodePolicy;
  /** The host key; its principal is the identity. */
  readonly signer: Signer;
  readonly bus: Bus;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly hash: Hash;
  /** What outlives a request, and this process. */
  readonly jobs: JobSpool;
  /** Shared with `rpcutil.daemon_stats`. */
  readonly counters?: NodeCounters;
  /** Left out only where no node ever starts twice, as in the playground. */
  readonly highWaterMark?: HighWaterMark;
  /** Requests issued before this moment are refused. Default: when `startAgent` is called. */
  readonly startedAt?: number;
  /** Told what can be written nowhere else: audit records that failed, our own mistakes. */
  onProblem?(problem: McoError): void;
}
