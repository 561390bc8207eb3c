import type { SignedCheckpoint, Verification } from '../../../core/audit-trail.ts';
import { McoError } from '../../../core/errors.ts';
import type { Verifier } from '../../../core/ports.ts';
import type { Database } from '../database.ts';
import { type CheckpointChecker, createCheckpointChecker, type FoundCheckpoint } from './check-checkpoints.ts';
import { readSigned } from './checkpoint-text.ts';
import type { CheckpointsFile } from './checkpoints-file.ts';
import { readRecords } from './read-records.ts';
import { readHead, type TrailHead } from './trail-head.ts';
import { SAFE_SEQ, type TrailRecord } from './trail-rows.ts';
import { type ChainWalk, createChainWalk } from './walk-chain.ts';

const COUNT_STRAYS = `SELECT count(*) AS strays FROM audit WHERE seq < 1 OR seq > ${SAFE_SEQ}`;
const COUNT_LATER = `SELECT count(*) AS later FROM audit WHERE seq > ? AND seq <= ${SAFE_SEQ}`;

export interface TrailToVerify {
  readonly database: Database;
  /** Its id. */
  readonly trail: string;
  readonly checkpoints: CheckpointsFile | undefined;
  readonly verifier: Verifier | undefined;
}

/**
 * Reads every record, each checkpoint in the trail and each that is kept outside of it, and holds them against each other.
 *
 * @param extra checkpoints that somebody kept elsewhere
 * @throws McoError `failed/store`
 */
export async function verifyTrail(
  trail: TrailToVerify,
  extra: readonly SignedCheckpoint[] = [],
): Promise<Verification> {
  const walk = createChainWalk();
  const checker = createCheckpointChecker({ ...trail, faults: walk.faults });
  try {
    await checkOutside(trail, checker, extra);
    await checkRecords(trail, walk, checker);
    checker.conclude(walk.last.seq);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    const seq = walk.last.seq + 1;
    const message = `record ${seq} and what is behind it can't be read: the file is damaged`;
    walk.faults.add({ seq, kind: 'unreadable', message });
  }
  return {
    records: walk.records,
    head: { seq: walk.last.seq, hash: walk.last.hash.toString('hex') },
    checkpoints: checker.count,
    lastCheckpoint: checker.newest,
    faults: walk.faults.list(),
  };
}

/** Whether SQLite found that its own structures are broken. */
const isDamage = (thrown: unknown): boolean =>
  thrown instanceof McoError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(String((thrown.cause as { code?: string })?.code));

/** Those outside come first: what they know of is in the trail already. */
async function checkOutside(
  { checkpoints }: TrailToVerify,
  checker: CheckpointChecker,
  extra: readonly SignedCheckpoint[],
): Promise<void> {
  for (const signed of extra) await checker.check({ signed, where: 'the file' });
  let line = 0;
  for await (const signed of checkpoints?.read() ?? []) {
    line += 1;
    await checker.check({ signed, where: `line ${line} of the checkpoints` });
  }
}

async function checkRecords({ database }: TrailToVerify, walk: ChainWalk, checker: CheckpointChecker): Promise<void> {
  let end: TrailEnd;
  do {
    for await (const row of readRecords(database, walk.last.seq)) {
      const record = walk.take(row);
      if (record?.event === 'checkpoint') await checker.check(findIn(record, row.seq));
    }
    // What was added meanwhile is read as well.
    end = readEnd(database, walk.last.seq);
  } while (end.later > 0);
  checkEnd(walk, end.head);
  const strays = database.rows(COUNT_STRAYS)[0]?.strays as number;
  if (strays > 0) {
    const message = `${strays} records stand outside of the chain, with numbers that no record gets`;
    walk.faults.add({ seq: 0, kind: 'reordered', message });
  }
}

interface TrailEnd {
  readonly head: TrailHead | undefined;
  /** How many records there are behind one. */
  readonly later: number;
}

/** Nobody writes between the two looks. */
const readEnd = (database: Database, seq: number): TrailEnd =>
  database.transact(() => ({
    head: readHead(database),
    later: database.rows(COUNT_LATER, seq)[0]?.later as number,
  }));

function findIn({ checkpoint }: TrailRecord, seq: number): FoundCheckpoint {
  return { signed: readSigned(checkpoint), where: `record ${seq}`, heldBy: seq };
}

function checkEnd({ faults, last, records }: ChainWalk, head: TrailHead | undefined): void {
  if (head === undefined) {
    faults.add({
      seq: last.seq,
      kind: 'unreadable',
      message: 'the note of which record is the last one can not be read',
    });
  } else if (head.seq > last.seq) {
    const message = `the trail ends with record ${last.seq}, and record ${head.seq} was written: the end is missing`;
    faults.add({ seq: last.seq + 1, kind: 'truncated', message });
  } else if (head.seq < last.seq) {
    const message = `record ${head.seq + 1} stands behind the last one that was written`;
    faults.add({ seq: head.seq + 1, kind: 'changed', message });
  } else if (!head.hash.equals(last.hash) && !faults.has(last.seq)) {
    faults.add({ seq: last.seq, kind: 'changed', message: `record ${last.seq} is not the last one that was written` });
  } else if (head.records !== records && faults.isEmpty) {
    const message = `${head.records} records were written, and ${records} are there`;
    faults.add({ seq: 0, kind: 'removed', message });
  }
}
