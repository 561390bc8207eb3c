import type { AuditEvent, AuditRecord } from './audit.ts';
import type { AuditLog } from './ports.ts';

/**
 * A record in its place. Its hash covers the hash of the one before, so that nothing can be changed, left out or moved
 * without every later hash being another.
 */
export interface ChainedRecord {
  /** Counts up from 1 without a gap. */
  readonly seq: number;
  /** SHA-256 in hex over the hash before it and the record's own bytes. */
  readonly hash: string;
  readonly record: AuditRecord;
}

/** All that are given must hold. Names compare by equality. */
export interface AuditQuery {
  /** Callers and accounts, any of them: `person:ana`. Also those who approved, rejected or cancelled. */
  readonly callers?: readonly string[] | undefined;
  /** It was asked (on the frozen list) or answered. */
  readonly node?: string | undefined;
  /** `AGENT.ACTION`, or `AGENT` for all of its actions. */
  readonly action?: string | undefined;
  /** The end of a run's id. */
  readonly run?: string | undefined;
  readonly events?: readonly AuditEvent[] | undefined;
  /** Ms since the epoch; `since` is included, `until` is not. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** How many at most; those are the newest, told oldest first. */
  readonly max: number;
}

/** The end of the chain: what a checkpoint signs. Zero records: `seq` 0 and 64 zeros. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the bot's key vouches for: the trail had this end at that time. */
export interface Checkpoint extends ChainHead {
  /** `mcobot-audit-checkpoint`: so that no other text is taken for one. */
  readonly type: 'mcobot-audit-checkpoint';
  readonly v: 1;
  /** `bot:NAME`. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** Of the store of the trail, 16 hex digits. */
  readonly trail: string;
}

/** A checkpoint as it is kept: the exact bytes that were signed, as text, and the SSHSIG blob in base64. */
export interface SignedCheckpoint {
  readonly statement: string;
  readonly signature: string;
  /** `SHA256:...` of the key. */
  readonly signer: string;
}

/** What is wrong with a trail, each with the record where it shows. */
export interface TrailFault {
  readonly seq: number;
  /** `index`: what records are found by is not what is in them, or the file holds what the program did not make. */
  readonly kind: 'changed' | 'removed' | 'reordered' | 'truncated' | 'index' | 'unreadable' | 'bad-checkpoint';
  /** One line for people: "record 17 was changed: it does not match its hash". */
  readonly message: string;
  /** This one stands for so many of its kind that are not listed. Undefined: it is one. */
  readonly times?: number | undefined;
}

export interface Verification {
  readonly records: number;
  readonly head: ChainHead;
  /** How many signed checkpoints were checked, and the newest of them. */
  readonly checkpoints: number;
  readonly lastCheckpoint?: Checkpoint | undefined;
  /**
   * Empty: the trail is whole. In the order of their kinds above, and of the records; of one kind 20, and one that stands for
   * the others.
   */
  readonly faults: readonly TrailFault[];
}

/** How many there are, those among them that stand for others as well. */
export const countFaults = (faults: Verification['faults']): number =>
  faults.reduce((sum, { times = 1 }) => sum + times, 0);

/** The bot's audit trail: append-only and chained. */
export interface AuditTrail extends AuditLog {
  find(query: AuditQuery): Promise<readonly ChainedRecord[]>;
  /** Oldest first, in pages: an export may be larger than memory. */
  read(range: { readonly since?: number; readonly until?: number }): AsyncIterable<ChainedRecord>;
  head(): Promise<ChainHead>;
  /** Reads everything. */
  verify(): Promise<Verification>;
  /** Signs the end of the chain and keeps that, in the chain and outside of it. @throws McoError `failed/audit` */
  checkpoint(): Promise<SignedCheckpoint>;
}
