import type { AuditRecord } from '../../../core/audit.ts';
import type { ChainHead, Checkpoint, SignedCheckpoint } from '../../../core/audit-trail.ts';
import { writeCanonicalJson } from '../../../core/canonical-json.ts';
import type { Signer } from '../../../core/ports.ts';

export interface CheckpointFacts {
  readonly head: ChainHead;
  readonly by: string;
  readonly at: string;
  readonly trail: string;
}

/** Signs the end of the chain; what is signed are the bytes of `statement`. */
export async function signCheckpoint(
  signer: Signer,
  { head, by, at, trail }: CheckpointFacts,
): Promise<SignedCheckpoint> {
  const checkpoint: Checkpoint = {
    type: 'mcobot-audit-checkpoint',
    v: 1,
    by,
    at,
    trail,
    seq: head.seq,
    hash: head.hash,
  };
  const statement = writeCanonicalJson(checkpoint);
  const signature = await signer.sign('mco-audit@v1', Buffer.from(statement));
  return { statement, signature, signer: signer.fingerprint };
}

/** How the trail itself keeps a checkpoint: `count` and `digest` are the number and the hash of the record it vouches for. */
export function recordCheckpoint(checkpoint: SignedCheckpoint, { head, by, at }: CheckpointFacts): AuditRecord {
  const { signer } = checkpoint;
  return { at, by, event: 'checkpoint', signer, count: head.seq, digest: head.hash, checkpoint };
}
